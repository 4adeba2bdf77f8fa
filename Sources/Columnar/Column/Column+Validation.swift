extension Column {
  /// Checks a column that came from outside.
  ///
  /// Throws `invalidLayout`, `invalidOffsets`, `invalidText`, `invalidIndex`, `nullsNotAllowed` or `wrongNullCount`,
  /// naming the row. Until `.full` has passed, reading a row of a foreign column of texts, bytes or lists may trap.
  public func validate(_ level: ValidationLevel) throws(ColumnError) {
    try validate(level, includingDictionaries: true)
  }

  /// The same, by choice without a look into dictionaries, which many columns may share and which then have been checked
  /// before. That indices lie inside them is checked.
  package func validate(_ level: ValidationLevel, includingDictionaries: Bool) throws(ColumnError) {
    guard level != .none else { return }
    try Column.checkStructure(
      type: type, count: count, offset: offset, nullCount: nullCount, validity: validityBuffer,
      buffers: buffers, children: children, dictionary: dictionary)
    if level == .full {
      try checkNullCount()
      try checkRows()
    }
    for (index, child) in children.enumerated() {
      do throws(ColumnError) {
        try child.validate(level, includingDictionaries: includingDictionaries)
      } catch {
        throw error.inContext("child \(index)")
      }
    }
    if includingDictionaries, let dictionary {
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

  private func checkRows() throws(ColumnError) {
    switch type.layout {
    case .variableWidth(let byteWidth):
      try checkOffsets(upTo: buffers[1].byteCount, "bytes of data", byteWidth: byteWidth)
    case .list(let byteWidth):
      try checkOffsets(upTo: children[0].count, "elements", byteWidth: byteWidth)
    case .views: try checkViews()
    case .listViews: try checkListViews()
    default: break
    }
    if type.isText { try checkText() }
    if case .dictionary = type { try checkIndices() }
    if case .map = type, let entries = children.first { try entries.checkEntries() }
  }
}
