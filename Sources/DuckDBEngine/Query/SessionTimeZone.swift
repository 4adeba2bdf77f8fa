internal import CDuckDBABI

extension UnsafePointer<DuckDBFunctions> {
  /// The time zone of a session, in which DuckDB shows moments; nil without the extension that knows time zones.
  func timeZone(of context: duckdb_client_context) -> String? {
    setting("TimeZone", in: context)
  }

  /// That of a connection, or UTC, as DuckDB has it then.
  func timeZone(of connection: duckdb_connection) -> String {
    setting("TimeZone", of: connection) ?? "UTC"
  }

  /// That of the query in which a function is bound.
  func timeZone(of info: duckdb_bind_info) -> String {
    var context: duckdb_client_context?
    pointee.scalar_function_get_client_context(info, &context)
    defer { pointee.destroy_client_context(&context) }
    return context.flatMap { timeZone(of: $0) } ?? "UTC"
  }

  /// A setting as a connection has it; nil for one that the library, or an extension that is not there, lacks.
  func setting(_ name: String, of connection: duckdb_connection) -> String? {
    var context: duckdb_client_context?
    pointee.connection_get_client_context(connection, &context)
    defer { pointee.destroy_client_context(&context) }
    return context.flatMap { setting(name, in: $0) }
  }

  private func setting(_ name: String, in context: duckdb_client_context) -> String? {
    var scope: Int32 = 0
    var value = pointee.client_context_get_config_option(context, name, &scope)
    defer { pointee.destroy_value(&value) }
    return value.flatMap { take(pointee.get_varchar($0)) }
  }
}
