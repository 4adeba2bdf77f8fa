internal import CDuckDBABI

extension SQLType {
  /// Reads a logical type, which stays the caller's.
  init(_ handle: duckdb_logical_type, functions: UnsafePointer<DuckDBFunctions>) {
    let read = LogicalTypeReader(handle: handle, functions: functions)
    switch functions.pointee.get_type_id(handle) {
    case DUCKDB_TYPE_DECIMAL:
      self = .decimal(
        width: Int(functions.pointee.decimal_width(handle)),
        scale: Int(functions.pointee.decimal_scale(handle)))
    case DUCKDB_TYPE_ENUM:
      self = .enumeration(
        read.names(
          idx_t(functions.pointee.enum_dictionary_size(handle)), functions.pointee.enum_dictionary_value))
    case DUCKDB_TYPE_LIST: self = .list(read.child(functions.pointee.list_type_child_type(handle)))
    case DUCKDB_TYPE_ARRAY:
      self = .array(
        read.child(functions.pointee.array_type_child_type(handle)),
        count: Int(functions.pointee.array_type_array_size(handle)))
    case DUCKDB_TYPE_MAP:
      self = .map(
        key: read.child(functions.pointee.map_type_key_type(handle)),
        value: read.child(functions.pointee.map_type_value_type(handle)))
    case DUCKDB_TYPE_STRUCT:
      self = .structure(
        read.fields(
          functions.pointee.struct_type_child_count(handle), functions.pointee.struct_type_child_name,
          functions.pointee.struct_type_child_type))
    case DUCKDB_TYPE_UNION:
      self = .union(
        read.fields(
          functions.pointee.union_type_member_count(handle), functions.pointee.union_type_member_name,
          functions.pointee.union_type_member_type))
    case DUCKDB_TYPE_VARCHAR:
      let alias = functions.take(functions.pointee.logical_type_get_alias(handle))
      self = .plain(alias == "JSON" ? .json : .varchar)
    case let type:
      self = Plain(type).map { .plain($0) } ?? .unsupported(Self.name(ofUnsupported: type))
    }
  }

  private static func name(ofUnsupported type: duckdb_type) -> String {
    switch type {
    case DUCKDB_TYPE_BIGNUM: "BIGNUM"
    case DUCKDB_TYPE_GEOMETRY: "GEOMETRY"
    case DUCKDB_TYPE_VARIANT: "VARIANT"
    case DUCKDB_TYPE_TIMESTAMP_TZ_NS: "TIMESTAMP_NS WITH TIME ZONE"
    default: "type number \(type.rawValue)"
    }
  }
}

/// Reads the parts of a logical type and gives back what DuckDB allocated for them.
private struct LogicalTypeReader {
  let handle: duckdb_logical_type
  let functions: UnsafePointer<DuckDBFunctions>

  func child(_ type: duckdb_logical_type?) -> SQLType {
    guard let type else { return .unknown }
    var toDestroy: duckdb_logical_type? = type
    defer { functions.pointee.destroy_logical_type(&toDestroy) }
    return SQLType(type, functions: functions)
  }

  func names(
    _ count: idx_t, _ name: (duckdb_logical_type, idx_t) -> UnsafeMutablePointer<CChar>?
  ) -> [String] {
    (0..<count).map { functions.take(name(handle, $0)) ?? "" }
  }

  func fields(
    _ count: idx_t, _ name: (duckdb_logical_type, idx_t) -> UnsafeMutablePointer<CChar>?,
    _ type: (duckdb_logical_type, idx_t) -> duckdb_logical_type?
  ) -> [SQLType.Field] {
    (0..<count).map { index in
      SQLType.Field(name: functions.take(name(handle, index)) ?? "", type: child(type(handle, index)))
    }
  }
}

extension SQLType.Plain {
  init?(_ type: duckdb_type) {
    switch type {
    case DUCKDB_TYPE_SQLNULL: self = .null
    case DUCKDB_TYPE_BOOLEAN: self = .boolean
    case DUCKDB_TYPE_TINYINT: self = .tinyint
    case DUCKDB_TYPE_SMALLINT: self = .smallint
    case DUCKDB_TYPE_INTEGER: self = .integer
    case DUCKDB_TYPE_BIGINT: self = .bigint
    case DUCKDB_TYPE_UTINYINT: self = .utinyint
    case DUCKDB_TYPE_USMALLINT: self = .usmallint
    case DUCKDB_TYPE_UINTEGER: self = .uinteger
    case DUCKDB_TYPE_UBIGINT: self = .ubigint
    case DUCKDB_TYPE_HUGEINT: self = .hugeint
    case DUCKDB_TYPE_UHUGEINT: self = .uhugeint
    case DUCKDB_TYPE_FLOAT: self = .float
    case DUCKDB_TYPE_DOUBLE: self = .double
    case DUCKDB_TYPE_VARCHAR: self = .varchar
    case DUCKDB_TYPE_BLOB: self = .blob
    case DUCKDB_TYPE_BIT: self = .bit
    case DUCKDB_TYPE_UUID: self = .uuid
    case DUCKDB_TYPE_DATE: self = .date
    case DUCKDB_TYPE_TIME: self = .time
    case DUCKDB_TYPE_TIME_NS: self = .timeNS
    case DUCKDB_TYPE_TIME_TZ: self = .timeTZ
    case DUCKDB_TYPE_TIMESTAMP_S: self = .timestampS
    case DUCKDB_TYPE_TIMESTAMP_MS: self = .timestampMS
    case DUCKDB_TYPE_TIMESTAMP: self = .timestamp
    case DUCKDB_TYPE_TIMESTAMP_NS: self = .timestampNS
    case DUCKDB_TYPE_TIMESTAMP_TZ: self = .timestampTZ
    case DUCKDB_TYPE_INTERVAL: self = .interval
    default: return nil
    }
  }
}
