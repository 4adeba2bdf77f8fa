extension Column {
  /// The rows of a column of lists, of any layout, or of maps.
  ///
  /// Throws `typeMismatch` for other types.
  public func lists() throws(ColumnError) -> ListRows {
    switch type.layout {
    case .list, .listViews, .fixedSizeList: return ListRows(self)
    default: throw mismatch(asked: "lists or maps")
    }
  }

  /// The columns of a struct's fields, row for row with this column and without a copy.
  ///
  /// Where the struct itself is null, its fields have unspecified values. Throws `typeMismatch` for other types.
  public func fieldColumns() throws(ColumnError) -> [Column] {
    guard type.layout == .structure else { throw mismatch(asked: "a struct") }
    return children.map { $0.slice(offset..<(offset + count)) }
  }

  /// The position in ``dictionary`` of each row, whatever the type of the indices; -1 for a null row.
  ///
  /// A row is also null when the dictionary is at its position. Throws `typeMismatch` for other types, and
  /// `invalidIndex` for indices that no dictionary can have.
  public func dictionaryIndices() throws(ColumnError) -> [Int] {
    guard case .dictionary(let index, _, _) = type else { throw mismatch(asked: "a dictionary") }
    return switch index {
    case .int8: try indices(Int8.self)
    case .int16: try indices(Int16.self)
    case .int32: try indices(Int32.self)
    case .int64: try indices(Int64.self)
    case .uint8: try indices(UInt8.self)
    case .uint16: try indices(UInt16.self)
    case .uint32: try indices(UInt32.self)
    default: try indices(UInt64.self)
    }
  }

  /// Positions in a dictionary as a column: rows of `indices`, an integer column, stand for rows of `dictionary`.
  ///
  /// Nothing is copied. Throws `invalidType` when the indices are not integers, and `invalidIndex` when one of them is
  /// outside the dictionary; this reads all of them.
  public static func dictionaryEncoded(
    indices: Column, dictionary: Column, isOrdered: Bool = false
  ) throws(ColumnError) -> Column {
    let column = try Column(
      type: .dictionary(index: indices.type, value: dictionary.type, isOrdered: isOrdered), count: indices.count,
      offset: indices.offset, nullCount: indices.nullCount, validity: indices.validityBuffer,
      buffers: indices.buffers, dictionary: dictionary)
    try column.checkIndices()
    return column
  }

  private func indices<Index: FixedWidthColumnElement & FixedWidthInteger>(
    _ index: Index.Type
  ) throws(ColumnError) -> [Int] {
    let stored = try storage(as: Index.self)
    let validity = validity
    var result: [Int] = []
    result.reserveCapacity(count)
    for row in 0..<count {
      if let validity, !validity[row] {
        result.append(-1)
      } else if let position = Int(exactly: stored[row]), position >= 0 {
        result.append(position)
      } else {
        throw indexError(row: row, "\(stored[row])")
      }
    }
    return result
  }

  /// Checks that every row has a place in the dictionary.
  func checkIndices() throws(ColumnError) {
    let available = dictionary?.count ?? 0
    for (row, index) in try dictionaryIndices().enumerated() where index >= available {
      throw indexError(row: row, "\(index)")
    }
  }

  private func indexError(row: Int, _ index: String) -> ColumnError {
    ColumnError(
      code: .invalidIndex,
      message: "row \(row) of a \(type) column has the index \(index), but the dictionary has "
        + "\(dictionary?.count ?? 0) rows; the producer of the column must correct it")
  }
}
