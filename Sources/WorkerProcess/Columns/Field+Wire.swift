package import Columnar

/// A field as its name, the notation of the C Data Interface, and what that leaves out.
extension Field: WireValue {
  package func write(to writer: inout WireWriter) {
    writer.write(name)
    writer.write(isNullable)
    writer.write(metadata)
    writer.write(type)
  }

  package init(from reader: inout WireReader) throws(WireError) { try self.init(from: &reader, depth: 0) }

  fileprivate init(from reader: inout WireReader, depth: Int) throws(WireError) {
    guard depth < 64 else { throw WireError("a type is nested more than 64 times") }
    let name = try reader.readText()
    let isNullable = try reader.read(Bool.self)
    let metadata = try reader.read([String: String].self)
    self.init(
      name: name, type: try ColumnType(from: &reader, depth: depth), isNullable: isNullable, metadata: metadata)
  }
}

extension ColumnType: WireValue {
  package func write(to writer: inout WireWriter) {
    writer.write(format)
    var flag = false
    if case .map(_, _, true) = self { flag = true }
    if case .dictionary(_, _, true) = self { flag = true }
    writer.write(flag)
    writer.write(childFields)
    writer.write(dictionaryType != nil)
    if let dictionaryType { writer.write(dictionaryType) }
  }

  package init(from reader: inout WireReader) throws(WireError) { try self.init(from: &reader, depth: 0) }

  fileprivate init(from reader: inout WireReader, depth: Int) throws(WireError) {
    guard depth < 64 else { throw WireError("a type is nested more than 64 times") }
    let format = try reader.readText()
    let flag = try reader.read(Bool.self)
    var children: [Field] = []
    for _ in 0..<(try reader.readCount()) { children.append(try Field(from: &reader, depth: depth + 1)) }
    let type: ColumnType
    do { type = try ColumnType(format: format, children: children, keysSorted: flag) } catch {
      throw WireError(error.message)
    }
    guard try reader.read(Bool.self) else {
      self = type
      return
    }
    guard type.isInteger else { throw WireError("a dictionary has indices of type \(type)") }
    self = .dictionary(index: type, value: try ColumnType(from: &reader, depth: depth + 1), isOrdered: flag)
  }
}
