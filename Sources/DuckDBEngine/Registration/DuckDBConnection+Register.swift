public import Functions

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
    // Asked each time, because a registration may have been rolled back.
    var taken = try FunctionNames(of: provider.signatures.map(\.name), on: self)
    try register(functionsOf: provider, errorMode, timeouts, &taken)
  }

  /// Everything that keeps functions from being SQL functions in the connection's database, together: `register` tells of
  /// one provider only. Nothing is registered.
  ///
  /// Of a source that does not load, `UnloadedFunctions` is such a provider, so that all problems of some files can be told
  /// at once: those of loading are in the errors, and the others in the answer.
  ///
  /// - Parameters:
  ///   - providers: the providers, which are looked at as if those before had been registered.
  ///   - errorMode: as for `register`.
  /// - Returns: an error for each provider that has problems, as `register` would throw it.
  /// - Throws: `DuckDBError` when the database cannot be asked.
  public func registrationProblems(
    of providers: [any FunctionProvider], onError errorMode: UDFErrorMode? = nil
  ) throws(DuckDBError) -> [DuckDBError] {
    try registrationProblems(of: providers, onError: errorMode, beside: nil)
  }

  /// Does the same on a database of which may be known what functions it has.
  package func registrationProblems(
    of providers: [any FunctionProvider], onError errorMode: UDFErrorMode?, beside names: FunctionNames?
  ) throws(DuckDBError) -> [DuckDBError] {
    let taken = try self.names(of: providers.flatMap(\.signatures), knowing: names)
    var (found, earlier): ([DuckDBError], [String: String]) = ([], [:])
    for provider in providers {
      let (_, _, _, problems) = try functions(of: provider, errorMode, UDFTimeouts(), taken, earlier)
      do throws(DuckDBError) { try problems.check() } catch { found.append(error) }
      for signature in provider.signatures where taken[signature.name] == nil {
        let name = signature.name.lowercased()
        if earlier[name] == nil { earlier[name] = provider.name }
      }
    }
    return found
  }

  /// Does what `register` does, on a database of which may be known what functions it has.
  ///
  /// - Parameter names: these functions, if they are known; those of the provider are among them afterwards.
  package func register(
    _ provider: some FunctionProvider, onError errorMode: UDFErrorMode?, timeouts: UDFTimeouts,
    beside names: inout FunctionNames?
  ) throws(DuckDBError) {
    var taken = try self.names(of: provider.signatures, knowing: names)
    try register(functionsOf: provider, errorMode, timeouts, &taken)
    if names != nil { names = taken }
  }

  /// Does what `register` does for functions whose source has been registered before, with others: those of the same names
  /// take the places of the earlier ones, as far as DuckDB lets them.
  package func register(
    again provider: any FunctionProvider, onError errorMode: UDFErrorMode?, timeouts: UDFTimeouts
  ) throws(DuckDBError) {
    var taken = try namesOfOthers(provider)
    try register(functionsOf: provider, errorMode, timeouts, &taken)
  }

  /// Everything that would keep `register(again:)` from doing so.
  package func registrationProblems(
    again provider: any FunctionProvider, onError errorMode: UDFErrorMode?
  ) throws(DuckDBError) -> [DuckDBError] {
    try registrationProblems(of: [provider], onError: errorMode, beside: namesOfOthers(provider))
  }

  /// Those of the names of a provider's functions that are not functions of its own already.
  private func namesOfOthers(_ provider: any FunctionProvider) throws(DuckDBError) -> FunctionNames {
    var taken = try FunctionNames(of: provider.signatures.map(\.name), on: self)
    for signature in provider.signatures where database.source(ofFunction: signature.name) == provider.name {
      taken.remove(signature.name)
    }
    return taken
  }

  private func names(of functions: [UDFSignature], knowing names: FunctionNames?) throws(DuckDBError) -> FunctionNames {
    if let names { return names }
    return try FunctionNames(of: functions.map(\.name), on: self)
  }

  /// - Parameter shortReach: up to how many bytes, or elements, arguments and results have 32-bit offsets.
  func register(
    functionsOf provider: any FunctionProvider, _ errorMode: UDFErrorMode?, _ timeouts: UDFTimeouts,
    _ taken: inout FunctionNames, shortReach: Int = Int(Int32.max)
  ) throws(DuckDBError) {
    let (sets, aggregates, tables, problems) = try functions(
      of: provider, errorMode, timeouts, taken, shortReach: shortReach)
    try problems.check()
    for set in sets {
      try withRegistrationHandle { handle throws(DuckDBError) in try set.register(on: handle) }
      database.noteRegistered(set, of: provider)
      taken.insert(set.name)
    }
    for set in aggregates {
      try withRegistrationHandle { handle throws(DuckDBError) in try set.register(on: handle) }
      database.noteRegistered(set, of: provider)
      taken.insert(set.name)
    }
    for table in tables {
      try withRegistrationHandle { handle throws(DuckDBError) in try table.register(on: handle, in: database.library) }
      for macro in table.macros(hasEach: try isFree(table.signature.name + "_each", beside: provider)) {
        try run(macro)
      }
    }
  }

  /// The functions that a provider makes, and what keeps others from being made.
  ///
  /// - Parameter earlier: the sources, by the names in lower case, of functions that are to be registered before.
  private func functions(
    of provider: any FunctionProvider, _ errorMode: UDFErrorMode?, _ timeouts: UDFTimeouts, _ taken: FunctionNames,
    _ earlier: [String: String] = [:], shortReach: Int = Int(Int32.max)
  ) throws(DuckDBError) -> ([FunctionSet], [AggregateSet], [TableFunction], RegistrationProblems) {
    var problems = RegistrationProblems(of: provider)
    var sets: [FunctionSet] = []
    var aggregates: [AggregateSet] = []
    let tables = try tableFunctions(of: provider, errorMode, timeouts, &problems)
    for indices in provider.signatures.indicesByName {
      let name = provider.signatures[indices[0]].name
      var functions: [ScalarFunction] = []
      for index in indices {
        do throws(DuckDBError) {
          functions.append(
            try ScalarFunction(
              index, of: provider, onError: errorMode, timeouts: timeouts, database: database.callbackHandle,
              shortReach: shortReach))
        } catch { problems.add(error.code, "UDF \(name) cannot be used in SQL: \(error.message)", at: index) }
      }
      if let builtIn = taken[name] {
        problems.addTaken(builtIn, by: database.source(ofFunction: name), at: indices[0])
      } else if let source = earlier[name.lowercased()] {
        problems.addTaken(name, by: source, at: indices[0])
      } else if functions.count == indices.count {
        sets.append(FunctionSet(name: name, functions: functions, library: database.library))
      }
      if let set = try aggregateSet(of: provider, indices, errorMode, timeouts, &problems) { aggregates.append(set) }
    }
    let probe = try NameProbe(database)
    for set in sets {
      if let problem = try probe.problem(with: set) { problems.addGrammar(problem, set.functions[0].signature) }
    }
    // Where there can be aggregate functions, the scalar functions of their names have only been for the probe.
    let names = Set(aggregates.map(\.name))
    return (sets.filter { !names.contains($0.name) }, aggregates, tables, problems)
  }

  /// The aggregate functions of a name; nil when it is that of others, or when the library cannot have any.
  private func aggregateSet(
    of provider: any FunctionProvider, _ indices: [Int], _ errorMode: UDFErrorMode?, _ timeouts: UDFTimeouts,
    _ problems: inout RegistrationProblems
  ) throws(DuckDBError) -> AggregateSet? {
    let signatures = indices.map { provider.signatures[$0] }
    guard let first = signatures.first, signatures.contains(where: { $0.kind == .aggregate }) else { return nil }
    guard signatures.allSatisfy({ $0.kind == .aggregate }) else {
      problems.add(
        .query, "UDF \(first.name) is an aggregate function and another one, too; rename one", at: indices[0])
      return nil
    }
    for (index, signature) in zip(indices, signatures) {
      if signature.parameters.isEmpty {
        problems.add(
          .query,
          "UDF \(signature.name) is an aggregate function without parameters, of which DuckDB does not say how many rows it has; "
            + "give it one, behind self and the state: accumulate(self, state, x: int)", at: index)
      } else if signature.parameters.contains(where: \.isVariadic) {
        problems.add(
          .query, "UDF \(signature.name) is an aggregate function, to which SQL passes no *args; name each parameter",
          at: index)
      } else if signature.fewestArguments == 0 {
        problems.add(
          .query,
          "UDF \(signature.name) is an aggregate function whose parameters all have default values; SQL needs one that has none",
          at: index)
      }
    }
    guard database.library.hasSoundAggregates else { return nil }
    var functions: [AggregateFunction] = []
    for index in indices {
      // What a result lacks has been told already.
      guard
        let made = try? AggregateFunction(
          index, of: provider, onError: errorMode, timeouts: timeouts, library: database.library,
          statements: database.statements)
      else { return nil }
      functions.append(made)
    }
    return AggregateSet(name: first.name, functions: functions, library: database.library)
  }
}

extension DuckDBConnection {
  /// Whether nothing that stands in FROM has a name, neither of the provider's nor of the database's.
  private func isFree(_ name: String, beside provider: any FunctionProvider) throws(DuckDBError) -> Bool {
    if provider.signatures.contains(where: { $0.name.lowercased() == name.lowercased() }) { return false }
    return try FunctionNames(ofTables: [name], on: self, withTemporary: true)[name] == nil
  }

  private func tableFunctions(
    of provider: any FunctionProvider, _ errorMode: UDFErrorMode?, _ timeouts: UDFTimeouts,
    _ problems: inout RegistrationProblems
  ) throws(DuckDBError) -> [TableFunction] {
    let indices = provider.signatures.indices.filter { provider.signatures[$0].kind == .table }
    guard !indices.isEmpty else { return [] }
    let names = try FunctionNames(ofTables: indices.map { provider.signatures[$0].name }, on: self)
    var tables: [TableFunction] = []
    for index in indices {
      let signature = provider.signatures[index]
      if let taken = names[signature.name] { problems.addTaken(taken, by: nil, at: index) }
      if provider.signatures.count(where: { $0.name.lowercased() == signature.name.lowercased() }) > 1 {
        problems.add(.query, "UDF \(signature.name) is a table function, which SQL has no overloads of", at: index)
      }
      for (what, names) in [
        ("parameter", signature.parameters.map(\.name)), ("column", signature.columnTypes.map(\.name)),
      ] {
        if names.contains("") {
          problems.add(.query, "UDF \(signature.name) has a \(what) without a name; give it one", at: index)
        }
        if let (one, other) = names.firstAlike {
          problems.add(
            .query,
            "UDF \(signature.name) has two \(what)s of one name, '\(one)' and '\(other)', since SQL does not tell upper from lower "
              + "case; rename one", at: index)
        }
      }
      if (errorMode ?? signature.errorMode) == .collect,
        let column = signature.columnTypes.first(where: { $0.name.lowercased() == "error" })
      {
        problems.add(
          .query,
          "UDF \(signature.name) has a column '\(column.name)', where its errors are to be collected; rename it",
          at: index)
      }
      if signature.parameters.contains(where: \.isVariadic) {
        problems.add(
          .query, "UDF \(signature.name) is a table function, to which SQL passes no *args; name each parameter",
          at: index)
      }
      do throws(DuckDBError) {
        tables.append(
          try TableFunction(
            index, of: provider, onError: errorMode, timeouts: timeouts, database: database.callbackHandle))
      } catch { problems.add(error.code, "UDF \(signature.name) cannot be used in SQL: \(error.message)", at: index) }
    }
    return tables
  }
}

extension [String] {
  /// The first two that differ in letter case at most.
  fileprivate var firstAlike: (String, String)? {
    var seen: [String: String] = [:]
    for name in self {
      if let earlier = seen[name.lowercased()] { return (earlier, name) }
      seen[name.lowercased()] = name
    }
    return nil
  }
}

extension [UDFSignature] {
  /// The places of the functions of each name, which SQL compares without letter case, in the order of the source.
  fileprivate var indicesByName: [[Int]] {
    var names: [String] = []
    var byName: [String: [Int]] = [:]
    for (index, signature) in enumerated() {
      let name = signature.name.lowercased()
      if byName[name] == nil { names.append(name) }
      byName[name, default: []].append(index)
    }
    return names.compactMap { byName[$0] }
  }
}
