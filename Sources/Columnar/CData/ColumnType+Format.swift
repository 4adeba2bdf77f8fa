extension ColumnType {
  /// The type in the notation of the C Data Interface. Of a dictionary encoded column it is that of the indices.
  package var format: String {
    switch self {
    case .null: "n"
    case .bool: "b"
    case .int8: "c"
    case .uint8: "C"
    case .int16: "s"
    case .uint16: "S"
    case .int32: "i"
    case .uint32: "I"
    case .int64: "l"
    case .uint64: "L"
    case .float16: "e"
    case .float32: "f"
    case .float64: "g"
    case .decimal128(let precision, let scale): "d:\(precision),\(scale)"
    case .decimal256(let precision, let scale): "d:\(precision),\(scale),256"
    case .date32: "tdD"
    case .date64: "tdm"
    case .time32(let unit), .time64(let unit): "tt\(unit.formatLetter)"
    case .timestamp(let unit, let timeZone): "ts\(unit.formatLetter):\(timeZone ?? "")"
    case .duration(let unit): "tD\(unit.formatLetter)"
    case .interval(.yearMonth): "tiM"
    case .interval(.dayTime): "tiD"
    case .interval(.monthDayNano): "tin"
    case .utf8: "u"
    case .largeUTF8: "U"
    case .utf8View: "vu"
    case .binary: "z"
    case .largeBinary: "Z"
    case .binaryView: "vz"
    case .fixedSizeBinary(let byteWidth): "w:\(byteWidth)"
    case .list: "+l"
    case .largeList: "+L"
    case .fixedSizeList(_, let count): "+w:\(count)"
    case .listView: "+vl"
    case .largeListView: "+vL"
    case .struct: "+s"
    case .map: "+m"
    case .dictionary(let index, _, _): index.format
    }
  }
}

extension ColumnType {
  /// Reads a type in that notation.
  ///
  /// Throws `invalidSchema` for what is no type, and `unsupportedType` for types that have no case.
  package init(format: String, children: [Field], keysSorted: Bool) throws(ColumnError) {
    self = try SchemaFormat(text: format, children: children, keysSorted: keysSorted).type()
  }
}

extension TimeUnit {
  /// The letter that stands for the unit in a format.
  var formatLetter: Character {
    switch self {
    case .second: "s"
    case .millisecond: "m"
    case .microsecond: "u"
    case .nanosecond: "n"
    }
  }

  init?(formatLetter: Character?) {
    guard let unit = TimeUnit.allCases.first(where: { $0.formatLetter == formatLetter }) else { return nil }
    self = unit
  }
}
