internal import CDuckDBABI

/// Owns DuckDB's result struct, which needs a fixed address.
final class ResultHandle {
  let functions: UnsafePointer<DuckDBFunctions>
  let pointer: UnsafeMutablePointer<duckdb_result>

  /// The lines that were put in front of the statement that a user wrote.
  private let addedLines: Int

  init(functions: UnsafePointer<DuckDBFunctions>, addedLines: Int) {
    self.functions = functions
    self.addedLines = addedLines
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: duckdb_result())
  }

  deinit {
    functions.pointee.destroy_result(pointer)
    pointer.deallocate()
    statement?.end()
  }

  /// The statement, which is over when this is destroyed.
  var statement: RunningStatement?

  private(set) var isClosed = false

  /// Gives up what was not read. Destroying the empty result again in `deinit` does nothing.
  func close() {
    isClosed = true
    functions.pointee.destroy_result(pointer)
    pointer.pointee = duckdb_result()
    statement?.end()
  }

  /// What went wrong in the query so far.
  var error: DuckDBError? {
    guard let message = functions.pointee.result_error(pointer) else { return nil }
    return DuckDBError(running: String(cString: message).withoutLines(addedLines))
  }

  func columns() -> [DuckDBColumn] {
    (0..<functions.pointee.column_count(pointer)).map { index in
      let name = functions.pointee.column_name(pointer, index).map { String(cString: $0) } ?? ""
      var type = functions.pointee.column_logical_type(pointer, index)
      defer { functions.pointee.destroy_logical_type(&type) }
      return DuckDBColumn(name: name, type: type.map { SQLType($0, functions: functions) } ?? .unknown)
    }
  }
}
