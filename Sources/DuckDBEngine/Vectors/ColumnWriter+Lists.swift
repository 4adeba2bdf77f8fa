internal import CDuckDBABI
import Columnar

extension ColumnWriter {
  /// Lists and maps. The elements are copied in one piece, those of null rows included.
  func writeLists<Offset: ColumnOffset>(
    _ column: Column, _: Offset.Type, _ shape: VectorShape, _ mask: RowMask?, to vector: duckdb_vector
  ) throws {
    let offsets = column.unsafeListOffsets(as: Offset.self)
    let (start, end) = (Int(offsets[0]), Int(offsets[column.count]))
    let entries = try data(of: vector).assumingMemoryBound(to: duckdb_list_entry.self)
    for row in 0..<column.count {
      entries[row] = duckdb_list_entry(
        offset: UInt64(Int(offsets[row]) - start), length: UInt64(offsets[row + 1] - offsets[row]))
    }
    try resizeList(vector, to: end - start)
    let child = try child(functions.pointee.list_vector_get_child(vector))
    let elements = column.children[0].slice(start..<end)
    let elementMask = elementMask(of: mask, offsets)
    try inside(shape.children.count == 1 ? "the elements of a LIST" : "the entries of a MAP") {
      guard case .map = shape.layout else {
        return try write(elements, shape.children[0], to: child, parent: elementMask)
      }
      try writeEntries(elements, shape, elementMask, to: child)
    }
  }

  /// Elements below a null row may be anything, and are not asked to make sense. Mostly there are none.
  private func elementMask<Offset: ColumnOffset>(of mask: RowMask?, _ offsets: UnsafePointer<Offset>) -> RowMask? {
    guard let mask else { return nil }
    let sizes = (0..<mask.count).map { Int(offsets[$0 + 1] - offsets[$0]) }
    guard sizes.indices.contains(where: { sizes[$0] > 0 && !mask[$0] }) else { return nil }
    let valid = sizes.indices.flatMap { repeatElement(mask[$0], count: sizes[$0]) }
    return RowMask(count: valid.count) { valid[$0] }
  }

  /// Structures of key and value; DuckDB relies on keys that are not null.
  private func writeEntries(
    _ entries: Column, _ shape: VectorShape, _ mask: RowMask?, to vector: duckdb_vector
  ) throws {
    let members = try entries.fieldColumns()
    if let nulls = RowMask(members[0]) {
      for row in 0..<entries.count where !nulls[row] && mask?[row] ?? true {
        throw DuckDBError(.invalidArgument, "the key at row \(row) is null, and keys of a MAP cannot be")
      }
    }
    try writeMembers(members, shape, mask, to: vector)
  }

  /// Makes room for elements.
  func resizeList(_ vector: duckdb_vector, to count: Int) throws(DuckDBError) {
    guard functions.pointee.list_vector_reserve(vector, idx_t(count)) == DuckDBSuccess,
      functions.pointee.list_vector_set_size(vector, idx_t(count)) == DuckDBSuccess
    else { throw noMemory }
  }
}
