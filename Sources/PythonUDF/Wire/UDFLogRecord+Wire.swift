import Logging
package import WorkerProcess

extension UDFLogRecord: WireValue {
  package func write(to writer: inout WireWriter) {
    writer.write(level.rawValue)
    writer.write(message)
    writer.write(origin.rawValue)
    writer.write(source)
    writer.write(function)
    writer.write(row)
    writer.write(loggerName)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    let level = Logger.Level(rawValue: try reader.read())
    let message: String = try reader.read()
    let origin = Origin(rawValue: try reader.read())
    guard let level, let origin else { throw WireError("a message is of no level, or of no origin") }
    self.init(
      level: level, message: message, origin: origin, source: try reader.read(), function: try reader.read(),
      row: try reader.read(), loggerName: try reader.read())
  }
}
