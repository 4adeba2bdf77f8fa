import Foundation

/// PyArrow in a process of its own, from the virtual environment of the checkout.
enum PyArrow {
  /// Random arrays with their values, the same ones for the same seed.
  static func generate(seed: Int, count: Int) throws -> [Exchange] {
    try run(["generate", "\(seed)", "\(count)"])
  }

  struct Finding: Decodable {
    var type: String?
    var values: [Canonical]?
    var error: String?
    var releases: Int
  }

  /// What PyArrow says about arrays: their type and values, or what is wrong with them.
  static func check(_ cases: [Exchange]) throws -> [Finding] {
    let input = temporaryFile()
    defer { try? FileManager.default.removeItem(at: input) }
    try JSONEncoder().encode(cases).write(to: input)
    return try run(["check", input.path])
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  private static let environment =
    root.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(".venv").path

  private static func run<Result: Decodable>(_ arguments: [String]) throws -> Result {
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: "\(environment)/lib")) ?? []
    guard
      versions.contains(where: {
        FileManager.default.fileExists(atPath: "\(environment)/lib/\($0)/site-packages/pyarrow")
      })
    else { throw Failure(description: "there is no pyarrow in .venv: run make test, which installs it") }
    let output = temporaryFile()
    defer { try? FileManager.default.removeItem(at: output) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "\(environment)/bin/python")
    process.arguments = [root.appendingPathComponent("Files/exchange.py").path] + arguments + [output.path]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "exchange.py ended with \(process.terminationStatus)")
    }
    return try JSONDecoder().decode(Result.self, from: Data(contentsOf: output))
  }

  private static func temporaryFile() -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("clutch-exchange-\(UUID().uuidString).json")
  }

  private struct Failure: Error, CustomStringConvertible { let description: String }
}
