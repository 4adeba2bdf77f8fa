public import PythonUDF

extension DuckDBConnection {
  /// Makes every function of a provider a scalar SQL function in the connection's database, for all its connections.
  ///
  /// The functions can be called from all of DuckDB's threads at once: give a pool as many interpreters as the database has
  /// threads. An exception in a UDF fails the query with the function, the row in its batch, its arguments and the user's
  /// own traceback. The provider is kept until the database closes.
  ///
  /// Between BEGIN and ROLLBACK the registration is undone like any other change.
  ///
  /// The functions of a registry's source are those of the version that is there now, and SQL knows them as they are now
  /// for as long as the database is open: their types, their overloads, whether they are deterministic, and what a failing
  /// row does. Each chunk of rows that DuckDB passes, at most 2,048, goes to the version that is there when the chunk
  /// begins; chunks under way finish on the version they began on, which then ends. So one query may have rows of two
  /// versions, and none fails because of a replacement. Functions that a later version adds are not in SQL. What DuckDB has
  /// computed when it prepared a statement, such as a call of a deterministic function with constants, is not computed
  /// again. A query fails when it calls a function that the version of that moment does not have with the types it had,
  /// which `UDFRegistry.replace` refuses unless changes are allowed, or when the source has been removed. A source that is
  /// added under its name again is called as before.
  ///
  /// - Parameters:
  ///   - provider: a pool, an interpreter, or a source of a registry. Functions of one name are overloads, of which the
  ///     arguments' types choose.
  ///   - errorMode: what a row does whose call fails, for all of them; nil for what each says. With `collect` a result is
  ///     `STRUCT(value T, error STRUCT(type VARCHAR, message VARCHAR, line INTEGER, traceback VARCHAR))`.
  ///   - timeouts: how long calls may take; where nothing is said, what each function says.
  /// - Throws: `query` when DuckDB has a function of that name already, built in or registered before;
  ///   `invalidArgument` when a result has a type that DuckDB lacks.
  public func register(
    _ provider: some FunctionProvider, onError errorMode: UDFErrorMode? = nil, timeouts: UDFTimeouts = UDFTimeouts()
  ) throws(DuckDBError) {
    try register(functionsOf: provider, errorMode, timeouts)
  }

  private func register(
    functionsOf provider: any FunctionProvider, _ errorMode: UDFErrorMode?, _ timeouts: UDFTimeouts
  ) throws(DuckDBError) {
    try refuseTaken(provider)
    for set in try functionSets(provider, errorMode, timeouts) {
      try withRegistrationHandle { handle throws(DuckDBError) in try set.register(on: handle) }
      for function in set.functions { database.noteRegistered(function.signature, of: provider) }
    }
  }

  /// The functions by name, which SQL compares without letter case, in the order of the source.
  private func functionSets(
    _ provider: any FunctionProvider, _ errorMode: UDFErrorMode?, _ timeouts: UDFTimeouts
  ) throws(DuckDBError) -> [FunctionSet] {
    var names: [String] = []
    var byName: [String: [ScalarFunction]] = [:]
    for (index, signature) in provider.signatures.enumerated() {
      let name = signature.name.lowercased()
      if byName[name] == nil { names.append(name) }
      do throws(DuckDBError) {
        byName[name, default: []].append(
          try ScalarFunction(index, of: provider, onError: errorMode, timeouts: timeouts))
      } catch {
        throw DuckDBError(error.code, "UDF \(signature.name) cannot be used in SQL: \(error.message)")
      }
    }
    return names.map { name in
      let functions = byName[name] ?? []
      return FunctionSet(name: functions[0].signature.name, functions: functions, library: database.library)
    }
  }

  /// DuckDB would accept a second function of a name, and then take the one or the other depending on its version and on
  /// the types of the arguments.
  ///
  /// The database is asked each time, because a registration may have been rolled back. Functions that do not stand in
  /// expressions, those for FROM and for PRAGMA, share no names with the others.
  private func refuseTaken(_ provider: any FunctionProvider) throws(DuckDBError) {
    // Python's names hold no quotes.
    let names = provider.signatures.map { "lower('\($0.name)')" }.joined(separator: ", ")
    let statements = try execute(
      """
      SELECT DISTINCT function_name FROM duckdb_functions() WHERE lower(function_name) IN (\(names))
      AND function_type NOT IN ('table', 'table_macro', 'pragma') ORDER BY function_name
      """)
    guard let rows = try statements.next()?.nextRows(), rows.count > 0 else { return }
    let name = rows[0, 0].description
    try database.refuseRegistered(name, in: provider)
    throw DuckDBError(
      .query, "DuckDB has a function named \(name) of its own; rename the UDF, for example to my_\(name)")
  }
}
