import Foundation
import PythonRuntime
import TestSupport
import Testing

/// The built program, in an empty working folder of its own that goes away with this object.
final class Clutch {
  let folder: String
  let program: String
  private let python: String

  init() throws {
    program = try Checkout.clutch()
    python = try Checkout.environment()
    // Resolved, because a program that is asked where it lies answers with the real path.
    let temporary = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    folder = temporary.appendingPathComponent("clutch-cli-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The test files' `functions.py`.
  static let functions = file("functions.py")

  static func file(_ name: String) -> String {
    Bundle.module.bundleURL.appendingPathComponent("Files/\(name)").path
  }

  // MARK: Running

  /// - Parameter environment: added to this process's own without what chooses a Python or a DuckDB; nil takes away.
  ///   `CLUTCH_PYTHON` is the checkout's virtual environment unless it says otherwise.
  func start(
    _ arguments: [String], environment changes: [String: String?] = [:], input: String = "",
    terminal: FileHandle? = nil, closingOutputAfter lines: Int? = nil
  ) throws -> RunningProgram {
    try RunningProgram(
      program, arguments, in: folder, environment: environment(changes), input: input, terminal: terminal,
      closingOutputAfter: lines)
  }

  func run(
    _ arguments: String..., environment changes: [String: String?] = [:], input: String = ""
  ) throws -> ProgramEnd {
    try start(arguments, environment: changes, input: input).end()
  }

  /// Runs it by way of the shell; "$clutch" is the program.
  func shell(_ command: String) throws -> ProgramEnd {
    try RunningProgram(
      "/bin/sh", ["-c", command], in: folder, environment: environment(["clutch": program])
    ).end()
  }

  /// Runs it with exactly this environment.
  func run(onlyWith environment: [String: String], _ arguments: String...) throws -> ProgramEnd {
    try RunningProgram(program, arguments, in: folder, environment: environment).end()
  }

  func environment(_ changes: [String: String?]) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    for name in ["CLUTCH_DUCKDB", "VIRTUAL_ENV"] { environment[name] = nil }
    environment["CLUTCH_PYTHON"] = python
    for (name, value) in changes { environment[name] = value }
    return environment
  }

  // MARK: The folder

  /// Everything in the working folder, hidden files too.
  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

  func text(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }

  @discardableResult
  func write(_ name: String, _ text: String, executable: Bool = false) throws -> String {
    let path = "\(folder)/\(name)"
    if executable {
      try writeProgram(text, to: path)
    } else {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
    return path
  }
}

/// The Pythons that pyenv has, by minor version.
enum Pyenv {
  static func python(_ major: Int, _ minor: Int) -> String? {
    let environment = ProcessInfo.processInfo.environment
    let folder = (environment["PYENV_ROOT"] ?? (environment["HOME"] ?? "") + "/.pyenv") + "/versions"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let found = names.first { name in
      PythonVersion(parsing: name).map { ($0.major, $0.minor) == (major, minor) } ?? false
    }
    return found.map { "\(folder)/\($0)/bin/python3" }
      .flatMap { FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil }
  }
}
