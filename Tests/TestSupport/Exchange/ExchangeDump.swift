package import CArrowABI
package import Columnar

extension Exchange {
  /// What the C structs of an exported column show. They are released before this returns.
  package init(exporting column: Column, as field: Field) {
    var array = ArrowArray()
    var schema = ArrowSchema()
    column.export(to: &array)
    field.export(to: &schema)
    self.init(
      type: field.type.description, schema: ExchangeSchema(showing: schema),
      array: ExchangeArray(showing: array, of: column))
    array.release?(&array)
    schema.release?(&schema)
  }
}

extension ExchangeSchema {
  package init(showing schema: ArrowSchema) {
    self.init(format: schema.format.map { String(cString: $0) } ?? "missing")
    name = schema.name.map { String(cString: $0) } ?? ""
    flags = schema.flags
    metadata = schema.metadata.map { Hexadecimal.text(Self.packed(UnsafeRawPointer($0))) }
    children = (0..<Int(schema.n_children)).compactMap { index in
      (schema.children?[index]).map { ExchangeSchema(showing: $0.pointee) }
    }
    dictionary = schema.dictionary.map { Indirect(ExchangeSchema(showing: $0.pointee)) }
  }

  private static func packed(_ address: UnsafeRawPointer) -> [UInt8] {
    var end = 4
    for _ in 0..<(2 * address.loadUnaligned(as: Int32.self)) {
      end += 4 + Int(address.loadUnaligned(fromByteOffset: end, as: Int32.self))
    }
    return Array(UnsafeRawBufferPointer(start: address, count: end))
  }
}

extension ExchangeArray {
  /// The sizes of the buffers are the column's, since the struct does not tell them.
  package init(showing array: ArrowArray, of column: Column) {
    var sizes = column.type == .null ? [] : [(column.offset + column.count + 7) / 8]
    sizes += column.buffers.map(\.byteCount)
    if column.type == .utf8View || column.type == .binaryView { sizes.append((column.buffers.count - 1) * 8) }
    self.init(length: array.length, nullCount: array.null_count, offset: array.offset, buffers: [])
    buffers = (0..<Int(array.n_buffers)).map { index in
      (array.buffers?[index]).map { Hexadecimal.text(UnsafeRawBufferPointer(start: $0, count: sizes[index])) }
    }
    children = (0..<Int(array.n_children)).compactMap { index in
      (array.children?[index]).map { ExchangeArray(showing: $0.pointee, of: column.children[index]) }
    }
    if let pointer = array.dictionary, let values = column.dictionary {
      dictionary = Indirect(ExchangeArray(showing: pointer.pointee, of: values))
    }
  }
}
