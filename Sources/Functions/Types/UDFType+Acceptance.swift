import HostSupport
public import Columnar

extension UDFType {
  /// Whether a parameter of this type takes a column that the field describes; every type takes a column of nulls.
  public func accepts(_ field: Field) -> Bool { distance(to: field) != nil }

  /// How far a column is from what the type is for: 0 for the type itself, more for what is converted; nil for what is
  /// not taken. Of several functions of one name the nearest is called.
  func distance(to field: Field) -> Int? {
    if case .dictionary(_, let value, _) = field.type { return distance(to: field.decoded(value)) }
    if field.type == .null { return 1 }
    switch self {
    case .any: return 20
    case .null: return nil
    case .bool: return field.type == .bool ? 0 : nil
    case .int, .int8, .int16, .int32, .uint8, .uint16, .uint32, .uint64, .int128: return integerDistance(to: field)
    case .float, .float32:
      if field.type.isFloatingPoint { return columnType == field.type ? 0 : 1 }
      return field.isNumber ? 6 : nil
    case .string: return field.type.isText ? (field.extensionName == nil ? 0 : 2) : nil
    case .bytes: return field.type.isBytes && field.extensionName == nil ? 0 : nil
    case .decimal, .decimalText:
      if field.isDecimal { return 0 }
      return field.isInteger ? 3 : nil
    case .json:
      return field.type.isText && field.extensionName != ExtensionName.decimalText ? (field.isJSON ? 0 : 3) : nil
    case .pickle:
      guard field.type.isBytes else { return nil }
      return field.extensionName == ExtensionName.pickle ? 0 : field.extensionName == nil ? 3 : nil
    case .uuid: return field.isUUID ? 0 : nil
    case .date, .time, .timestamp, .duration, .interval, .nanoseconds: return temporalDistance(to: field.type)
    case .list, .map, .structure: return nestedDistance(to: field)
    case .enumeration:
      return field.type.isText && !field.isJSON && field.extensionName != ExtensionName.decimalText ? 1 : nil
    }
  }

  private func integerDistance(to field: Field) -> Int? {
    guard field.isInteger else { return nil }
    if columnType == field.type { return 0 }
    // A width that is asked for and not there loses to `int`.
    let given = field.type.bitWidth ?? 128
    return self == .int ? 1 : 2 + ((columnType.bitWidth ?? 64) < given ? 2 : 0)
  }

  private func temporalDistance(to type: ColumnType) -> Int? {
    switch (self, type) {
    case (.date, .date32), (.date, .date64), (.time, .time32), (.time, .time64): 0
    case (.timestamp(_, nil), .timestamp(_, let zone)): zone == nil ? 0 : 1
    case (.timestamp(_, _?), .timestamp(_, _?)): 0
    case (.duration, .duration), (.interval, .interval): 0
    case (.duration, .interval): 1
    case (.nanoseconds, .timestamp), (.nanoseconds, .time32), (.nanoseconds, .time64), (.nanoseconds, .duration): 2
    default: nil
    }
  }

  private func nestedDistance(to field: Field) -> Int? {
    switch (self, field.type) {
    case (.list(let element), .list(let item)), (.list(let element), .largeList(let item)),
      (.list(let element), .listView(let item)), (.list(let element), .largeListView(let item)),
      (.list(let element), .fixedSizeList(let item, _)):
      return element.distance(to: item)
    case (.map(let key, let value), .map(let keys, let values, _)):
      return Self.distance(key, keys, value, values)
    case (.map(let key, let value), .largeList):
      guard let (keys, values) = field.type.largeMapFields else { return nil }
      return Self.distance(key, keys, value, values)
    case (.structure(let structure), .struct(let fields)):
      guard let places = structure.places(in: fields) else { return nil }
      var sum = 0
      for (field, place) in zip(structure.fields, places) {
        guard let distance = field.type.distance(to: fields[place]) else { return nil }
        sum += distance
      }
      return sum
    default:
      return nil
    }
  }
}

extension UDFType {
  private static func distance(_ key: UDFType, _ keys: Field, _ value: UDFType, _ values: Field) -> Int? {
    guard let key = key.distance(to: keys), let value = value.distance(to: values) else { return nil }
    return key + value
  }
}

extension UDFType.Structure {
  /// Where in a struct column each field of the class is: by name, as SQL compares names if need be, or by place when
  /// the column's fields have no names. Nil when one is missing.
  package func places(in columns: [Columnar.Field]) -> [Int]? { places(in: columns.map(\.name)) }

  /// The same for the names of the column's fields.
  package func places(in names: [String]) -> [Int]? {
    if names.allSatisfy(\.isEmpty) { return names.count == fields.count ? Array(fields.indices) : nil }
    var places: [Int] = []
    for field in fields {
      guard
        let place = names.firstIndex(of: field.name)
          ?? names.firstIndex(where: { $0.lowercased() == field.name.lowercased() })
      else { return nil }
      places.append(place)
    }
    return places
  }
}

extension Field {
  fileprivate var isInteger: Bool { type.isInteger || isHugeInteger || isUnsignedHugeInteger }

  fileprivate var isDecimal: Bool {
    switch type {
    case .decimal128, .decimal256: true
    default: type.isText && extensionName == ExtensionName.decimalText
    }
  }

  fileprivate var isNumber: Bool { isInteger || isDecimal || type.isFloatingPoint }
}

extension ColumnType {
  fileprivate var isBytes: Bool {
    switch self {
    case .binary, .largeBinary, .binaryView, .fixedSizeBinary: true
    default: false
    }
  }
}

extension UDFType {
  /// The columns that a parameter of this type takes, in words.
  var acceptedColumns: String {
    switch self {
    case .any: "every column"
    case .null: "a column of nulls"
    case .bool: "a bool column"
    case .int, .int8, .int16, .int32, .uint8, .uint16, .uint32, .uint64, .int128: "an integer column"
    case .float, .float32: "a floating-point, integer or decimal column"
    case .string: "a utf8 column"
    case .bytes: "a binary column"
    case .decimal, .decimalText: "a decimal or integer column"
    case .date: "a date column"
    case .time: "a time column"
    case .timestamp(_, nil): "a timestamp column"
    case .timestamp(_, _?): "a timestamp column with a time zone"
    case .duration: "a duration or interval column"
    case .interval: "an interval column"
    case .uuid: "a fixed_size_binary[16] column with the extension type arrow.uuid"
    case .nanoseconds: "a timestamp, time or duration column"
    case .json: "a utf8 column"
    case .pickle: "a binary column"
    case .list(let element): "a column of lists, each element what \(element) takes"
    case .map(let key, let value): "a map column, keys what \(key) and values what \(value) takes"
    case .structure(let structure):
      "a struct column with \(structure.fields.lazy.map { "\($0.name.cut(to: TextLimit.name)): \($0.type)" }.listed(each: TextLimit.type))"
    case .enumeration: "a utf8 column or a dictionary of utf8"
    }
  }
}
