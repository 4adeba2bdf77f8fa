import Columnar

/// As the loader describes types: `{"kind": "list", "element": {"kind": "int"}}`.
extension UDFType: Codable {
  private enum Key: String, CodingKey {
    case kind, precision, scale, bits, unit, timeZone, element, key, value, name, fields, values, form, byValue
    case classIndex = "class"
  }

  /// The kind of a type without parameters; nil for one with them. Whoever adds a case is asked for its place here.
  private var plainKind: String? {
    switch self {
    case .any: "any"
    case .null: "null"
    case .bool: "bool"
    case .int: "int"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .int128: "int128"
    case .float: "float"
    case .float32: "float32"
    case .string: "str"
    case .bytes: "bytes"
    case .date: "date"
    case .time: "time"
    case .duration: "duration"
    case .interval: "interval"
    case .uuid: "uuid"
    case .nanoseconds: "nanoseconds"
    case .json: "json"
    case .pickle: "pickle"
    case .decimalText: "decimaltext"
    case .decimal, .timestamp, .list, .map, .structure, .enumeration: nil
    }
  }

  /// Every type without parameters.
  static let plainTypes: [UDFType] = [
    .any, .null, .bool, .int, .int8, .int16, .int32, .uint8, .uint16, .uint32, .uint64, .int128, .float, .float32,
    .string, .bytes, .date, .time, .duration, .interval, .uuid, .nanoseconds, .json, .pickle, .decimalText,
  ]

  private static let plain = Dictionary(
    uniqueKeysWithValues: plainTypes.compactMap { type in type.plainKind.map { ($0, type) } })

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
      let unit = try values.decodeIfPresent(String.self, forKey: .unit).map { text in
        guard let unit = TimeUnit(rawValue: text) else {
          throw DecodingError.dataCorruptedError(
            forKey: .unit, in: values, debugDescription: "there is no unit of time \(text)")
        }
        return unit
      }
      self = .timestamp(
        unit ?? .microsecond, timeZone: try values.decodeIfPresent(String.self, forKey: .timeZone))
    case "list": self = .list(try values.decode(UDFType.self, forKey: .element))
    case "map":
      self = .map(
        key: try values.decode(UDFType.self, forKey: .key), value: try values.decode(UDFType.self, forKey: .value))
    case "struct":
      let name = try values.decode(String.self, forKey: .form)
      guard let form = Structure.Form(rawValue: name) else {
        throw DecodingError.dataCorruptedError(
          forKey: .form, in: values, debugDescription: "there is no form of struct \(name)")
      }
      self = .structure(
        Structure(
          name: try values.decode(String.self, forKey: .name),
          fields: try values.decode([Structure.Field].self, forKey: .fields),
          classIndex: try values.decodeIfPresent(Int.self, forKey: .classIndex),
          form: form))
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
    case .any, .null, .bool, .int, .int8, .int16, .int32, .uint8, .uint16, .uint32, .uint64, .int128, .float, .float32,
      .string, .bytes, .date, .time, .duration, .interval, .uuid, .nanoseconds, .json, .pickle, .decimalText:
      try values.encodeIfPresent(plainKind, forKey: .kind)
    }
  }
}
