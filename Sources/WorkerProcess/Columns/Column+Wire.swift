internal import ArrowIPC
package import Columnar

extension Column {
  /// Writes rows, of which the reader knows the type.
  ///
  /// - Throws: `WireError` when offsets point outside, which foreign columns may have that were not validated.
  package func write(to writer: inout WireWriter) throws(WireError) {
    let compact: Column
    do { compact = try compacted() } catch { throw WireError("\(error)") }
    try compact.writeParts(to: &writer)
  }

  private func writeParts(to writer: inout WireWriter) throws(WireError) {
    writer.write(count)
    writer.write(nullCount)
    writer.write(validityBuffer != nil)
    if let validityBuffer { writer.write(validityBuffer) }
    writer.write(buffers.count)
    for buffer in buffers { writer.write(buffer) }
    writer.write(children.count)
    for child in children { try child.writeParts(to: &writer) }
    // Whole, since rows may refer to any of it.
    if let dictionary { try dictionary.write(to: &writer) }
  }

  /// Reads rows of a type.
  ///
  /// The structure is checked, and what is in the rows is not.
  package init(_ type: ColumnType, from reader: inout WireReader) throws(WireError) {
    let count = try reader.readInt()
    let nullCount = try reader.readInt()
    let validity = try reader.read(Bool.self) ? try reader.readBuffer() : nil
    var buffers: [Buffer] = []
    for _ in 0..<(try reader.readCount()) { buffers.append(try reader.readBuffer()) }
    let childCount = try reader.readCount()
    let fields = type.childFields
    guard childCount == fields.count else {
      throw WireError("a \(type) column comes with \(childCount) children")
    }
    var children: [Column] = []
    for field in fields { children.append(try Column(field.type, from: &reader)) }
    let dictionary = try type.dictionaryType.map { (type) throws(WireError) in try Column(type, from: &reader) }
    do {
      try self.init(
        type: type, count: count, nullCount: type == .null ? nil : nullCount, validity: validity, buffers: buffers,
        children: children, dictionary: dictionary)
    } catch { throw WireError(error.message) }
  }
}

extension RecordBatch {
  package func write(to writer: inout WireWriter, _ schemas: inout SentSchemas) throws(WireError) {
    schemas.write(schema, to: &writer)
    writer.write(rowCount)
    for column in columns { try column.write(to: &writer) }
  }

  /// - Parameter level: how well the rows are checked.
  package init(
    from reader: inout WireReader, _ schemas: inout ReceivedSchemas, validating level: ValidationLevel
  ) throws(WireError) {
    let schema = try schemas.read(&reader)
    let rowCount = try reader.readInt()
    guard rowCount >= 0 else { throw WireError("a batch says that it has \(rowCount) rows") }
    var columns: [Column] = []
    for field in schema.fields { columns.append(try Column(field.type, from: &reader)) }
    do {
      for column in columns where level == .full { try column.validate(.full) }
      try self.init(schema: schema, columns: columns, rowCount: rowCount)
    } catch { throw WireError(error.message) }
  }
}
