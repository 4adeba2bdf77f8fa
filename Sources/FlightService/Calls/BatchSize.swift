package import Columnar

extension RecordBatch {
  /// How many rows a batch may have whose columns take no memory: those of a function without arguments, or of the type
  /// `null`. A message of a hundred bytes may say any number, and each row is a call.
  package static let maxRowsWithoutData = 1 << 20

  /// - Throws: `FlightError` when the batch has more rows than its data make likely.
  package func checkRowCount() throws(FlightError) {
    guard rowCount > Self.maxRowsWithoutData else { return }
    // The smallest value is a bit, so of any column with values this is true.
    guard columns.reduce(0, { $0 + $1.ownByteCount }) < rowCount / 8 else { return }
    throw FlightError(
      .invalidArgument,
      """
      a batch without data says that it has \(rowCount) rows, and \(Self.maxRowsWithoutData) is the most; send the rows in \
      several batches
      """)
  }
}

extension Column {
  /// Bytes of the buffers, those of children included, and of a dictionary not.
  fileprivate var ownByteCount: Int {
    let own = buffers.reduce(validityBuffer?.byteCount ?? 0) { $0 + $1.byteCount }
    return children.reduce(own) { $0 + $1.ownByteCount }
  }
}
