import DuckDBEngine
import PythonUDF
import Testing

/// Names of functions that SQL knows as something else.
@Suite(.serialized, .timeLimit(.minutes(30))) struct NameTests {
  private static func function(_ name: String) -> String {
    "@udf(name='\(name)')\ndef f(x: str) -> str: return 'udf:' + x\n"
  }

  /// What is registered must be what a plain call reaches, for every keyword that the library has.
  @Test(arguments: TestLibrary.allCases)
  func `A keyword is a function that can be called, or is refused`(library: TestLibrary) throws {
    let names = try library.connect().rows("SELECT keyword_name FROM duckdb_keywords() ORDER BY 1").map {
      $0[0].description
    }
    #expect(names.count > 300)
    let usable = names.filter { $0.allSatisfy { $0.isLetter || $0 == "_" } }
    let further = [
      "position", "trim", "overlay", "columns", "lambda", "row", "any", "all", "glob", "user", "current_date", "lag",
    ]
    // All at once, since each pool takes an interpreter.
    let all = Set(usable + further).sorted()
    let pool = try TestLibrary.pool(all.map(Self.function).joined())
    defer { pool.close() }
    let error = #expect(throws: DuckDBError.self) { try library.connect().register(pool) }
    let refusals = error?.message.split(separator: "\n").dropFirst() ?? []
    let refused = all.filter { name in
      refusals.contains { $0.hasSuffix("rename the UDF, for example to my_\(name)") }
    }
    #expect(refused.count == refusals.count)
    #expect(refused.count > 100)
    let others = Set(all).subtracting(refused).sorted()
    let rest = try TestLibrary.pool(others.map(Self.function).joined())
    defer { rest.close() }
    let connection = try library.connect()
    try connection.register(rest)
    for name in others { #expect(try connection.rows("SELECT \(name)('a')") == [[.text("udf:a")]], "\(name)") }
  }

  @Test(
    arguments: TestLibrary.allCases,
    ["coalesce", "TRY", "check", "fetch", "extract", "dec", "interval", "unnest", "grouping"])
  func `A name of the grammar is refused with its reason`(library: TestLibrary, name: String) throws {
    let pool = try TestLibrary.pool(Self.function(name))
    defer { pool.close() }
    let error = #expect(throws: DuckDBError.self) { try library.connect().register(pool) }
    #expect(error?.code == .query)
    #expect(error?.message.hasPrefix("functions.py, line 3: ") == true)
    #expect(error?.message.contains("rename the UDF, for example to my_\(name)") == true, "\(error?.message ?? "")")
  }

  /// What DuckDB makes of one name must not change what it makes of the next.
  @Test(arguments: TestLibrary.allCases, ["order", "check", "with", "extract", "lambda", "Columns"])
  func `A name of the grammar is refused with its reason also among others`(
    library: TestLibrary, name: String
  ) throws {
    let refused = name == "check" ? [name] : [name, "check"]
    let pool = try TestLibrary.pool((["before"] + refused + ["after"]).map(Self.function).joined())
    defer { pool.close() }
    let connection = try library.connect()
    let message = #expect(throws: DuckDBError.self) { try connection.register(pool) }?.message ?? ""
    for name in refused { #expect(message.contains("\(name.uppercased()) is a SQL keyword"), "\(message)") }
    #expect(!message.contains("my_before") && !message.contains("my_after"), "\(message)")
    #expect(!message.contains("ransaction"), "\(message)")
    #expect(try connection.rows("SELECT 1") == [[.integer(1)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `All problems of a file are in one error, each with its line`(library: TestLibrary) throws {
    let other = try TestLibrary.pool("@udf\ndef shared(x: int) -> int: return x\n", name: "other.py")
    let pool = try TestLibrary.pool(
      """
      from clutch import Decimal256
      from decimal import Decimal
      from typing import Annotated
      @udf
      def ln(s: str) -> int: return len(s)
      @udf
      def fine(s: str) -> int: return len(s)
      @udf
      def fetch(s: str) -> int: return len(s)
      @udf
      def wide() -> Annotated[Decimal, Decimal256(50, 2)]: return Decimal(1)
      @udf
      def shared(s: str) -> int: return len(s)
      """)
    defer {
      other.close()
      pool.close()
    }
    let connection = try library.connect()
    try connection.register(other)
    let message = #expect(throws: DuckDBError.self) { try connection.register(pool) }?.message ?? ""
    let lines = message.split(separator: "\n").map(String.init)
    #expect(lines.first == "4 functions of functions.py cannot be SQL functions as they are:")
    #expect(lines.dropFirst().map { $0.prefix(10) } == ["  line 6: ", "  line 10:", "  line 12:", "  line 14:"])
    for word in ["named ln of its own", "FETCH is a SQL keyword", "at most 38 digits", "one of other.py"] {
      #expect(message.contains(word), "\(message)")
    }
    #expect(try connection.failure("SELECT fine('a')") != nil)
  }

  @Test(arguments: TestLibrary.allCases)
  func `The problems of names of several files are told together, also of one that does not load`(
    library: TestLibrary
  ) throws {
    let error = #expect(throws: UDFError.self) {
      try TestLibrary.pool(
        """
        @udf
        def bad(x) -> int: return 1
        @udf
        def ln(x: int) -> int: return 1
        @udf
        def check(x, y) -> int: return 1
        @udf
        def shared(x) -> int: return 1
        """, name: "bad.py")
    }
    let unloaded = try #require(error.flatMap { UnloadedFunctions($0) })
    let others = try ["Shared", "fine", "extract"].map {
      try TestLibrary.pool("@udf\ndef \($0)(x: int) -> int: return x\n", name: "\($0).py")
    }
    defer { for pool in others { pool.close() } }
    let connection = try library.connect()
    let problems = try connection.registrationProblems(of: [unloaded] + others)
    let messages = problems.map { $0.message.split(separator: "\n").map(String.init) }
    try #require(messages.count == 3, "\(messages)")
    #expect(messages[0][0] == "2 functions of bad.py cannot be SQL functions as they are:")
    #expect(messages[0][1].hasPrefix("  line 5: DuckDB has a function named ln of its own; rename"))
    #expect(messages[0][2].hasPrefix("  line 7: check(...) is no call in SQL, because CHECK is a SQL keyword"))
    #expect(
      messages[1][0].hasPrefix("Shared.py, line 3: two UDFs are named Shared, one of bad.py and one of Shared.py"))
    #expect(messages[2][0].hasPrefix("extract.py, line 3: extract(...) is "))
    // Nothing has been registered, and the connection is as it was.
    #expect(try connection.failure("SELECT fine(1)") != nil)
    try connection.register(others[1])
    #expect(try connection.rows("SELECT fine(1)") == [[.integer(1)]])
    #expect(try connection.registrationProblems(of: []).isEmpty)
  }
}
