internal import CDuckDBABI

extension SQLType.Plain {
  /// DuckDB's number for the type. JSON has none of its own: it is text.
  var duckdbType: duckdb_type {
    switch self {
    case .null: DUCKDB_TYPE_SQLNULL
    case .boolean: DUCKDB_TYPE_BOOLEAN
    case .tinyint: DUCKDB_TYPE_TINYINT
    case .smallint: DUCKDB_TYPE_SMALLINT
    case .integer: DUCKDB_TYPE_INTEGER
    case .bigint: DUCKDB_TYPE_BIGINT
    case .utinyint: DUCKDB_TYPE_UTINYINT
    case .usmallint: DUCKDB_TYPE_USMALLINT
    case .uinteger: DUCKDB_TYPE_UINTEGER
    case .ubigint: DUCKDB_TYPE_UBIGINT
    case .hugeint: DUCKDB_TYPE_HUGEINT
    case .uhugeint: DUCKDB_TYPE_UHUGEINT
    case .float: DUCKDB_TYPE_FLOAT
    case .double: DUCKDB_TYPE_DOUBLE
    case .varchar, .json: DUCKDB_TYPE_VARCHAR
    case .blob: DUCKDB_TYPE_BLOB
    case .bit: DUCKDB_TYPE_BIT
    case .uuid: DUCKDB_TYPE_UUID
    case .date: DUCKDB_TYPE_DATE
    case .time: DUCKDB_TYPE_TIME
    case .timeNS: DUCKDB_TYPE_TIME_NS
    case .timeTZ: DUCKDB_TYPE_TIME_TZ
    case .timestampS: DUCKDB_TYPE_TIMESTAMP_S
    case .timestampMS: DUCKDB_TYPE_TIMESTAMP_MS
    case .timestamp: DUCKDB_TYPE_TIMESTAMP
    case .timestampNS: DUCKDB_TYPE_TIMESTAMP_NS
    case .timestampTZ: DUCKDB_TYPE_TIMESTAMP_TZ
    case .interval: DUCKDB_TYPE_INTERVAL
    }
  }
}
