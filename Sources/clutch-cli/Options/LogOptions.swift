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
    parsing: .unconditional,
    help: ArgumentHelp("How many messages a second each function may write; 0 for any number.", valueName: "count"),
    transform: wholeNumber(0...1_000_000))
  var logLimit = 100

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
