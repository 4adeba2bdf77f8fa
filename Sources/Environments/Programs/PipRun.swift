import Essentials

/// How a Python is called to run pip.
///
/// pip's option that only wheels are installed does not hold for packages that are given by their address, also by another
/// package. So where nothing may be built, pip can start no program, which it does to build: see `run_pip.py`.
struct PipRun {
  /// The text that is in what pip says when it was kept from building.
  static let refusal = "and what is no wheel is not built"
  private static let program = String(decoding: PackageResources.run_pip_py, as: UTF8.self)

  /// The folder of the pip that is run; nil for that of the Python that runs.
  private let folder: String?
  private let allowsBuilds: Bool

  init(folder: String?, allowsBuilds: Bool) {
    self.folder = folder
    self.allowsBuilds = allowsBuilds
  }

  /// The arguments of the Python.
  func arguments(_ arguments: [String]) -> [String] {
    let only = allowsBuilds || arguments.first != "install" ? [] : ["--only-binary", ":all:"]
    return ["-I", "-c", Self.program, folder ?? "", allowsBuilds ? "builds" : ""] + arguments + only
  }
}

/// The pip that a Python has.
struct OwnPip {
  let version, folder: String

  /// Nil when it has none.
  init?(_ python: String, _ environment: [String: String]) {
    let run = try? ProgramRun(
      python, ["-I", "-c", "import pip, os\nprint(pip.__version__, os.path.dirname(pip.__file__), sep='\\n')"],
      environment: environment, separatesOutput: true)
    guard let outcome = try? run?.wait(), outcome.succeeded else { return nil }
    let lines = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n")
    guard lines.count == 2 else { return nil }
    (version, folder) = (String(lines[0]), String(lines[1]))
  }
}
