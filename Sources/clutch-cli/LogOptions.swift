import ArgumentParser
import Clutch
import Logging

/// The options that say what is shown of what functions print, log and warn of.
struct LogOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which messages of the functions are shown: trace, debug, info, notice, warning, error, critical, or none.",
      discussion: "print is info, sys.stderr notice. Python's logging itself passes warnings only, unless configured.",
      valueName: "level"))
  var logLevel = LogLevel.level(.info)
  @Option(
    help: ArgumentHelp("How many messages a second each function may write; 0 for any number.", valueName: "count"))
  var logLimit = 100

  func validate() throws {
    guard logLimit >= 0 else { throw ValidationError("--log-limit takes a number of messages a second, or 0.") }
  }

  /// Where functions write to.
  var logging: UDFLogging {
    let logger = Logger(label: "clutch") { _ in
      switch logLevel {
      case .none: SwiftLogNoOpLogHandler()
      case .level(let level): TerminalLogHandler(logLevel: level)
      }
    }
    return UDFLogging(logger: logger, messagesPerSecond: logLimit == 0 ? nil : logLimit)
  }
}

/// What `--log-level` takes.
enum LogLevel: ExpressibleByArgument {
  case none
  case level(Logger.Level)

  init?(argument: String) {
    if argument == "none" {
      self = .none
    } else if let level = Logger.Level(rawValue: argument) {
      self = .level(level)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .none: "none"
    case .level(let level): level.rawValue
    }
  }

  static var allValueStrings: [String] { Logger.Level.allCases.map(\.rawValue) + ["none"] }
}

/// Writes messages of functions to standard error, each after the function and the row of its batch, as in `score[17]:`.
struct TerminalLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let place = event.metadata ?? [:]
    var prefix = (place["udf.function"] ?? place["udf.source"]).map { "\($0)" } ?? "udf"
    if let row = place["udf.row"] { prefix += "[\(row)]" }
    if event.level != .info, event.level != .notice { prefix += " \(event.level)" }
    let lines = event.message.description.split(separator: "\n", omittingEmptySubsequences: false)
    StandardError.write("\(prefix): \(lines.joined(separator: "\n  "))\n")
  }
}
