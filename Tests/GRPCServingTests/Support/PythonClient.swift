#if Server
  import Foundation
  import Synchronization
  import Testing

  /// `client.py` as a process of its own, with the gRPC of Python. It is killed when this object goes.
  final class PythonClient {
    private final class Output: Sendable {
      let state = Mutex<(text: String, isWhole: Bool)>(("", false))
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Output()

    init(_ address: String, _ scenario: String, _ arguments: [String] = [], environment: [String: String] = [:]) throws
    {
      let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      let root = folder.deletingLastPathComponent().deletingLastPathComponent()
      let python = root.appendingPathComponent(".venv-server/bin/python")
      try #require(
        FileManager.default.fileExists(atPath: python.path), "\(python.path) is missing: run `make test-server`")
      process.executableURL = python
      process.arguments = [folder.appendingPathComponent("Client/client.py").path, address, scenario] + arguments
      process.environment = ["PYTHONUTF8": "1", "GRPC_VERBOSITY": "NONE"].merging(environment) { $1 }
      let pipe = Pipe()
      process.standardInput = input
      process.standardOutput = pipe
      process.standardError = pipe
      pipe.fileHandleForReading.readabilityHandler = { [output] handle in
        let data = handle.availableData
        if data.isEmpty { handle.readabilityHandler = nil }
        output.state.withLock {
          $0.text += String(decoding: data, as: UTF8.self)
          $0.isWhole = $0.isWhole || data.isEmpty
        }
      }
      try process.run()
    }

    deinit { kill() }

    var lines: [String] { output.state.withLock { $0.text }.split(separator: "\n").map(String.init) }

    /// Waits until it has said so many lines.
    func lines(_ count: Int) async throws -> [String] {
      do {
        try await eventually("line \(count) of the client", within: 120) {
          lines.count >= count || !process.isRunning
        }
        try await eventually("line \(count) of the client, which has ended", within: 5) { lines.count >= count }
      } catch {
        throw Overdue(what: "\(count) lines of the client, which said: \(lines)")
      }
      return lines
    }

    /// Lets it go on.
    func goOn() throws { try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8)) }

    /// Waits for its end, and gives all it said.
    func end() async throws -> [String] {
      try? input.fileHandleForWriting.close()
      do {
        try await eventually("the client's end", within: 120) {
          !process.isRunning && output.state.withLock { $0.isWhole }
        }
      } catch {
        throw Overdue(what: "the client's end; it said: \(lines)")
      }
      #expect(process.terminationStatus == 0, "\(lines)")
      return lines
    }

    func kill() {
      if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    }
  }
  /// What the client says of a scenario that needs no word in between.
  func clientSays(
    _ address: String, _ scenario: String, _ arguments: [String] = [], environment: [String: String] = [:]
  ) async throws -> [String] {
    let client = try PythonClient(address, scenario, arguments, environment: environment)
    return try await client.end()
  }
#endif
