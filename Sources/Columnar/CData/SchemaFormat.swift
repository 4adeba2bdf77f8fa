/// Reads a type in the notation of the C Data Interface.
struct SchemaFormat {
  let text: String
  let children: [Field]
  let keysSorted: Bool

  /// Throws `invalidSchema` for what is no type, and `unsupportedType` for types that have no ``ColumnType``.
  func type() throws(ColumnError) -> ColumnType {
    if let plain = Self.plain[text] {
      try requireChildren(0)
      return plain
    }
    let type =
      switch text.first {
      case "d": try decimal()
      case "w": ColumnType.fixedSizeBinary(byteWidth: try number(after: "w:"))
      case "t": try time()
      case "+": try nested()
      default: throw unknown
      }
    try requireChildren(type.childFields.isEmpty ? 0 : children.count)
    do throws(ColumnError) {
      try type.checkParameters()
    } catch {
      throw ColumnError(code: .invalidSchema, message: "the format '\(text)': \(error.message)")
    }
    return type
  }

  private static let plain: [String: ColumnType] = {
    let types: [ColumnType] = [
      .null, .bool, .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .float16, .float32, .float64,
      .date32, .date64, .interval(.yearMonth), .interval(.dayTime), .interval(.monthDayNano),
      .utf8, .largeUTF8, .utf8View, .binary, .largeBinary, .binaryView,
    ]
    return Dictionary(uniqueKeysWithValues: types.map { ($0.format, $0) })
  }()

  private func decimal() throws(ColumnError) -> ColumnType {
    guard text.hasPrefix("d:") else { throw unknown }
    let parts = text.dropFirst(2).split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2 || parts.count == 3, let precision = parts[0], let scale = parts[1],
      let bits = parts.count == 3 ? parts[2] : 128, Int32(exactly: scale) != nil
    else { throw unknown }
    switch bits {
    case 128: return .decimal128(precision: precision, scale: scale)
    case 256: return .decimal256(precision: precision, scale: scale)
    case 32, 64: throw unsupported("decimals of \(bits) bits")
    default: throw unknown
    }
  }

  private func time() throws(ColumnError) -> ColumnType {
    let letters = Array(text.prefix(4))
    guard letters.count >= 3, let unit = TimeUnit(formatLetter: letters[2]) else { throw unknown }
    switch (letters[1], letters.count) {
    case ("t", 3): return unit == .second || unit == .millisecond ? .time32(unit) : .time64(unit)
    case ("D", 3): return .duration(unit)
    case ("s", 4) where letters[3] == ":":
      let timeZone = String(text.dropFirst(4))
      return .timestamp(unit, timeZone: timeZone.isEmpty ? nil : timeZone)
    default: throw unknown
    }
  }

  private func nested() throws(ColumnError) -> ColumnType {
    switch text {
    case "+l": return .list(try onlyChild())
    case "+L": return .largeList(try onlyChild())
    case "+vl": return .listView(try onlyChild())
    case "+vL": return .largeListView(try onlyChild())
    case "+s": return .struct(children)
    case "+m":
      guard case .struct(let fields) = try onlyChild().type, fields.count == 2 else {
        throw invalid("needs a struct of two fields, key and value, as its child")
      }
      return .map(key: fields[0], value: fields[1], keysSorted: keysSorted)
    case "+r": throw unsupported("run-end encoded columns")
    default:
      if text.hasPrefix("+u") { throw unsupported("unions") }
      return .fixedSizeList(try onlyChild(), count: try number(after: "+w:"))
    }
  }

  private func onlyChild() throws(ColumnError) -> Field {
    try requireChildren(1)
    return children[0]
  }

  private func requireChildren(_ count: Int) throws(ColumnError) {
    guard children.count == count else { throw invalid("comes with \(children.count) children and needs \(count)") }
  }

  private func number(after prefix: String) throws(ColumnError) -> Int {
    guard text.hasPrefix(prefix), let number = Int(text.dropFirst(prefix.count)) else { throw unknown }
    return number
  }

  private var unknown: ColumnError { invalid("is not one of Arrow's") }

  private func invalid(_ problem: String) -> ColumnError {
    ColumnError(
      code: .invalidSchema, message: "the format '\(text)' \(problem); the producer of the schema must correct it")
  }

  private func unsupported(_ what: String) -> ColumnError {
    ColumnError(
      code: .unsupportedType, message: "\(what) (format '\(text)') cannot be read; convert them to another type first")
  }
}
