package import Functions
package import WorkerProcess

extension UDFRowFailure: WireValue {
  package func write(to writer: inout WireWriter) {
    writer.write(function)
    writer.write(row)
    writer.write(errorType)
    writer.write(message)
    writer.write(line)
    writer.write(traceback)
    writer.write(arguments)
  }

  package init(from reader: inout WireReader) throws(WireError) {
    self.init(
      function: try reader.read(), row: try reader.read(), errorType: try reader.read(), message: try reader.read(),
      line: try reader.read(), traceback: try reader.read(), arguments: try reader.read())
  }
}
