public import Columnar

extension UDFType {
  /// The field that describes a result column of this type.
  ///
  /// A plain `Decimal` has the ``Digits/standard`` digits here; a call may give it others, see
  /// ``UDFSignature/resultField(for:)``.
  public func field(named name: String) -> Field {
    switch self {
    case .any, .json: .extended(name: name, type: .utf8, extensionName: ExtensionName.json)
    case .int128:
      .extended(
        name: name, type: .fixedSizeBinary(byteWidth: 16), extensionName: ExtensionName.opaque,
        extensionMetadata: ExtensionName.hugeint)
    case .decimalText: .extended(name: name, type: .utf8, extensionName: ExtensionName.decimalText)
    case .uuid: .extended(name: name, type: .fixedSizeBinary(byteWidth: 16), extensionName: ExtensionName.uuid)
    case .pickle: .extended(name: name, type: .binary, extensionName: ExtensionName.pickle)
    default: Field(name: name, type: plainColumnType)
    }
  }

  /// The type of a result column.
  public var columnType: ColumnType { field(named: "").type }

  private var plainColumnType: ColumnType {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int64
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .float: .float64
    case .float32: .float32
    case .any, .json, .decimalText, .string: .utf8
    case .pickle, .bytes: .binary
    case .int128, .uuid: .fixedSizeBinary(byteWidth: 16)
    case .decimal(let digits): (digits ?? .standard).columnType
    case .date: .date32
    case .time: .time64(.microsecond)
    case .timestamp(let unit, let timeZone): .timestamp(unit, timeZone: timeZone)
    case .duration: .duration(.microsecond)
    case .interval: .interval(.monthDayNano)
    case .nanoseconds: .timestamp(.nanosecond, timeZone: nil)
    case .list(let element): .list(element.field(named: "item"))
    case .map(let key, let value):
      .map(key: key.keyField, value: value.field(named: "value"), keysSorted: false)
    case .structure(let structure): .struct(structure.fields.map { $0.type.field(named: $0.name) })
    case .enumeration(let enumeration):
      .dictionary(index: enumeration.indexType, value: .utf8, isOrdered: false)
    }
  }

  /// The field of a map's keys, which cannot be null.
  package var keyField: Field {
    var field = field(named: "key")
    field.isNullable = false
    return field
  }
}

extension UDFType.Digits {
  package var columnType: ColumnType {
    isWide ? .decimal256(precision: precision, scale: scale) : .decimal128(precision: precision, scale: scale)
  }
}

extension UDFType.Enumeration {
  /// As narrow as DuckDB stores an enumeration of so many values.
  package var indexType: ColumnType {
    switch values.count {
    case ...Int(UInt8.max): .uint8
    case ...Int(UInt16.max): .uint16
    default: .uint32
    }
  }
}

extension UDFType {
  /// The type of a Python value that suits a column best: what `Any` takes.
  package static func natural(of field: Field) -> UDFType {
    if field.isHugeInteger || field.isUnsignedHugeInteger { return .int }
    switch field.type {
    case .null: return .null
    case .bool: return .bool
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: return .int
    case .float16, .float32, .float64: return .float
    case .decimal128, .decimal256: return .decimal(nil)
    case .date32, .date64: return .date
    case .time32, .time64: return .time
    case .timestamp: return .timestamp(.microsecond, timeZone: nil)
    case .duration: return .duration
    case .interval: return .interval
    case .utf8, .largeUTF8, .utf8View:
      if field.isJSON { return .json }
      return field.extensionName == ExtensionName.decimalText ? .decimal(nil) : .string
    case .binary, .largeBinary, .binaryView:
      return field.extensionName == ExtensionName.pickle ? .pickle : .bytes
    case .fixedSizeBinary: return field.isUUID ? .uuid : .bytes
    case .largeList where field.type.largeMapFields != nil: return .map(key: .any, value: .any)
    case .list, .largeList, .fixedSizeList, .listView, .largeListView: return .list(.any)
    case .map: return .map(key: .any, value: .any)
    case .struct(let fields):
      return .structure(
        Structure(
          name: "Record", fields: fields.map { .init(name: $0.name, type: .any) }, classIndex: nil, form: .record))
    case .dictionary(_, let value, _): return natural(of: field.decoded(value))
    }
  }
}

extension Field {
  /// The same field for the values of a dictionary, which have the extension type of the whole.
  package func decoded(_ value: ColumnType) -> Field {
    Field(name: name, type: value, isNullable: isNullable, metadata: metadata)
  }
}
