internal import CDuckDBABI
import Columnar

extension VectorColumns {
  // MARK: Reading

  /// The first rows of a vector as a column of the type that ``SQLType/field(named:)`` gives, or of that type with 64-bit
  /// offsets where 32 bits do not reach. Everything is copied.
  ///
  /// Infinite dates and timestamps stay what they are in DuckDB: the largest number and its negative.
  ///
  /// - Throws: `invalidArgument` for a type without a column, and for an interval that Arrow cannot hold.
  func column(_ vector: duckdb_vector, type: SQLType, count: Int) throws -> Column {
    try column(vector, shape: VectorShape(type), count: count)
  }

  /// The same for a type that was looked up before.
  func column(_ vector: duckdb_vector, shape: VectorShape, count: Int) throws -> Column {
    try column(vector, shape: shape, rows: 0..<count)
  }

  /// The same for some of the rows.
  func column(_ vector: duckdb_vector, shape: VectorShape, rows: Range<Int>) throws -> Column {
    // The usual case: all rows, and both have one layout.
    if case .block = shape.layout, rows.lowerBound == 0, let data = functions.pointee.vector_get_data(vector) {
      return try Column(
        type: shape.columnType, copyingValues: data, count: rows.count,
        validityWords: functions.pointee.vector_get_validity(vector))
    }
    return try ColumnReader(functions: functions, shortReach: shortReach).column(
      vector, shape, RowSelection(rows), parent: nil)
  }

  // MARK: Writing

  /// Writes a column into a fresh vector of the type that ``logicalType(_:)`` gives.
  ///
  /// The column may also be a slice, and of a type that differs in names, metadata and the width of offsets only. Taken as
  /// well are durations for INTERVAL, positions of any width and values in any order for an ENUM, and columns of type
  /// `null` for all types.
  /// Offsets from outside need `.full` validation first.
  ///
  /// - Throws: `invalidArgument` for a column of another type, and for a value that DuckDB's type does not have.
  func write(_ column: Column, as type: SQLType, to vector: duckdb_vector) throws {
    try write(column, shape: VectorShape(type), to: vector)
  }

  /// The same for a type that was looked up before.
  func write(_ column: Column, shape: VectorShape, to vector: duckdb_vector) throws {
    guard shape.takes(column.type) else {
      throw DuckDBError(
        .invalidArgument, "a \(column.type) column cannot become \(shape.type), which takes \(shape.columnType)")
    }
    try ColumnWriter(functions: functions).write(column, shape, to: vector, parent: nil)
  }
}

extension VectorShape {
  /// Whether a column can be written as this type.
  func takes(_ column: ColumnType) -> Bool {
    switch (layout, column) {
    case (_, .null): true
    case (.interval, .duration): true
    case (.enumeration, .dictionary(_, .utf8, _)): true
    case (.list, .list(let element)), (.list, .largeList(let element)): children[0].takes(element.type)
    case (.array(let size), .fixedSizeList(let element, let count)): size == count && children[0].takes(element.type)
    case (.map, .map(let key, let value, _)): children[0].takes(key.type) && children[1].takes(value.type)
    case (.map, _):
      column.largeMapFields.map { children[0].takes($0.key.type) && children[1].takes($0.value.type) } ?? false
    case (.strings, .largeUTF8): columnType == .utf8
    case (.strings, .largeBinary): columnType == .binary
    case (.structure, .struct(let fields)): takes(fields)
    case (.decimal(let digits), .decimal128(let precision, let scale)):
      precision <= digits && type == .decimal(width: digits, scale: scale)
    // What the time is shown in does not change what is stored.
    case (_, .timestamp(let unit, _?)): columnType == .timestamp(unit, timeZone: "UTC")
    default: column == columnType
    }
  }

  private func takes(_ fields: [Columnar.Field]) -> Bool {
    guard case .structure(let members) = type, members.count == fields.count else { return false }
    return zip(zip(members, children), fields).allSatisfy { member, field in
      (member.0.name.isEmpty || member.0.name == field.name) && member.1.takes(field.type)
    }
  }
}
