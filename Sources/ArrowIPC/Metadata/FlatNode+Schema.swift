internal import Columnar

extension FlatNode {
  /// The table of a schema.
  static func schema(_ fields: [IPCField], metadata: [String: String]) -> FlatNode {
    var slots: [Int: FlatField] = [Slot.Schema.fields: .node(.tables(fields.map(field)))]
    slots[Slot.Schema.metadata] = keyValues(metadata)
    return .table(slots)
  }

  /// The list of pairs of a table, in the order of the keys; nil when there are none.
  static func keyValues(_ metadata: [String: String]) -> FlatField? {
    guard !metadata.isEmpty else { return nil }
    let pairs = metadata.sorted { $0.key < $1.key }.map { key, value in
      FlatNode.table([Slot.KeyValue.key: .node(.string(key)), Slot.KeyValue.value: .node(.string(value))])
    }
    return .node(.tables(pairs))
  }

  private static func field(_ field: IPCField) -> FlatNode {
    let (kind, parameters) = field.valueType.parts
    var slots: [Int: FlatField] = [
      Slot.Field.name: .node(.string(field.field.name)), Slot.Field.nullable: .bool(field.field.isNullable),
      Slot.Field.typeKind: .int8(kind), Slot.Field.type: .node(.table(parameters)),
      // Some readers do without a check that the list is there.
      Slot.Field.children: .node(.tables(field.children.map(Self.field))),
    ]
    if let id = field.dictionaryID, case .dictionary(let index, _, let isOrdered) = field.field.type {
      slots[Slot.Field.dictionary] = .node(
        .table([
          Slot.DictionaryEncoding.id: .int64(id),
          Slot.DictionaryEncoding.indexType: .node(.table(index.parts.parameters)),
          Slot.DictionaryEncoding.isOrdered: .bool(isOrdered),
        ]))
    }
    slots[Slot.Field.metadata] = keyValues(field.field.metadata)
    return .table(slots)
  }
}

extension ColumnType {
  /// The kind of the type, and its parameters by the number of their fields.
  fileprivate var parts: (kind: UInt8, parameters: [Int: FlatField]) {
    func integer(_ bits: Int32, isSigned: Bool) -> (UInt8, [Int: FlatField]) {
      (TypeKind.int, [0: .int32(bits), 1: .bool(isSigned)])
    }
    func decimal(_ precision: Int, _ scale: Int, _ bits: Int32) -> (UInt8, [Int: FlatField]) {
      (TypeKind.decimal, [0: .int32(Int32(clamping: precision)), 1: .int32(Int32(clamping: scale)), 2: .int32(bits)])
    }
    switch self {
    case .int8: return integer(8, isSigned: true)
    case .int16: return integer(16, isSigned: true)
    case .int32: return integer(32, isSigned: true)
    case .int64: return integer(64, isSigned: true)
    case .uint8: return integer(8, isSigned: false)
    case .uint16: return integer(16, isSigned: false)
    case .uint32: return integer(32, isSigned: false)
    case .uint64: return integer(64, isSigned: false)
    case .float16: return (TypeKind.floatingPoint, [0: .int16(0)])
    case .float32: return (TypeKind.floatingPoint, [0: .int16(1)])
    case .float64: return (TypeKind.floatingPoint, [0: .int16(2)])
    case .decimal128(let precision, let scale): return decimal(precision, scale, 128)
    case .decimal256(let precision, let scale): return decimal(precision, scale, 256)
    case .date32: return (TypeKind.date, [0: .int16(0)])
    case .date64: return (TypeKind.date, [0: .int16(1)])
    case .time32(let unit): return (TypeKind.time, [0: .int16(unit.code), 1: .int32(32)])
    case .time64(let unit): return (TypeKind.time, [0: .int16(unit.code), 1: .int32(64)])
    case .timestamp(let unit, let timeZone):
      return (
        TypeKind.timestamp, [0: .int16(unit.code)].merging(timeZone.map { [1: .node(.string($0))] } ?? [:]) { $1 }
      )
    case .duration(let unit): return (TypeKind.duration, [0: .int16(unit.code)])
    case .interval(let unit): return (TypeKind.interval, [0: .int16(unit.code)])
    default: return partsWithoutUnits
    }
  }

  private var partsWithoutUnits: (kind: UInt8, parameters: [Int: FlatField]) {
    switch self {
    case .bool: (TypeKind.bool, [:])
    case .utf8: (TypeKind.utf8, [:])
    case .largeUTF8: (TypeKind.largeUTF8, [:])
    case .utf8View: (TypeKind.utf8View, [:])
    case .binary: (TypeKind.binary, [:])
    case .largeBinary: (TypeKind.largeBinary, [:])
    case .binaryView: (TypeKind.binaryView, [:])
    case .fixedSizeBinary(let byteWidth): (TypeKind.fixedSizeBinary, [0: .int32(Int32(clamping: byteWidth))])
    case .list: (TypeKind.list, [:])
    case .largeList: (TypeKind.largeList, [:])
    case .listView: (TypeKind.listView, [:])
    case .largeListView: (TypeKind.largeListView, [:])
    case .fixedSizeList(_, let count): (TypeKind.fixedSizeList, [0: .int32(Int32(clamping: count))])
    case .struct: (TypeKind.structure, [:])
    case .map(_, _, let keysSorted): (TypeKind.map, [0: .bool(keysSorted)])
    default: (TypeKind.null, [:])
    }
  }
}

extension TimeUnit {
  /// The number that messages have for the unit.
  fileprivate var code: Int16 {
    switch self {
    case .second: 0
    case .millisecond: 1
    case .microsecond: 2
    case .nanosecond: 3
    }
  }
}

extension IntervalUnit {
  fileprivate var code: Int16 {
    switch self {
    case .yearMonth: 0
    case .dayTime: 1
    case .monthDayNano: 2
    }
  }
}
