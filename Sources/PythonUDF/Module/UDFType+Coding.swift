import Columnar

/// As the loader describes types: `{"kind": "list", "element": {"kind": "int"}}`.
extension UDFType: Codable {
  private enum Key: String, CodingKey {
    case kind, precision, scale, bits, unit, timeZone, element, key, value, name, fields, values, form, byValue
    case classIndex = "class"
  }

  private static let plain: [String: UDFType] = [
    "any": .any, "null": .null, "bool": .bool, "int": .int, "int8": .int8, "int16": .int16, "int32": .int32,
    "uint8": .uint8, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "int128": .int128, "float": .float,
    "float32": .float32, "str": .string, "bytes": .bytes, "date": .date, "time": .time, "duration": .duration,
    "interval": .interval, "uuid": .uuid, "nanoseconds": .nanoseconds, "json": .json, "pickle": .pickle,
    "decimaltext": .decimalText,
  ]

  /// Reads a type from the form in which it is encoded.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let kind = try values.decode(String.self, forKey: .kind)
    if let plain = Self.plain[kind] {
      self = plain
      return
    }
    switch kind {
    case "decimal":
      let precision = try values.decodeIfPresent(Int.self, forKey: .precision)
      let scale = try values.decodeIfPresent(Int.self, forKey: .scale)
      let isWide = try values.decodeIfPresent(Int.self, forKey: .bits).map { $0 == 256 }
      self = .decimal(precision.map { Digits(precision: $0, scale: scale ?? 0, isWide: isWide) })
    case "timestamp":
      let unit = try values.decodeIfPresent(String.self, forKey: .unit).flatMap(TimeUnit.init(rawValue:))
      self = .timestamp(
        unit ?? .microsecond, timeZone: try values.decodeIfPresent(String.self, forKey: .timeZone))
    case "list": self = .list(try values.decode(UDFType.self, forKey: .element))
    case "map":
      self = .map(
        key: try values.decode(UDFType.self, forKey: .key), value: try values.decode(UDFType.self, forKey: .value))
    case "struct":
      self = .structure(
        Structure(
          name: try values.decode(String.self, forKey: .name),
          fields: try values.decode([Structure.Field].self, forKey: .fields),
          classIndex: try values.decodeIfPresent(Int.self, forKey: .classIndex),
          form: Structure.Form(rawValue: try values.decode(String.self, forKey: .form)) ?? .record))
    case "enum":
      self = .enumeration(
        Enumeration(
          name: try values.decodeIfPresent(String.self, forKey: .name) ?? "Literal",
          values: try values.decode([String].self, forKey: .values),
          classIndex: try values.decodeIfPresent(Int.self, forKey: .classIndex),
          isByValue: try values.decodeIfPresent(Bool.self, forKey: .byValue) ?? true))
    default:
      throw DecodingError.dataCorruptedError(forKey: .kind, in: values, debugDescription: "there is no type \(kind)")
    }
  }

  /// Writes the type in a form that `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    switch self {
    case .decimal(let digits):
      try values.encode("decimal", forKey: .kind)
      try values.encodeIfPresent(digits?.precision, forKey: .precision)
      try values.encodeIfPresent(digits?.scale, forKey: .scale)
      try values.encodeIfPresent(digits.map { $0.isWide ? 256 : 128 }, forKey: .bits)
    case .timestamp(let unit, let timeZone):
      try values.encode("timestamp", forKey: .kind)
      try values.encode(unit.rawValue, forKey: .unit)
      try values.encodeIfPresent(timeZone, forKey: .timeZone)
    case .list(let element):
      try values.encode("list", forKey: .kind)
      try values.encode(element, forKey: .element)
    case .map(let key, let value):
      try values.encode("map", forKey: .kind)
      try values.encode(key, forKey: .key)
      try values.encode(value, forKey: .value)
    case .structure(let structure):
      try values.encode("struct", forKey: .kind)
      try values.encode(structure.name, forKey: .name)
      try values.encode(structure.fields, forKey: .fields)
      try values.encodeIfPresent(structure.classIndex, forKey: .classIndex)
      try values.encode(structure.form.rawValue, forKey: .form)
    case .enumeration(let enumeration):
      try values.encode("enum", forKey: .kind)
      try values.encode(enumeration.name, forKey: .name)
      try values.encode(enumeration.values, forKey: .values)
      try values.encodeIfPresent(enumeration.classIndex, forKey: .classIndex)
      try values.encode(enumeration.isByValue, forKey: .byValue)
    default:
      try values.encode(Self.plain.first { $0.value == self }?.key ?? "any", forKey: .kind)
    }
  }
}
