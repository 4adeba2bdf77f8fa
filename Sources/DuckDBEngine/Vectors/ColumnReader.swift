internal import CDuckDBABI
import Columnar

/// Copies rows of vectors into columns.
struct ColumnReader {
  let functions: UnsafePointer<DuckDBFunctions>
  /// As of `VectorColumns`.
  let shortReach: Int

  /// - Parameters:
  ///   - rows: the rows of the vector that become the rows of the column.
  ///   - parent: which rows of the column are inside something that has a value. Others are null here, too: a child has
  ///     garbage there, and may not say so itself.
  func column(
    _ vector: duckdb_vector, _ shape: VectorShape, _ rows: RowSelection, parent: RowMask?
  ) throws -> Column {
    let mask = RowMask.combined(self.mask(of: vector, rows), parent)
    switch shape.layout {
    case .null: return .null(count: rows.count)
    case .boolean: return try booleans(data(of: vector, shape), rows, mask)
    case .block(let byteWidth), .enumeration(let byteWidth):
      return try column(shape, rows, mask, [rows.copy(of: data(of: vector, shape), byteWidth: byteWidth)])
    case .uuid: return try column(shape, rows, mask, [uuids(data(of: vector, shape), rows)])
    case .decimal(let digits): return try column(shape, rows, mask, [decimals(data(of: vector, shape), digits, rows)])
    case .interval: return try column(shape, rows, mask, [intervals(data(of: vector, shape), rows, mask)])
    case .strings:
      let (buffers, isLarge) = try strings(data(of: vector, shape), rows, mask)
      return try column(shape, rows, mask, buffers, isLarge: isLarge)
    case .list, .map: return try lists(vector, shape, rows, mask)
    case .array(let size):
      let child = try child(functions.pointee.array_vector_get_child(vector), shape)
      let elements = try inside("the elements of an ARRAY") {
        try column(child, shape.children[0], rows.scaled(by: size), parent: mask?.repeated(size))
      }
      return try column(shape, rows, mask, [], [elements])
    case .structure: return try column(shape, rows, mask, [], members(of: vector, shape, rows, mask))
    }
  }

  /// Puts a column together.
  ///
  /// - Parameter isLarge: whether its offsets have 64 bits. Children tell by their types whether theirs have.
  func column(
    _ shape: VectorShape, _ rows: RowSelection, _ mask: RowMask?, _ buffers: [Buffer], _ children: [Column] = [],
    isLarge: Bool = false
  ) throws(ColumnError) -> Column {
    let type = shape.columnType.withChildTypes(children.map(\.type))
    return try Column(
      type: isLarge ? type.withLargeOffsets : type, count: rows.count, nullCount: mask?.nullCount ?? 0,
      validity: mask?.buffer,
      buffers: buffers, children: children, dictionary: shape.dictionary)
  }

  /// The vectors of a structure's members as columns.
  func members(
    of vector: duckdb_vector, _ shape: VectorShape, _ rows: RowSelection, _ mask: RowMask?
  ) throws -> [Column] {
    try shape.children.enumerated().map { index, member in
      let child = try child(functions.pointee.struct_vector_get_child(vector, idx_t(index)), shape)
      return try column(child, member, rows, parent: mask)
    }
  }

  /// The rows with a value, as the vector itself has it; nil when all have one.
  func mask(of vector: duckdb_vector, _ rows: RowSelection) -> RowMask? {
    guard let words = functions.pointee.vector_get_validity(vector) else { return nil }
    if rows.ranges.count == 1, let start = rows.ranges.first?.lowerBound {
      return words.withMemoryRebound(to: UInt8.self, capacity: (start + rows.count + 7) / 8) {
        RowMask(bits: $0, bitOffset: start, count: rows.count)
      }
    }
    var valid: [Bool] = []
    valid.reserveCapacity(rows.count)
    rows.forEach { _, row in valid.append(words[row >> 6] >> UInt64(row & 63) & 1 == 1) }
    return RowMask(count: rows.count) { valid[$0] }
  }

  func data(of vector: duckdb_vector, _ shape: VectorShape) throws(DuckDBError) -> UnsafeRawPointer {
    guard let data = functions.pointee.vector_get_data(vector) else { throw missing(shape) }
    return UnsafeRawPointer(data)
  }

  func child(_ child: duckdb_vector?, _ shape: VectorShape) throws(DuckDBError) -> duckdb_vector {
    guard let child else { throw missing(shape) }
    return child
  }

  private func missing(_ shape: VectorShape) -> DuckDBError {
    DuckDBError(.invalidArgument, "DuckDB gave no values for \(shape.type)")
  }
}

/// Says that a row of an error is one of what is inside the rows.
func inside<Result>(_ what: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as DuckDBError {
    throw DuckDBError(error.code, "among \(what): \(error.message)")
  }
}
