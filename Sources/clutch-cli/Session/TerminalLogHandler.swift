import Logging

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
