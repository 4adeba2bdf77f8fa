extension Column: CustomStringConvertible {
  /// Type, size and the first rows, on one line. Safe for a column that was not validated.
  public var description: String {
    let nulls = nullCount == 0 ? "" : ", \(nullCount) null"
    return "\(type) (\(count) \(count == 1 ? "row" : "rows")\(nulls)): \(preview(atMost: 10))"
  }

  private func preview(atMost limit: Int) -> String {
    let rows = (0..<min(count, limit)).map { preview(of: $0) }
    return "[\((rows + (count > limit ? ["..."] : [])).joined(separator: ", "))]"
  }

  /// One row, in words that are short and not meant to be read by a program.
  private func preview(of row: Int) -> String {
    guard !isNull(row) else { return "null" }
    switch type.layout {
    case .null: return "null"
    case .bits: return "\(Bitmap(unchecked: buffers[0], offset: offset, count: count)[row])"
    case .variableWidth, .views: return bytesPreview(of: row)
    case .list, .listViews, .fixedSizeList:
      let rows = ListRows(self)
      return rows.rangeIfInside(at: row).map { rows.elements.slice($0).preview(atMost: 3) } ?? "invalid"
    case .structure:
      let fields = zip(type.childFields, children)
        .map { field, child in "\(field.name): \(child.preview(of: offset + row))" }
      return "{\(fields.joined(separator: ", "))}"
    case .fixedWidth: return fixedWidthPreview(of: row)
    }
  }

  private func fixedWidthPreview(of row: Int) -> String {
    switch type {
    case .int8: return "\(value(row, as: Int8.self))"
    case .int16: return "\(value(row, as: Int16.self))"
    case .uint8: return "\(value(row, as: UInt8.self))"
    case .uint16: return "\(value(row, as: UInt16.self))"
    case .uint32: return "\(value(row, as: UInt32.self))"
    case .uint64: return "\(value(row, as: UInt64.self))"
    #if !(os(macOS) && arch(x86_64))
      case .float16: return "\(value(row, as: Float16.self))"
    #endif
    case .float32: return "\(value(row, as: Float.self))"
    case .float64: return "\(value(row, as: Double.self))"
    case .decimal128(_, let scale): return scaled(value(row, as: Int128.self).description, scale)
    case .decimal256(_, let scale): return scaled(value(row, as: Int256.self).description, scale)
    case .fixedSizeBinary: return bytesPreview(of: row)
    case .dictionary:
      guard let dictionary, let index = try? slice(row..<row + 1).dictionaryIndices()[0], index < dictionary.count
      else { return "invalid" }
      return dictionary.preview(of: index)
    case .interval(.dayTime):
      let interval = value(row, as: DayTimeInterval.self)
      return "\(interval.days) d \(interval.milliseconds) ms"
    case .interval(.monthDayNano):
      let interval = value(row, as: MonthDayNanoInterval.self)
      return "\(interval.months) months \(interval.days) d \(interval.nanoseconds) ns"
    default:
      return type.bitWidth == 32 ? "\(value(row, as: Int32.self))" : "\(value(row, as: Int64.self))"
    }
  }

  private func value<T: FixedWidthColumnElement>(_ row: Int, as element: T.Type) -> T {
    unsafeValues.load(fromByteOffset: row * MemoryLayout<T>.stride, as: T.self)
  }

  private func bytesPreview(of row: Int) -> String {
    guard let bytes = VariableWidthRows(self).bytesIfInside(at: row) else { return "invalid" }
    guard type.isText else { return "\(bytes.count) bytes" }
    let text = String(decoding: bytes.prefix(200), as: UTF8.self)
    let start = String(text.prefix(40))
    return start.utf8.count < bytes.count ? start.debugDescription + "..." : start.debugDescription
  }
}

/// The digits of a decimal with its point.
private func scaled(_ digits: String, _ scale: Int) -> String {
  guard scale > 0 else { return scale == 0 ? digits : "\(digits)e\(-scale)" }
  guard scale <= 100 else { return "\(digits)e-\(scale)" }
  let sign = digits.hasPrefix("-") ? "-" : ""
  let magnitude = digits.dropFirst(sign.count)
  let padded = String(repeating: "0", count: max(0, scale + 1 - magnitude.count)) + magnitude
  return "\(sign)\(padded.dropLast(scale)).\(padded.suffix(scale))"
}
