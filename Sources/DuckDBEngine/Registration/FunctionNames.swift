import HostSupport

/// The names of the functions that a database has, in lower case, with how it writes them.
///
/// DuckDB would accept a second function of a name, and then take the one or the other depending on its version and on the
/// types of the arguments. Functions that do not stand in expressions, those for FROM and for PRAGMA, share no names with
/// the others.
package struct FunctionNames: Sendable {
  private var written: [String: String] = [:]

  subscript(name: String) -> String? { written[name.lowercased()] }

  /// Those of some names that a connection sees.
  init(of names: [String], on connection: DuckDBConnection) throws(DuckDBError) {
    guard !names.isEmpty else {
      self.init([])
      return
    }
    // Python's names hold no quotes.
    let names = names.map { "lower('\($0)')" }.joined(separator: ", ")
    try self.init(on: connection, where: "AND lower(function_name) IN (\(names))")
  }

  /// Those of some names that stand in FROM.
  ///
  /// - Parameter withTemporary: whether also those of the connection's own, such as the macros that stand for UDFs.
  init(ofTables names: [String], on connection: DuckDBConnection, withTemporary: Bool = false) throws(DuckDBError) {
    let names = names.map { "lower('\($0)')" }.joined(separator: ", ")
    let statements = try connection.execute(
      """
      SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('table', 'table_macro')
      AND lower(function_name) IN (\(names)) AND (\(withTemporary) OR internal OR database_name <> 'temp')
      """)
    guard let result = try statements.next() else { return }
    while let rows = try result.nextRows() {
      for row in 0..<rows.count { add(rows[row, 0].description) }
    }
  }

  private init(_ names: [String]) { for name in names { add(name) } }

  private init(on connection: DuckDBConnection, where condition: String = "") throws(DuckDBError) {
    let statements = try connection.execute(
      """
      SELECT DISTINCT function_name FROM duckdb_functions()
      WHERE function_type NOT IN ('table', 'table_macro', 'pragma') \(condition)
      """)
    guard let result = try statements.next() else { return }
    while let rows = try result.nextRows() {
      for row in 0..<rows.count { add(rows[row, 0].description) }
    }
  }

  /// Those of a database in memory on which nothing has run yet: the same for each of a library, so they are remembered
  /// for the next start. Asking takes as long as opening the database.
  package init(ofFresh connection: DuckDBConnection) throws(DuckDBError) {
    let library = connection.database.library
    let entry = "functions-\(String(StableHash(library.path.utf8).value, radix: 16)).txt"
    let head = "\(library.version) \(fileIdentity(library.path))"
    if let stored = CacheFolder.ofProcess?.read(entry) {
      let lines = String(decoding: stored, as: UTF8.self).split(separator: "\n")
      if let first = lines.first, first == head {
        self.init(lines.dropFirst().map(String.init))
        return
      }
    }
    try self.init(on: connection)
    // A bare name is one that the system has looked up: it does not tell which file that was.
    guard library.path.hasPrefix("/"), !written.isEmpty else { return }
    CacheFolder.ofProcess?.write(entry, Array(([head] + written.values.sorted()).joined(separator: "\n").utf8))
  }

  private mutating func add(_ name: String) { written[name.lowercased()] = name }

  /// Takes a function out whose place another one may take.
  mutating func remove(_ name: String) { written[name.lowercased()] = nil }

  /// Adds a function that has been registered since.
  mutating func insert(_ name: String) { add(name) }
}
