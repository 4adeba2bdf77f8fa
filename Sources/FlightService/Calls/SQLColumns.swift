import Columnar
import Functions

/// What columns of engines mean whose SQL types are fewer, or others, than those of parameters.
///
/// ClickHouse has one type for text, bytes and JSON, and a time zone on every timestamp. Databend has a mark of its own for
/// JSON, a time zone on no timestamp, and calls the parts of a tuple 1, 2, and so on.
enum SQLColumns {
  /// The key and the value in a field's metadata that are Databend's mark for JSON.
  static let databendMark = (key: "Extension", json: "Variant")

  /// What a column is for the parameter that it goes to: the same memory as the type that the engine means by it.
  static func meant(_ field: Field, for type: UDFType, by engine: Engine) -> Field {
    var field = field
    switch (engine, type, field.type) {
    case (.clickhouse, .any, _) where field.type.isText, (.clickhouse, .json, _) where field.type.isText:
      field.extensionName = ExtensionName.json
    case (.clickhouse, .bytes, .utf8), (.clickhouse, .pickle, .utf8): field.type = .binary
    case (.clickhouse, .bytes, .largeUTF8), (.clickhouse, .pickle, .largeUTF8): field.type = .largeBinary
    case (.clickhouse, .timestamp(_, nil), .timestamp(let unit, _?)): field.type = .timestamp(unit, timeZone: nil)
    case (.databend, .timestamp(_, _?), .timestamp(let unit, nil)): field.type = .timestamp(unit, timeZone: "UTC")
    case (.databend, .any, _), (.databend, .json, _):
      guard field.metadata[databendMark.key] == databendMark.json, let text = field.type.asText else { break }
      field.type = text
      field.extensionName = ExtensionName.json
    case (_, .list, _), (_, .map, _), (_, .structure, _): field.type = nested(field.type, for: type, by: engine)
    default: break
    }
    return field
  }

  private static func nested(_ column: ColumnType, for type: UDFType, by engine: Engine) -> ColumnType {
    var fields = column.childFields
    switch (type, column) {
    case (.structure(let structure), .struct):
      let areNumbered = fields.enumerated().allSatisfy { $0.element.name == "\($0.offset + 1)" }
      if engine == .databend, areNumbered, fields.count == structure.fields.count {
        for (place, part) in structure.fields.enumerated() { fields[place].name = part.name }
      }
      for (part, place) in zip(structure.fields, structure.places(in: fields) ?? []) {
        fields[place] = meant(fields[place], for: part.type, by: engine)
      }
    case (.map(let key, let value), .map), (.map(let key, let value), .largeList):
      guard var entries = fields.first, case .struct(let pair) = entries.type, pair.count == 2 else { return column }
      entries.type = .struct([meant(pair[0], for: key, by: engine), meant(pair[1], for: value, by: engine)])
      fields = [entries]
    case (.list(let element), _) where fields.count == 1: fields = [meant(fields[0], for: element, by: engine)]
    default: return column
    }
    return column.replacingChildren(fields)
  }
}

extension ServedFunction {
  /// What the columns of a call mean for the parameters; as they are when that is nothing else.
  func meant(_ fields: [Field], by engine: Engine?) -> [Field] {
    guard let engine, let parameters = signature?.parameters(forArguments: fields.count) else { return fields }
    return zip(fields, parameters).map { SQLColumns.meant($0, for: $1.type, by: engine) }
  }
}

extension Field {
  /// The field as an engine has to find it to know JSON for what it is, also within.
  func marked(for engine: Engine?) -> Field {
    guard engine == .databend else { return self }
    var field = self
    field.type = type.replacingChildren(type.childFields.map { $0.marked(for: engine) })
    if field.isJSON {
      field.extensionName = nil
      field.metadata[SQLColumns.databendMark.key] = SQLColumns.databendMark.json
    }
    return field
  }
}

extension ColumnType {
  /// The type of text with the layout of this type of bytes.
  fileprivate var asText: ColumnType? {
    switch self {
    case .binary: .utf8
    case .largeBinary: .largeUTF8
    case .binaryView: .utf8View
    default: isText ? self : nil
    }
  }
}

extension Column {
  /// The same rows as another type of the same layout, without a copy.
  ///
  /// - Throws: `ColumnError` when the memory is not such a column.
  func read(as type: ColumnType) throws(ColumnError) -> Column {
    if self.type == type { return self }
    let fields = type.childFields
    var parts = children
    if fields.count == children.count {
      for (place, field) in fields.enumerated() { parts[place] = try children[place].read(as: field.type) }
    }
    return try Column(
      type: type, count: count, offset: offset, nullCount: nullCount, validity: validityBuffer, buffers: buffers,
      children: parts, dictionary: dictionary)
  }
}
