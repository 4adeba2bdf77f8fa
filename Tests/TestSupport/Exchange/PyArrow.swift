import Foundation

/// PyArrow in a process of its own, from the virtual environment of the checkout.
package enum PyArrow {
  /// Random arrays with their values, the same ones for the same seed.
  ///
  /// - Parameter forPython: whether all of them are such as Python's own types can hold.
  package static func generate(seed: Int, count: Int, forPython: Bool = false) throws -> [Exchange] {
    try run(["generate", "\(seed)", "\(count)"] + (forPython ? ["python"] : []))
  }

  package struct Finding: Decodable {
    package var type: String?
    package var values: [Canonical]?
    package var error: String?
    package var releases: Int
  }

  /// What PyArrow says about arrays: their type and values, or what is wrong with them.
  package static func check(_ cases: [Exchange]) throws -> [Finding] {
    let input = temporaryFile()
    defer { try? FileManager.default.removeItem(at: input) }
    try JSONEncoder().encode(cases).write(to: input)
    return try run(["check", input.path])
  }

  /// The folder of the Python side.
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  /// The source of the function `shown`, which shows a value of Python as `Exchange.shown` has it.
  package static func showingFunction() throws -> String {
    try String(contentsOf: folder.appendingPathComponent("shown.py"), encoding: .utf8)
  }

  /// Runs a script of the folder, which writes its result to the file that its last argument names.
  static func run<Result: Decodable>(_ arguments: [String], script: String = "exchange.py") throws -> Result {
    let environment = try Checkout.environment()
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
    process.arguments = [folder.appendingPathComponent(script).path] + arguments + [output.path]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(script) ended with \(process.terminationStatus)")
    }
    return try JSONDecoder().decode(Result.self, from: Data(contentsOf: output))
  }

  static func temporaryFile() -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("clutch-exchange-\(UUID().uuidString).json")
  }

  private struct Failure: Error, CustomStringConvertible { let description: String }
}
