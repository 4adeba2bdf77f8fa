import DuckDBEngine
import PythonRuntime
import PythonUDF
import TestSupport
import ThreadConfinement

extension TestLibrary {
  /// A connection to a database in memory with the functions of a source, which end when the database closes.
  func connect(with source: String, interpreters: Int = 1, threads: Int = 2) throws -> DuckDBConnection {
    try functions(source, interpreters: interpreters, threads: threads).connection
  }

  func functions(
    _ source: String, interpreters: Int = 1, threads: Int = 2
  ) throws -> (connection: DuckDBConnection, pool: UDFPool) {
    let pool = try Self.pool(source, interpreters: interpreters)
    let connection = try connect(["threads": "\(threads)"])
    try connection.register(pool)
    return (connection, pool)
  }

  /// - Parameter threads: those that the interpreters live on; nil for threads of their own.
  static func pool(
    _ source: String, interpreters: Int = 1, name: String = "functions.py", on threads: ThreadGroup? = nil
  ) throws -> UDFPool {
    try CPython.start(PythonDiscovery(workingDirectory: Checkout.root))
    return try UDFPool(
      UDFSource("from clutch import udf\n" + source, name: name),
      HostOptions(interpreters: threads == nil ? interpreters : nil, threads: threads))
  }
}

extension DuckDBConnection {
  /// The text of the error that a query ends with; nil when it succeeds.
  func failure(_ sql: String) throws -> String? {
    do {
      try run(sql)
      return nil
    } catch {
      return error.message
    }
  }
}
