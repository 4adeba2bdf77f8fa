internal import CDuckDBABI

extension VectorColumns {
  /// Makes DuckDB's type for a SQL type with a column.
  ///
  /// - Throws: `invalidArgument` for a type without a column, or with parameters that DuckDB does not have: it would
  ///   end the process for some of them.
  func logicalType(_ type: SQLType) throws(DuckDBError) -> LogicalType {
    let functions = functions.pointee
    switch type {
    case .plain(.json):
      let text = try plain(.varchar)
      // Nothing but the name tells JSON from a text.
      functions.logical_type_set_alias(text.handle, "JSON")
      return text
    case .plain(let name): return try plain(name)
    case .decimal(let width, let scale):
      let isSound = (1...38).contains(width) && (0...width).contains(scale)
      try require(isSound, type, "of 1 to 38 digits, no more of them behind the point")
      return try owned(functions.create_decimal_type(UInt8(width), UInt8(scale)), type)
    case .enumeration(let names):
      // By their bytes, as DuckDB has them: Swift takes forms of a character for one.
      let different = Set(names.map { Array($0.utf8) })
      try require(!names.isEmpty && different.count == names.count, type, "of different values, and at least one")
      return try withTexts(names) { names throws(DuckDBError) in
        try owned(functions.create_enum_type(names, idx_t(names.count)), type)
      }
    case .list(let element):
      let element = try logicalType(element)
      return try owned(withExtendedLifetime(element) { functions.create_list_type(element.handle) }, type)
    case .array(let element, let count):
      try require((1...99_999).contains(count), type, "of 1 to 99,999 elements")
      let element = try logicalType(element)
      return try owned(
        withExtendedLifetime(element) { functions.create_array_type(element.handle, idx_t(count)) }, type)
    case .map(let key, let value):
      let (key, value) = (try logicalType(key), try logicalType(value))
      return try owned(
        withExtendedLifetime((key, value)) { functions.create_map_type(key.handle, value.handle) }, type)
    case .structure(let fields): return try structure(fields, type)
    case .union, .unsupported:
      throw DuckDBError(.invalidArgument, "DuckDB's type \(type) cannot be made for a function's result")
    }
  }

  private func structure(_ fields: [SQLType.Field], _ type: SQLType) throws(DuckDBError) -> LogicalType {
    let names = fields.map(\.name)
    let isUnnamed = names.allSatisfy(\.isEmpty)
    try require(
      !names.isEmpty && (isUnnamed || Set(names.map { $0.lowercased() }).count == names.count), type,
      "of fields with different names, letter case aside, and at least one")
    var members: [LogicalType] = []
    for field in fields { members.append(try logicalType(field.type)) }
    let handles = members.map(\.handle)
    return try withTexts(names) { names throws(DuckDBError) in
      try owned(
        withExtendedLifetime(members) {
          functions.pointee.create_struct_type(handles, names, idx_t(handles.count))
        }, type)
    }
  }

  private func plain(_ name: SQLType.Plain) throws(DuckDBError) -> LogicalType {
    try owned(functions.pointee.create_logical_type(name.duckdbType), .plain(name))
  }

  private func owned(_ handle: duckdb_logical_type?, _ type: SQLType) throws(DuckDBError) -> LogicalType {
    guard let handle else { throw DuckDBError(.invalidArgument, "DuckDB refuses to make its type \(type)") }
    return LogicalType(handle, functions: functions)
  }

  private func require(_ condition: Bool, _ type: SQLType, _ rule: String) throws(DuckDBError) {
    guard !condition else { return }
    throw DuckDBError(.invalidArgument, "DuckDB has no type \(type): it must be one \(rule)")
  }

  /// Hands over texts as C strings.
  private func withTexts<Result>(
    _ texts: [String], _ body: ([UnsafePointer<CChar>]) throws(DuckDBError) -> Result
  ) throws(DuckDBError) -> Result {
    for text in texts { try text.refuseNUL() }
    let copies = texts.map { text in
      let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count + 1)
      _ = bytes.initialize(from: text.utf8CString)
      return bytes
    }
    defer { for copy in copies { copy.deallocate() } }
    return try body(copies.compactMap { UnsafePointer($0.baseAddress) })
  }
}
