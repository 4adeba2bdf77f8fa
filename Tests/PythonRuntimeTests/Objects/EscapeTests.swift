import Foundation
import Testing

/// Runs the compiler on small sources: what must not be written must not compile.
@Suite(.timeLimit(.minutes(30))) struct EscapeTests {
  @Test func `plain use of objects compiles`() throws {
    let (status, output) = try compile("allowed")
    #expect(status == 0, "\(output)")
  }

  @Test(arguments: [
    ("returned", ["'withGIL' requires that 'PythonObject' conform to 'Escapable'"]),
    ("stored", ["'kept'", "'PythonObject?'", "'@Sendable' closure"]),
    ("captured", ["'object'", "'PythonObject'", "'@Sendable' closure"]),
    ("captured-token", ["'py'", "'Python'", "'@Sendable' closure"]),
    ("array", ["'Array' requires that 'PythonObject' conform to 'Escapable'"]),
    ("property", ["~Escapable"]),
  ])
  func `an object cannot leave its interpreter`(fixture: String, diagnostics: [String]) throws {
    let (status, output) = try compile(fixture)
    #expect(status != 0)
    let errors = output.split(separator: "\n").filter {
      $0.contains("\(fixture).swift") && $0.contains("error:")
    }
    #expect(
      errors.contains { error in diagnostics.allSatisfy { error.contains($0) } },
      "expected \(diagnostics) in:\n\(output)")
    // For no other reason than that: every complaint is about the lines that the fixture is there for.
    #expect(!output.contains("no such module"))
    #expect(!output.contains("missing required module"))
  }

  /// The folder of the build that this test is part of, with the modules in it.
  private func build(_ package: URL) throws -> String {
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
    return try #require(
      [program, package.path + "/.build/debug"].first {
        FileManager.default.fileExists(atPath: $0 + "/Modules/PythonRuntime.swiftmodule")
      })
  }

  private func compile(_ fixture: String) throws -> (status: Int32, output: String) {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let build = try build(tests.deletingLastPathComponent().deletingLastPathComponent())
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Lifetimes are checked after type checking, so go as far as to the intermediate language.
    process.arguments = [
      "swiftc", "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-I", build + "/Modules",
      "-Xcc", "-fmodule-map-file=\(build)/CPythonABI.build/module.modulemap",
      "-Xcc", "-fmodule-map-file=\(build)/CCrashReport.build/module.modulemap",
      "-Xcc", "-fmodule-map-file=\(build)/CLinuxABI.build/module.modulemap",
      tests.path + "/Fixtures/\(fixture).swift",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
