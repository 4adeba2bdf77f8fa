public import PythonUDF

extension DuckDBConnection {
  /// Makes every UDF of a pool a scalar SQL function in the connection's database, for all its connections.
  ///
  /// The functions can be called from all of DuckDB's threads at once: give the pool as many interpreters as the
  /// database has threads. An exception in a UDF fails the query with the function, the row in its batch, its
  /// arguments and the user's own traceback. The pool is kept until the database closes.
  ///
  /// - Throws: `query` when a function of that name has been registered before, or DuckDB refuses the name.
  public func register(_ pool: UDFPool) throws(DuckDBError) {
    for signature in pool.signatures {
      try database.reserveFunctionName(signature.name, source: pool.source.name)
      try withHandle { handle throws(DuckDBError) in
        try ScalarFunction(signature, in: pool).register(on: handle, of: database.library)
      }
    }
  }
}
