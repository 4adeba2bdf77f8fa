import ArgumentParser
import Essentials
import HostSupport
import Logging

/// How a server writes its log.
enum LogForm: String, ExpressibleByArgument, CaseIterable { case text, json }

/// Writes lines to standard error for whoever collects them: the time, the level, the message, and what it is about.
struct ServerLogHandler: LogHandler {
  let form: LogForm
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?

  init(_ form: LogForm, _ level: Logger.Level) { (self.form, logLevel) = (form, level) }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let about = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
    StandardError.write(form.line(event.level, event.message.description, about))
  }
}

extension LogForm {
  /// A message as it is written, with the end of its line.
  func line(_ level: Logger.Level, _ message: String, _ about: Logger.Metadata = [:]) -> String {
    let time = Date.now.formatted(
      .iso8601.year().month().day().dateTimeSeparator(.standard).time(includingFractionalSeconds: true)
        .timeZone(separator: .omitted))
    return switch self {
    case .text: textLine(level, message, time, about)
    case .json: jsonLine(level, message, time, about)
    }
  }

  /// Who is logged must not write lines of their own, nor move the cursor of whoever looks at them.
  private func textLine(_ level: Logger.Level, _ message: String, _ time: String, _ about: Logger.Metadata) -> String {
    // By scalars: a carriage return and a line feed are one character to Swift.
    let unified = message.replacing("\r\n", with: "\n")
    var lines = unified.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { Self.escaped(String($0)) }
    lines[0] += about.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.escaped("\($0.value)"))" }.joined()
    return "\(time) \(level) \(lines.joined(separator: "\n  "))\n"
  }

  /// Without control characters and other ends of lines; the tabulator stays.
  private static func escaped(_ text: String) -> String {
    func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
      switch scalar.properties.generalCategory {
      case .control: scalar != "\t"
      case .lineSeparator, .paragraphSeparator: true
      default: false
      }
    }
    guard text.unicodeScalars.contains(where: isHarmful) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if isHarmful(scalar) {
        result += scalar.escaped(asASCII: true)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }

  private func jsonLine(_ level: Logger.Level, _ message: String, _ time: String, _ about: Logger.Metadata) -> String {
    var entry = about.reduce(into: [:]) { $0[$1.key] = "\($1.value)" }
    entry["time"] = time
    entry["level"] = level.rawValue
    entry["message"] = message
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = (try? encoder.encode(entry)).map { String(decoding: $0, as: UTF8.self) }
    return (line ?? #"{"message":"a message that is no text"}"#) + "\n"
  }
}
