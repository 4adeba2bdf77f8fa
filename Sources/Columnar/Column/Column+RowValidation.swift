/// The checks that read the rows of one layout. The structure has been checked before.
extension Column {
  func checkOffsets(upTo limit: Int, _ what: String, byteWidth: Int) throws(ColumnError) {
    guard count > 0 else { return }
    func offset(at row: Int) -> Int {
      let address = buffers[0].baseAddress + (self.offset + row) * byteWidth
      return byteWidth == 8 ? Int(address.load(as: Int64.self)) : Int(address.load(as: Int32.self))
    }
    var start = offset(at: 0)
    guard start >= 0 else { throw offsetError(row: 0, "starts at the negative offset \(start)") }
    for row in 0..<count {
      let end = offset(at: row + 1)
      guard end >= start else {
        throw offsetError(row: row, "ends at offset \(end), before its start at \(start)")
      }
      guard end <= limit else {
        throw offsetError(row: row, "ends at offset \(end), but there are \(limit) \(what)")
      }
      start = end
    }
  }

  func checkViews() throws(ColumnError) {
    let rows = VariableWidthRows(self)
    for row in 0..<count where !rows.isNull(row) {
      let view = ViewLayout(at: buffers[0].baseAddress + (offset + row) * 16)
      guard let bytes = rows.bytesIfInside(at: row) else {
        throw offsetError(
          row: row,
          "has \(view.byteCount) bytes at offset \(view.offset) of buffer \(view.bufferIndex), which are not there")
      }
      let isSound = view.isInline ? view.isPadded : view.prefix.elementsEqual(bytes.prefix(4))
      guard isSound else {
        throw offsetError(row: row, view.isInline ? "is not padded with zeros" : "has a prefix that is not its own")
      }
    }
  }

  func checkListViews() throws(ColumnError) {
    let rows = ListRows(self)
    for row in 0..<count where !rows.isNull(row) && rows.rangeIfInside(at: row) == nil {
      throw offsetError(row: row, "lies outside the \(rows.elements.count) elements")
    }
  }

  func checkText() throws(ColumnError) {
    let rows = VariableWidthRows(self)
    for row in 0..<count where !rows.isNull(row) {
      let bytes = rows.bytes(at: row)
      let span = Span<UInt8>(_unsafeBytes: bytes)
      do throws(UTF8.ValidationError) {
        _ = try UTF8Span(validating: span)
      } catch {
        throw ColumnError(
          code: .invalidText,
          message: "row \(row) of a \(type) column is not UTF-8, at byte \(error.byteOffsets.lowerBound); send such "
            + "bytes as binary, or re-encode them")
      }
    }
  }

  /// Checks the entries of a map, which may not be null and may not have null keys.
  func checkEntries() throws(ColumnError) {
    guard nullCount == 0, children[0].nullCount == 0 || children[0].slice(offset..<offset + count).nullCount == 0 else {
      throw ColumnError(
        code: .nullsNotAllowed, message: "a map has null entries or keys; the producer of the column must remove them")
    }
  }

  private func offsetError(row: Int, _ problem: String) -> ColumnError {
    ColumnError(
      code: .invalidOffsets,
      message: "row \(row) of a \(type) column \(problem); the producer of the column must correct "
        + "its offsets")
  }
}
