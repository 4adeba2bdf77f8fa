extension Column {
  /// Checks a column that came from outside.
  ///
  /// Throws `invalidLayout`, `invalidOffsets`, `invalidText` or `wrongNullCount`, naming the row.
  /// Until `.full` has passed, reading a row of a foreign variable width column may trap.
  public func validate(_ level: ValidationLevel) throws(ColumnError) {
    try Column.checkStructure(
      type: type, count: count, offset: offset, nullCount: nullCount, validity: validityBuffer,
      buffers: buffers, children: children)
    if level == .full {
      try checkNullCount()
      if case .variableWidth = type.layout { try checkOffsets() }
      if type == .utf8 || type == .largeUTF8 { try checkText() }
    }
    for (index, child) in children.enumerated() {
      do throws(ColumnError) {
        try child.validate(level)
      } catch {
        throw error.inContext("child \(index)")
      }
    }
    if let dictionary {
      do throws(ColumnError) {
        try dictionary.validate(level)
      } catch {
        throw error.inContext("dictionary")
      }
    }
  }

  private func checkNullCount() throws(ColumnError) {
    guard type != .null else { return }
    var counted = 0
    if let validityBuffer {
      counted = count - Bitmap(unchecked: validityBuffer, offset: offset, count: count).countSet()
    }
    guard counted == nullCount else {
      throw ColumnError(
        code: .wrongNullCount,
        message: "the column says that \(nullCount) rows are null, but its validity bitmap shows "
          + "\(counted); correct the count, or leave it out to have it counted")
    }
  }

  private func checkOffsets() throws(ColumnError) {
    guard count > 0 else { return }
    let rows = VariableWidthRows(self)
    var start = rows.offset(at: 0)
    guard start >= 0 else { throw offsetError(row: 0, "starts at the negative offset \(start)") }
    for row in 0..<count {
      let end = rows.offset(at: row + 1)
      guard end >= start else {
        throw offsetError(row: row, "ends at offset \(end), before its start at \(start)")
      }
      guard end <= rows.data.byteCount else {
        throw offsetError(
          row: row, "ends at offset \(end), but there are \(rows.data.byteCount) bytes of data")
      }
      start = end
    }
  }

  private func offsetError(row: Int, _ problem: String) -> ColumnError {
    ColumnError(
      code: .invalidOffsets,
      message: "row \(row) of a \(type) column \(problem); the producer of the column must correct "
        + "its offsets")
  }

  private func checkText() throws(ColumnError) {
    let rows = VariableWidthRows(self)
    for row in 0..<count where !rows.isNull(row) {
      let bytes = rows.bytes(at: row)
      let span = Span<UInt8>(_unsafeBytes: bytes)
      do throws(UTF8.ValidationError) {
        _ = try UTF8Span(validating: span)
      } catch {
        throw ColumnError(
          code: .invalidText,
          message: "row \(row) of a \(type) column is not UTF-8 (\(error)); send such bytes as "
            + "binary, or re-encode them")
      }
    }
  }
}
