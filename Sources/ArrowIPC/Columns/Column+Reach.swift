internal import Columnar

extension Column {
  /// Checks that views, of which any number may refer to the same bytes or elements, do not stand for more than a message
  /// may become. A few bytes a row would else be work without end for whoever reads the rows, as full validation does.
  ///
  /// Throws `limitExceeded`. What lies outside the column is left for validation to find.
  func checkReach(_ options: IPCReadOptions) throws(IPCError) {
    switch type.layout {
    case .views:
      try require(options.maxDecompressedBytes, "bytes", "maxDecompressedBytes") { row in
        ViewLayout(at: buffers[0].baseAddress + (offset + row) * 16).byteCount
      }
    case .listViews(let byteWidth):
      let sizes = buffers[1].baseAddress + offset * byteWidth
      try require(options.maxRows, "elements", "maxRows") { row in
        byteWidth == 8
          ? Int(sizes.load(fromByteOffset: row * 8, as: Int64.self))
          : Int(sizes.load(fromByteOffset: row * 4, as: Int32.self))
      }
    default: break
    }
    for child in children { try child.checkReach(options) }
  }

  private func require(
    _ limit: Int, _ unit: String, _ option: StaticString, _ size: (Int) -> Int
  ) throws(IPCError) {
    let validity = validity
    var total = 0
    for row in 0..<count where validity?[row] != false {
      let (sum, overflow) = total.addingReportingOverflow(max(0, size(row)))
      total = overflow ? .max : sum
    }
    try IPCReadOptions.require(total, atMost: limit, "the rows of a \(type) column refer to \(total) \(unit)", option)
  }
}
