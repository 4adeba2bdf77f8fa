import Functions
import HostSupport
import PythonRuntime

extension UDFEnvironment {
  /// Sees to it that its folders are there, and are for the CPython that runs: without them a source would only say that it
  /// lacks a module.
  ///
  /// - Throws: `UDFError` with code `environmentMissing`.
  func check(for source: UDFSource, _ version: PythonVersion) throws(UDFError) {
    let running = "\(version.major).\(version.minor)"
    if let pythonVersion, pythonVersion != running {
      throw UDFError(
        .environmentMissing,
        "\(source.name) cannot be loaded: its environment is for CPython \(pythonVersion), and this process runs \(version)."
      )
    }
    for folder in sitePackages {
      guard folder.hasPrefix("/") else {
        throw UDFError(
          .environmentMissing,
          "\(source.name) cannot be loaded: its environment names the folder '\(folder)', which is no absolute path.")
      }
      guard ResolvedPath.isFolder(folder) else {
        throw UDFError(
          .environmentMissing,
          """
          \(source.name) cannot be loaded: the folder of its packages, \(folder), is not there; has the environment been \
          removed? Start again to have it built anew.
          """)
      }
    }
  }
}
