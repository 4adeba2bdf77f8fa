internal import Columnar

/// A schema that a message or a file has.
struct IPCSchema: Sendable {
  let schema: Schema
  let fields: [IPCField]
  /// What the dictionaries hold, by their numbers.
  let dictionaries: [Int64: (type: ColumnType, children: [IPCField])]

  /// Throws `invalidMessage`, and `unsupported` for big-endian numbers and for types that have no ``ColumnType``.
  init(_ table: FlatTable, maxNesting: Int) throws(IPCError) {
    guard try table.integer(Slot.Schema.endianness, default: Int16(0)) == 0 else {
      throw IPCError(
        code: .unsupported, message: "the numbers of the columns are big-endian; send them little-endian")
    }
    let list = try table.tables(Slot.Schema.fields)
    var fields: [IPCField] = []
    for index in 0..<list.count { fields.append(try IPCField(try list.table(index), levels: maxNesting)) }
    self.fields = fields
    schema = Schema(fields.map(\.field), metadata: try table.keyValues(Slot.Schema.metadata))
    var dictionaries: [Int64: (type: ColumnType, children: [IPCField])] = [:]
    for (id, type, children) in fields.flatMap(\.dictionaries) {
      guard dictionaries.updateValue((type, children), forKey: id)?.type ?? type == type else {
        throw .invalid("the fields with dictionary \(id) have values of different types")
      }
    }
    self.dictionaries = dictionaries
  }
}

extension FlatTable {
  /// The pairs of a list; of equal keys, the last one counts.
  func keyValues(_ slot: Int) throws(IPCError) -> [String: String] {
    let list = try tables(slot)
    var metadata: [String: String] = [:]
    for index in 0..<list.count {
      let pair = try list.table(index)
      metadata[try pair.string(Slot.KeyValue.key) ?? ""] = try pair.string(Slot.KeyValue.value) ?? ""
    }
    return metadata
  }
}

extension IPCField {
  /// - Parameter levels: how many levels the field may have, itself included.
  fileprivate init(_ table: FlatTable, levels: Int) throws(IPCError) {
    let name = try table.string(Slot.Field.name) ?? ""
    do throws(IPCError) {
      guard levels > 0 else {
        throw IPCError(
          code: .limitExceeded, message: "the type is nested too deeply; flatten it, or raise maxNesting")
      }
      let list = try table.tables(Slot.Field.children)
      var children: [IPCField] = []
      for index in 0..<list.count { children.append(try IPCField(try list.table(index), levels: levels - 1)) }
      var type = try Self.type(table, children.map(\.field))
      var id: Int64?
      if let encoding = try table.table(Slot.Field.dictionary) {
        id = try encoding.integer(Slot.DictionaryEncoding.id, default: Int64(0))
        let index = try encoding.table(Slot.DictionaryEncoding.indexType)
        type = .dictionary(
          index: try index.map { (table) throws(IPCError) in try TypeReader(table: table).integer() } ?? .int32,
          value: type, isOrdered: try encoding.bool(Slot.DictionaryEncoding.isOrdered))
      }
      let field = Field(
        name: name, type: type, isNullable: try table.bool(Slot.Field.nullable),
        metadata: try table.keyValues(Slot.Field.metadata))
      self.init(field: field, dictionaryID: id, children: children)
    } catch {
      throw error.inContext("field '\(name)'")
    }
  }

  private static func type(_ table: FlatTable, _ children: [Field]) throws(IPCError) -> ColumnType {
    let kind = try table.integer(Slot.Field.typeKind, default: UInt8(0))
    guard kind != 0, let parameters = try table.table(Slot.Field.type) else { throw .invalid("there is no type") }
    let type = try TypeReader(table: parameters).type(kind, children)
    guard type.childFields.count == children.count else {
      throw .invalid("the type \(type) comes with \(children.count) children")
    }
    do throws(ColumnError) {
      try type.checkParameters()
    } catch {
      throw .invalid(error.message)
    }
    return type
  }
}
