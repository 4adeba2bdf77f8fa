import ArgumentParser
import Foundation
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
    let time = Date.now.formatted(
      .iso8601.year().month().day().dateTimeSeparator(.standard).time(includingFractionalSeconds: true)
        .timeZone(separator: .omitted))
    switch form {
    case .text: StandardError.write(text(event, time, about))
    case .json: StandardError.write(json(event, time, about))
    }
  }

  private func text(_ event: LogEvent, _ time: String, _ about: Logger.Metadata) -> String {
    var lines = event.message.description.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let pairs = about.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.oneLine("\($0.value)"))" }.joined()
    lines[0] += pairs
    return "\(time) \(event.level) \(lines.joined(separator: "\n  "))\n"
  }

  /// A value as it stands in a line of text: who is logged must not write lines of their own.
  private static func oneLine(_ value: String) -> String {
    value.unicodeScalars.contains { $0.properties.generalCategory == .control }
      ? String(value.debugDescription.dropFirst().dropLast()) : value
  }

  private func json(_ event: LogEvent, _ time: String, _ about: Logger.Metadata) -> String {
    var entry = about.reduce(into: [:]) { $0[$1.key] = "\($1.value)" }
    entry["time"] = time
    entry["level"] = event.level.rawValue
    entry["message"] = event.message.description
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = (try? encoder.encode(entry)).map { String(decoding: $0, as: UTF8.self) }
    return (line ?? #"{"message":"a message that is no text"}"#) + "\n"
  }
}
