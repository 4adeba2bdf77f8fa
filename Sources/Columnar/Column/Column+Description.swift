extension Column: CustomStringConvertible {
  /// Type, size and the first rows, on one line. Safe for a column that was not validated.
  public var description: String {
    let shown = min(count, 10)
    let rows = (0..<shown).map { isNull($0) ? "null" : preview(of: $0) }
    let rest = count > shown ? ["..."] : []
    let nulls = nullCount == 0 ? "" : ", \(nullCount) null"
    return "\(type) (\(count) \(count == 1 ? "row" : "rows")\(nulls)): "
      + "[\((rows + rest).joined(separator: ", "))]"
  }

  private func preview(of row: Int) -> String {
    switch type {
    case .null: "null"
    case .bool: "\(Bitmap(unchecked: buffers[0], offset: offset, count: count)[row])"
    case .int8: "\(value(row, as: Int8.self))"
    case .int16: "\(value(row, as: Int16.self))"
    case .int32: "\(value(row, as: Int32.self))"
    case .int64: "\(value(row, as: Int64.self))"
    case .uint8: "\(value(row, as: UInt8.self))"
    case .uint16: "\(value(row, as: UInt16.self))"
    case .uint32: "\(value(row, as: UInt32.self))"
    case .uint64: "\(value(row, as: UInt64.self))"
    case .float32: "\(value(row, as: Float.self))"
    case .float64: "\(value(row, as: Double.self))"
    case .utf8, .largeUTF8:
      VariableWidthRows(self).bytesIfInside(at: row).map(Self.shortened) ?? "invalid"
    case .binary, .largeBinary:
      VariableWidthRows(self).bytesIfInside(at: row).map { "\($0.count) bytes" } ?? "invalid"
    }
  }

  private func value<T: FixedWidthColumnElement>(_ row: Int, as element: T.Type) -> T {
    unsafeValues.load(fromByteOffset: row * MemoryLayout<T>.stride, as: T.self)
  }

  private static func shortened(_ bytes: UnsafeRawBufferPointer) -> String {
    let text = String(decoding: bytes.prefix(200), as: UTF8.self)
    let start = String(text.prefix(40))
    return start.utf8.count < bytes.count ? start.debugDescription + "..." : start.debugDescription
  }
}
