#if Server
  import Foundation
  import TestSupport
  import Testing

  /// `clutch serve` as a process of its own, at a port that was free. It is killed when this object goes.
  final class ServerProgram {
    let program: RunningProgram
    let address: String

    /// Starts it, and waits until it serves.
    init(
      _ folder: TestFolder, _ arguments: [String], environment: [String: String] = [:], descriptors: Int? = nil
    ) throws {
      program = try startClutch(
        ["serve", "--port", "0"] + arguments, in: folder, environment, descriptors: descriptors)
      try program.errors.wait(for: "serving ")
      try program.errors.wait(for: "\n")
      let greeting = try #require(program.errors.text.split(separator: "\n").first { $0.contains("serving ") })
      let words = greeting.split(whereSeparator: { " \"".contains($0) })
      address = String(try #require(words.first { $0.hasPrefix("127.0.0.1:") }))
    }

    var log: String { program.errors.text }

    var port: Int { address.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Waits until the log has a text, or has it so many times.
    func logs(_ text: String, times: Int = 1) throws { try program.errors.wait(for: text, times: times) }

    /// Ends it as an operator does; all its calls must be over.
    @discardableResult func end() throws -> ProgramEnd {
      program.send(SIGTERM)
      let end = try program.end()
      #expect(end.status == .exited(0), "\(end)")
      return end
    }
  }

  /// Runs `clutch` with the Python of the checkout, and nothing of this process's settings.
  ///
  /// - Parameters:
  ///   - descriptors: how many files it may have open.
  ///   - errors: its standard error, instead of a pipe that is read.
  func startClutch(
    _ arguments: [String], in folder: TestFolder, _ changes: [String: String] = [:], descriptors: Int? = nil,
    errors: FileHandle? = nil
  ) throws -> RunningProgram {
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("CLUTCH_") }
    environment["VIRTUAL_ENV"] = nil
    environment["CLUTCH_PYTHON"] = try Checkout.environment()
    var (program, arguments) = (try Checkout.clutch(), arguments)
    if let descriptors {
      arguments = ["-c", "ulimit -n \(descriptors); exec \"$0\" \"$@\"", program] + arguments
      program = "/bin/sh"
    }
    return try RunningProgram(
      program, arguments, in: folder.url.path, environment: environment.merging(changes) { $1 }, terminal: errors)
  }

  func runClutch(_ arguments: [String], in folder: TestFolder, _ changes: [String: String] = [:]) throws -> ProgramEnd {
    try startClutch(arguments, in: folder, changes).end()
  }

  /// `checks.py` as a process of its own.
  func startChecks(
    _ server: ServerProgram, _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> RunningProgram {
    try startChecks(server.address, arguments, environment: environment)
  }

  func startChecks(
    _ address: String, _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> RunningProgram {
    try startPython("checks.py", address, arguments, environment)
  }

  /// A client of this folder as a process of its own.
  func startPython(
    _ name: String, _ address: String, _ arguments: [String], _ environment: [String: String] = [:]
  ) throws -> RunningProgram {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Client/\(name)").path
    return try RunningProgram(
      try Checkout.path(".venv-server/bin/python"), [script, address] + arguments,
      in: FileManager.default.temporaryDirectory.path,
      environment: ["PYTHONUTF8": "1", "GRPC_VERBOSITY": "NONE"].merging(environment) { $1 })
  }

  /// Runs one function of `checks.py`, which must be content; gives what it printed.
  @discardableResult
  func check(_ server: ServerProgram, _ arguments: String..., environment: [String: String] = [:]) throws -> String {
    let end = try startChecks(server, arguments, environment: environment).end()
    #expect(end.status == .exited(0), "\(arguments): \(end.output)\(end.errors)\(server.log.suffix(2_000))")
    return end.output
  }

  /// The test files' functions.
  let functions = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Files/functions.py").path

  /// A folder that goes with this object.
  final class TestFolder {
    let url: URL

    init() throws {
      url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        .appendingPathComponent("clutch-serve-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    @discardableResult func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
      let path = url.appendingPathComponent(name).path
      // As editors do: the new file takes the old one's place.
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      return path
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
  }

  /// All tests of the target: each starts servers and clients, on two cores.
  @Suite("clutch serve", .serialized, .timeLimit(.minutes(30))) struct Serve {}
#endif
