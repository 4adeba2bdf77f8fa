internal import CDuckDBABI
import Columnar

/// Copies columns into fresh vectors. The types have been compared before.
struct ColumnWriter {
  let functions: UnsafePointer<DuckDBFunctions>

  /// - Parameter parent: which rows are inside something that has a value; the others become null, as DuckDB expects it
  ///   of the children of nulls.
  func write(_ column: Column, _ shape: VectorShape, to vector: duckdb_vector, parent: RowMask?) throws {
    let mask = RowMask.combined(RowMask(column), parent)
    if let mask { try write(mask, to: vector) }
    // Children need nothing either: they are not looked at below a null, and there are no elements.
    guard column.count > 0, !isAllNull(column, shape) else {
      if column.count > 0 { try writeNulls(shape, column.count, to: vector) }
      return
    }
    switch shape.layout {
    case .null: break
    case .boolean: try writeBooleans(column, to: data(of: vector))
    case .block(let byteWidth):
      try checkTimes(column, mask)
      try data(of: vector).copyMemory(from: column.unsafeValues, byteCount: column.count * byteWidth)
    case .uuid: try writeUUIDs(column, to: data(of: vector))
    case .decimal(let digits): try writeDecimals(column, digits, mask, shape, to: data(of: vector))
    case .interval: try writeIntervals(column, mask, to: data(of: vector))
    case .strings:
      if column.type == .largeUTF8 || column.type == .largeBinary {
        try writeStrings(column, Int64.self, mask, to: vector)
      } else {
        try writeStrings(column, Int32.self, mask, to: vector)
      }
    case .enumeration(let byteWidth): try writeEnumeration(column, byteWidth, mask, shape, to: data(of: vector))
    case .list, .map:
      if case .largeList = column.type {
        try writeLists(column, Int64.self, shape, mask, to: vector)
      } else {
        try writeLists(column, Int32.self, shape, mask, to: vector)
      }
    case .array(let size):
      let elements = column.children[0].slice(column.offset * size..<(column.offset + column.count) * size)
      let child = try child(functions.pointee.array_vector_get_child(vector))
      try inside("the elements of an ARRAY") {
        try write(elements, shape.children[0], to: child, parent: mask?.repeated(size))
      }
    case .structure: try writeMembers(column.fieldColumns(), shape, mask, to: vector)
    }
    withExtendedLifetime(column) {}
  }

  /// The columns of a structure's members, or of a map's keys and values.
  func writeMembers(_ members: [Column], _ shape: VectorShape, _ mask: RowMask?, to vector: duckdb_vector) throws {
    for (index, (member, memberShape)) in zip(members, shape.children).enumerated() {
      let child = try child(functions.pointee.struct_vector_get_child(vector, idx_t(index)))
      try write(member, memberShape, to: child, parent: mask)
    }
  }

  private func isAllNull(_ column: Column, _ shape: VectorShape) -> Bool {
    if column.type == .null, case .null = shape.layout { false } else { column.type == .null }
  }

  /// Lists without elements, and nulls in the children that have a row for each row.
  private func writeNulls(_ shape: VectorShape, _ count: Int, to vector: duckdb_vector) throws {
    switch shape.layout {
    case .list, .map:
      let entries = try data(of: vector).assumingMemoryBound(to: duckdb_list_entry.self)
      for row in 0..<count { entries[row] = duckdb_list_entry(offset: 0, length: 0) }
      try resizeList(vector, to: 0)
    case .array(let size):
      let child = try child(functions.pointee.array_vector_get_child(vector))
      try write(.null(count: count * size), shape.children[0], to: child, parent: nil)
    case .structure:
      try writeMembers(shape.children.map { _ in .null(count: count) }, shape, nil, to: vector)
    default: break
    }
  }

  private func write(_ mask: RowMask, to vector: duckdb_vector) throws(DuckDBError) {
    functions.pointee.vector_ensure_validity_writable(vector)
    guard let target = functions.pointee.vector_get_validity(vector) else { throw noMemory }
    for (index, word) in mask.vectorWords.enumerated() { target[index] = word }
  }

  func data(of vector: duckdb_vector) throws(DuckDBError) -> UnsafeMutableRawPointer {
    guard let data = functions.pointee.vector_get_data(vector) else { throw noMemory }
    return data
  }

  func child(_ child: duckdb_vector?) throws(DuckDBError) -> duckdb_vector {
    guard let child else { throw noMemory }
    return child
  }

  var noMemory: DuckDBError { DuckDBError(.invalidArgument, "DuckDB has no memory for a result") }
}
