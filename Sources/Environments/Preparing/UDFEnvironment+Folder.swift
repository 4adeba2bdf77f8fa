import Essentials
public import Functions
import HostSupport
public import PythonRuntime

extension UDFEnvironment {
  /// An environment that is there: a virtual environment, or a folder of packages such as `pip install --target` makes.
  ///
  /// - Parameters:
  ///   - folder: absolute, or relative to the working directory.
  ///   - python: what it must fit.
  /// - Throws: ``EnvironmentError`` with code `badFolder`.
  public init(folder: String, for python: PythonInstallation) throws(EnvironmentError) {
    let path = URL(fileURLWithPath: folder).standardizedFileURL.path
    guard ResolvedPath.isFolder(path) else {
      throw EnvironmentError(.badFolder, "The environment \(folder) is not there, or no folder.")
    }
    let version = "\(python.version.major).\(python.version.minor)"
    guard FileManager.default.fileExists(atPath: path + "/pyvenv.cfg") || ResolvedPath.isFolder(path + "/conda-meta")
    else {
      self.init(sitePackages: [path], distributions: EnvironmentBuild.distributions(in: path))
      return
    }
    let packages = "\(path)/lib/python\(version)/site-packages"
    guard ResolvedPath.isFolder(packages) else {
      let others = (try? FileManager.default.contentsOfDirectory(atPath: path + "/lib")) ?? []
      let found = others.filter { $0.hasPrefix("python") && $0 != "python\(version)" }.sorted()
      throw EnvironmentError(
        .badFolder,
        """
        The environment \(folder) \(found.isEmpty ? "has no folder lib/python\(version)/site-packages" : "is for \(found.listed())"), \
        but \(python.executable) is CPython \(python.version): make it anew with that Python, or take the environment's own \
        (--python \(folder)).
        """)
    }
    self.init(
      sitePackages: [packages], python: path + "/bin/python", pythonVersion: version,
      distributions: EnvironmentBuild.distributions(in: packages))
  }
}
