import DuckDBEngine
import TestSupport
import Testing

@Suite struct DatabaseTests {
  @Test("A file keeps its content between openings", arguments: TestLibrary.allCases)
  func file(library: TestLibrary) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/nest.duckdb"
    do {
      let connection = try DuckDBDatabase(path: path, library: library.load()).connect()
      try connection.run("CREATE TABLE egg AS SELECT 7 AS size")
    }
    let connection = try DuckDBDatabase(
      path: path, library: library.load(), configuration: ["access_mode": "READ_ONLY"]
    ).connect()
    #expect(try connection.rows("FROM egg") == [[.integer(7)]])
    #expect(throws: DuckDBError.self) { try connection.run("DROP TABLE egg") }
  }

  @Test("Settings reach the database", arguments: TestLibrary.allCases)
  func settings(library: TestLibrary) throws {
    let connection = try library.connect(["threads": "3"])
    #expect(try connection.rows("SELECT current_setting('threads')") == [[.integer(3)]])
  }

  @Test("Connections of a database share its tables", arguments: TestLibrary.allCases)
  func connections(library: TestLibrary) throws {
    let first = try library.connect()
    try first.run("CREATE TABLE t AS SELECT 1 AS i")
    #expect(try first.database.connect().rows("FROM t") == [[.integer(1)]])
  }

  @Test("What cannot be opened is an error with DuckDB's text", arguments: TestLibrary.allCases)
  func errors(library: TestLibrary) throws {
    let loaded = try library.load()
    let missing = #expect(throws: DuckDBError.self) {
      try DuckDBDatabase(path: "/no/such/folder/x.duckdb", library: loaded)
    }
    #expect(missing?.code == .open)
    #expect(missing?.message.contains("No such file or directory") == true)
    let setting = #expect(throws: DuckDBError.self) {
      try DuckDBDatabase(library: loaded, configuration: ["threads": "many"])
    }
    #expect(setting?.code == .open)
    #expect(throws: DuckDBError.self) {
      try DuckDBDatabase(library: loaded, configuration: ["no_such_setting": "1"])
    }
  }
}
