import Columnar

/// Annotations for columns of any type, and the classes that they name.
struct Annotations {
  /// Source text.
  private(set) var classes = ""
  private var count = 0

  /// The annotation whose result column holds the same values as a column that the field describes.
  mutating func annotation(_ field: Field) -> String {
    switch field.type {
    case .null: return "None"
    case .bool: return "bool"
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: return integer(field.type)
    case .float16, .float64: return "float"
    case .float32: return "Float32"
    case .decimal128(_, let scale): return "Annotated[Decimal, Decimal128(38, \(max(0, scale)))]"
    case .decimal256(_, let scale): return "Annotated[Decimal, Decimal256(76, \(max(0, scale)))]"
    case .date32, .date64: return "date"
    case .time32, .time64: return "time"
    case .timestamp(let unit, nil): return "Annotated[datetime, Timestamp(unit='\(unit)')]"
    case .timestamp(let unit, let zone?): return "Annotated[datetime, Timestamp(tz='\(zone)', unit='\(unit)')]"
    case .duration: return "timedelta"
    case .interval: return "Interval"
    case .utf8, .largeUTF8, .utf8View: return field.extensionName == "arrow.json" ? "Json" : "str"
    case .binary, .largeBinary, .binaryView: return "bytes"
    case .fixedSizeBinary: return field.extensionName == "arrow.uuid" ? "UUID" : "bytes"
    case .list(let item), .largeList(let item), .fixedSizeList(let item, _), .listView(let item),
      .largeListView(let item):
      return "list[\(annotation(item))]"
    case .map(let key, let value, _): return "dict[\(annotation(key)), \(annotation(value))]"
    case .struct(let fields): return structure(fields)
    case .dictionary(_, let value, _):
      return annotation(Field(name: field.name, type: value, metadata: field.metadata))
    }
  }

  private func integer(_ type: ColumnType) -> String {
    let name = type.description
    return name.hasPrefix("u") ? "UI" + name.dropFirst(2) : "I" + name.dropFirst()
  }

  /// Every kind of class in turn.
  private mutating func structure(_ fields: [Field]) -> String {
    let types = fields.map { annotation($0) }
    let name = "S\(count)"
    let (header, base) = [
      ("@dataclass\n", ""), ("", "(NamedTuple)"), ("", "(TypedDict)"), ("@dataclass(kw_only=True, slots=True)\n", ""),
    ][count % 4]
    count += 1
    classes += "\(header)class \(name)\(base):\n"
    for (field, type) in zip(fields, types) { classes += "  \(field.name): \(type)\n" }
    return name
  }
}
