internal import CDuckDBABI
import Columnar

extension ColumnWriter {
  /// Positions in the column's own list of texts become positions in the type's.
  func writeEnumeration(
    _ column: Column, _ byteWidth: Int, _ mask: RowMask?, _ shape: VectorShape, to data: UnsafeMutableRawPointer
  ) throws {
    guard let names = shape.dictionary, let texts = column.dictionary else { return }
    let positions = try positions(of: texts, in: names)
    let indices = try column.dictionaryIndices()
    func write<Stored: FixedWidthInteger & BitwiseCopyable>(_: Stored.Type) throws(DuckDBError) {
      let target = data.assumingMemoryBound(to: Stored.self)
      for row in 0..<column.count {
        guard mask?[row] ?? true else {
          target[row] = 0
          continue
        }
        guard positions.indices.contains(indices[row]), let position = positions[indices[row]] else {
          throw outsider(texts, indices[row], row, shape)
        }
        target[row] = Stored(truncatingIfNeeded: position)
      }
    }
    switch byteWidth {
    case 1: try write(UInt8.self)
    case 2: try write(UInt16.self)
    default: try write(UInt32.self)
    }
  }

  /// Where each text stands among the names; nil for one that does not, and for null.
  private func positions(of texts: Column, in names: Column) throws(ColumnError) -> [Int?] {
    let (texts, names) = (try texts.strings(), try names.strings())
    var isSame = texts.count <= names.count
    // By their bytes: Swift takes forms of a character for one that DuckDB and Python tell apart.
    func bytes(_ text: String?) -> [UInt8]? { text.map { Array($0.utf8) } }
    for index in 0..<texts.count where isSame { isSame = bytes(texts[index]) == bytes(names[index]) }
    if isSame { return Array(0..<texts.count) }
    var positions: [[UInt8]: Int] = [:]
    for index in 0..<names.count { positions[bytes(names[index]) ?? []] = index }
    return (0..<texts.count).map { index in bytes(texts[index]).flatMap { positions[$0] } }
  }

  private func outsider(_ texts: Column, _ index: Int, _ row: Int, _ shape: VectorShape) -> DuckDBError {
    let texts = try? texts.strings()
    guard let texts, (0..<texts.count).contains(index), let text = texts[index] else {
      return DuckDBError(.invalidArgument, "row \(row) has the position \(index) in its dictionary, where no text is")
    }
    return DuckDBError(
      .invalidArgument, "\(text.debugDescription) at row \(row) is none of the values of \(shape.type)")
  }
}
