import Foundation

/// A program that is run to its end, with what that takes.
struct WholeProcess {
  private let program: String
  private let arguments: [String]
  private let environment: [String: String]

  private let isQuiet: Bool

  /// - Parameter isQuiet: whether what it writes to standard error is dropped.
  init(_ program: String, _ arguments: [String], _ environment: [String: String], isQuiet: Bool = false) {
    self.isQuiet = isQuiet
    self.program = program
    self.arguments = arguments
    self.environment = environment
  }

  /// The tool beside this program.
  static func tool() throws -> String {
    let path = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
      .appending(path: "clutch").path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw BenchmarkError("there is no \(path); build it: swift build -c release --product clutch")
    }
    return path
  }

  /// In seconds.
  struct Cost {
    let wall, processor: Double
  }

  func run() throws -> Cost {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    process.standardOutput = FileHandle.nullDevice
    if isQuiet { process.standardError = FileHandle.nullDevice }
    let hasEnded = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in hasEnded.signal() }
    let before = Self.processorSeconds
    let wall = try seconds {
      try process.run()
      hasEnded.wait()
    }
    guard process.terminationStatus == 0 else {
      throw BenchmarkError(
        "\(program) \(arguments.joined(separator: " ")) ended with status \(process.terminationStatus)")
    }
    return Cost(wall: wall, processor: Self.processorSeconds - before)
  }

  /// What it writes to standard output; nil when it does not end well.
  func output() throws -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
  }

  /// What all processes have taken that this one has started and that have ended.
  private static var processorSeconds: Double {
    var usage = rusage()
    #if canImport(Darwin)
      getrusage(RUSAGE_CHILDREN, &usage)
    #else
      getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    #endif
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
  }
}
