import Foundation
import PythonRuntime

/// The second start of a file with large packages, against the imports of these packages in a bare Python of the same
/// environment; the processes take turns.
enum PackageStart {
  private static let packages = ["numpy", "pandas", "pyarrow", "scipy", "scikit-learn", "polars"]
  private static let imports = "import numpy, pandas, pyarrow, scipy.stats, sklearn.linear_model, polars"

  static func run(repetitions: Int) throws {
    print("Packages: a whole run of the tool, against a bare Python that imports the same packages (lower is better)")
    let name = "second start of a file with \(packages.count) large packages"
    guard let python = PythonDiscovery.choose(from: PythonDiscovery().search())?.executable else {
      throw BenchmarkError("no Python was found")
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "clutch-packages-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { remove(folder.path) }
    let file = folder.appending(path: "large.py").path
    try Data(
      """
      # /// script
      # dependencies = [\(packages.map { "\"\($0)\"" }.joined(separator: ", "))]
      # ///
      \(imports)
      from clutch import udf

      @udf
      def same(x: int) -> int: return x

      """.utf8
    ).write(to: URL(fileURLWithPath: file))
    let tool = try WholeProcess.tool()
    var environment = ProcessInfo.processInfo.environment
    environment["CLUTCH_PYTHON"] = python
    environment["CLUTCH_CACHE"] = folder.appending(path: "cache").path
    // Workers have these; an import that starts as many threads as there are cores takes longer.
    for variable in ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"] {
      environment[variable] = "1"
    }
    guard let path = try WholeProcess(tool, ["env", "path", file], environment).output() else {
      print("  \(name): SKIPPED, the packages could not be installed (see above)")
      return
    }
    let bare = path.trimmingCharacters(in: .newlines) + "/bin/python"
    let ours = WholeProcess(tool, ["sql", "--format", "csv", "--udf", file, "SELECT same(1)"], environment)
    let theirs = WholeProcess(bare, ["-I", "-c", imports], environment)
    // The first start finds where the file belongs.
    for _ in 0..<2 { _ = (try ours.run(), try theirs.run()) }
    var (subject, reference) = ([Double](), [Double]())
    for _ in 0..<repetitions {
      subject.append(try ours.run().wall)
      reference.append(try theirs.run().wall)
    }
    report(
      name, median(zip(subject, reference).map { $0 / $1 }), atMost: 1.1,
      detail: String(format: "%.2f s against %.2f s for the imports", median(subject), median(reference)))
  }

  /// Environments are read-only.
  private static func remove(_ folder: String) {
    for path in FileManager.default.enumerator(atPath: folder) ?? .init() {
      guard let path = path as? String else { continue }
      var isFolder: ObjCBool = false
      let whole = folder + "/" + path
      guard FileManager.default.fileExists(atPath: whole, isDirectory: &isFolder), isFolder.boolValue else { continue }
      chmod(whole, 0o755)
    }
    try? FileManager.default.removeItem(atPath: folder)
  }
}
