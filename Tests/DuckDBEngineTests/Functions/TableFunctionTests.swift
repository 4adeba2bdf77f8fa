import DuckDBEngine
import PythonUDF
import Testing
import ThreadConfinement

/// Table functions in SQL.
@Suite(.timeLimit(.minutes(30))) struct TableFunctionTests {
  private static let source = """
    from collections.abc import Iterator
    from datetime import date, datetime
    from typing import Any, NamedTuple
    from clutch import udtf

    events = []

    @udf
    def said() -> str:
      text = " ".join(map(str, events))
      events.clear()
      return text

    @udf
    def twice(x: int) -> int: return 2 * x

    @udtf
    def series(n: int) -> Iterator[int]:
      yield from range(n)

    @udtf
    def pairs(n: int, word: str = "w") -> Iterator[tuple[int, str]]:
      for i in range(n): yield i, word * i

    class Part(NamedTuple):
      part: str
      place: int

    @udtf
    def parts(text: str) -> list[Part]:
      return [Part(part, at) for at, part in enumerate(text.split())]

    @udtf
    def endless(n: int) -> Iterator[int]:
      try:
        while True:
          yield n
      finally:
        events.append("ended")

    @udtf
    def days(start: date, count: int) -> Iterator[date]:
      for i in range(count): yield date.fromordinal(start.toordinal() + i)

    @udtf
    def kinds(x: Any) -> list[str]: return [type(x).__name__]

    @udtf
    def numbers(xs: list[int], names: dict[str, int]) -> list[int]: return [*xs, *names.values()]

    @udtf
    def breaks(n: int) -> Iterator[int]:
      for i in range(n):
        if i == 3: raise ValueError("three")
        yield i

    class Lazy(NamedTuple):
      a: int
      b: str

    @udtf
    def lazy() -> Iterator[Lazy]:
      yield Lazy(1, 5)

    @udtf
    def moments(t: datetime) -> list[datetime]: return [t]
    """

  private func rows(_ connection: DuckDBConnection, _ sql: String) throws -> [String] {
    try connection.rows(sql).map { row in row.map(\.description).joined(separator: " ") }
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("SELECT * FROM series(3)", ["0", "1", "2"]), ("SELECT * FROM series(n := 2)", ["0", "1"]),
      ("SELECT * FROM series(0)", []), ("SELECT * FROM series(NULL)", []), ("SELECT * FROM series(1 + 1)", ["0", "1"]),
      ("SELECT * FROM series('2')", ["0", "1"]), ("SELECT * FROM SERIES(1)", ["0"]),
      ("SELECT * FROM pairs(3)", ["0 ", "1 w", "2 ww"]), ("SELECT * FROM pairs(2, 'x')", ["0 ", "1 x"]),
      ("SELECT f1 FROM pairs(3, word := 'y') WHERE f0 > 0", ["y", "yy"]), ("SELECT f0 FROM pairs(n := 2)", ["0", "1"]),
      ("SELECT count(*) FROM pairs(2000, '')", ["2000"]),
      ("SELECT count(*), sum(series) FROM series(5000)", ["5000 12497500"]),
      ("SELECT place, part FROM parts('a b')", ["0 a", "1 b"]),
      ("SELECT part FROM parts('a b') ORDER BY place DESC", ["b", "a"]),
      ("SELECT days FROM days('2024-02-28', 3)", ["2024-02-28", "2024-02-29", "2024-03-01"]),
      ("SELECT days FROM days(DATE '2024-02-28', count := 1)", ["2024-02-28"]),
      ("SELECT kinds FROM kinds(1.5::DOUBLE)", ["float"]), ("SELECT kinds FROM kinds('x')", ["str"]),
      ("SELECT kinds FROM kinds([1, 2])", ["list"]), ("SELECT kinds FROM kinds(NULL)", ["NoneType"]),
      ("SELECT numbers FROM numbers([1, 2], MAP {'a': 3})", ["1", "2", "3"]),
      ("SELECT moments FROM moments(DATE '2024-01-02')", ["2024-01-02 00:00:00"]),
      ("SELECT twice(series) FROM series(3)", ["0", "2", "4"]),
      ("SELECT a.series, b.series FROM series(2) a, series(2) b ORDER BY ALL", ["0 0", "0 1", "1 0", "1 1"]),
      ("SELECT a FROM lazy()", ["1"]), ("SELECT count(*) FROM lazy()", ["1"]),
      ("SELECT t.x, u.s FROM range(3) t(x), unnest(series(t.x)) u(s) ORDER BY ALL", ["1 0", "2 0", "2 1"]),
      ("SELECT t.x, s.series FROM range(3) t(x), series_each(t.x) s ORDER BY ALL", ["1 0", "2 0", "2 1"]),
      (
        "SELECT t.x, p.place, p.part FROM (VALUES ('a b'), ('c')) t(x), parts_each(t.x) p ORDER BY ALL",
        ["a b 0 a", "a b 1 b", "c 0 c"]
      ),
      ("SELECT t.x, p.f1 FROM (VALUES (2)) t(x), pairs_each(t.x, 'y') p ORDER BY ALL", ["2 ", "2 y"]),
      ("SELECT p.f1 FROM (VALUES (2)) t(x), pairs_each(t.x) p ORDER BY ALL", ["", "w"]),
      ("SELECT x.series FROM (VALUES (2)) t(series), series_each(series) x ORDER BY ALL", ["0", "1"]),
      ("SELECT series(3)", ["[0, 1, 2]"]), ("SELECT len(series(x)) FROM range(3) t(x)", ["0", "1", "2"]),
      ("PREPARE p AS SELECT * FROM series(?); EXECUTE p(2)", ["0", "1"]),
      ("PREPARE p AS SELECT f1 FROM pairs($n, word := $w); EXECUTE p(n := 2, w := 'z')", ["", "z"]),
      ("CREATE TEMP TABLE made AS SELECT * FROM series(2); SELECT * FROM made", ["0", "1"]),
      ("CREATE TEMP VIEW seen AS SELECT * FROM series(2); SELECT * FROM seen", ["0", "1"]),
    ] as [(String, [String])])
  func `Rows of a table function`(library: TestLibrary, query: (sql: String, rows: [String])) throws {
    let connection = try library.connect(with: Self.source)
    #expect(try rows(connection, query.sql) == query.rows)
  }

  @Test(arguments: TestLibrary.allCases) func `A limit ends the generator`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    #expect(try rows(connection, "SELECT * FROM endless(7) LIMIT 2") == ["7", "7"])
    #expect(try rows(connection, "SELECT said()") == ["ended"])
    #expect(try rows(connection, "SELECT * FROM endless(7) LIMIT 0") == [])
    #expect(try rows(connection, "SELECT said()") == [""])
  }

  @Test(arguments: TestLibrary.allCases) func `A query that fails ends the generator`(library: TestLibrary) throws {
    let connection = try library.connect(with: Self.source)
    let problem = try connection.failure("SELECT error('no ' || endless) FROM endless(7)")
    #expect(problem?.contains("no 7") == true)
    #expect(try rows(connection, "SELECT said()") == ["ended"])
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("SELECT * FROM breaks(5)", ["UDF breaks failed at row 0 of its batch (n=5): after 3 rows, ValueError: three"]),
      ("SELECT * FROM series('x')", ["series: argument 1 ('n', int)", "Could not convert string 'x'"]),
      ("SELECT * FROM series(1.5)", ["series(DECIMAL(2,1)): argument 1 ('n', int)"]),
      ("SELECT * FROM series()", ["series(n)"]), ("SELECT * FROM pairs(1, 2)", ["argument 2 ('word', str) is INTEGER"]),
      (
        "SELECT * FROM range(3) t(x), series(t.x)",
        ["Table function \"series\"", "series_each(t.x)", "unnest(series(t.x)) AS u(series)"]
      ),
      ("SELECT * FROM twice(3)", ["The UDF twice gives a value for each row: write SELECT twice(...)."]),
      ("SELECT b FROM lazy()", ["field 'b'"]),
    ] as [(String, [String])])
  func `What goes wrong is told`(library: TestLibrary, query: (sql: String, parts: [String])) throws {
    let connection = try library.connect(with: Self.source)
    let message = try #require(try connection.failure(query.sql))
    for part in query.parts { #expect(message.contains(part), "\(message)") }
  }

  @Test(arguments: TestLibrary.allCases) func `With null both forms have the rows before a failure`(
    library: TestLibrary
  ) throws {
    let pool = try TestLibrary.pool(Self.source)
    let connection = try library.connect(["threads": "2"])
    try connection.register(pool, onError: .null)
    #expect(try rows(connection, "SELECT * FROM breaks(9)") == ["0", "1", "2"])
    #expect(
      try rows(connection, "SELECT b.breaks FROM range(9, 10) t(x), breaks_each(t.x) b ORDER BY ALL") == [
        "0", "1", "2",
      ])
    #expect(try rows(connection, "SELECT breaks(9), breaks(NULL)") == ["[0, 1, 2] NULL"])
    #expect(pool.failureSummaries.map(\.failedRows) == [3])
    #expect(
      pool.failureSummaries[0].examples.allSatisfy {
        $0.traceback.contains("in breaks") && !$0.traceback.contains("<clutch>")
      })
  }

  @Test(arguments: TestLibrary.allCases, [true, false])
  func `A function of one's own keeps a name with each at its end`(
    library: TestLibrary, comesFirst: Bool
  ) throws {
    let (own, table) = (
      "@udtf\ndef f_each(n: int) -> list[int]: return [n + 100]\n", "@udtf\ndef f(n: int) -> list[int]: return [n]\n"
    )
    let connection = try library.connect(
      with: "from clutch import udtf\n" + (comesFirst ? own + table : table + own))
    #expect(try rows(connection, "SELECT * FROM f_each(1)") == ["101"])
    #expect(try rows(connection, "SELECT * FROM f(1)") == ["1"])
  }

  @Test(arguments: TestLibrary.allCases) func `Errors can be collected`(library: TestLibrary) throws {
    let pool = try TestLibrary.pool(Self.source)
    let connection = try library.connect(["threads": "2"])
    try connection.register(pool, onError: .collect)
    let found = try rows(connection, "SELECT breaks, error.type, error.message FROM breaks(9)")
    #expect(found == ["0 NULL NULL", "1 NULL NULL", "2 NULL NULL", "NULL ValueError after 3 rows, three"])
    #expect(try rows(connection, "SELECT error.type FROM breaks(9) WHERE error IS NOT NULL") == ["ValueError"])
    #expect(try rows(connection, "SELECT s.series FROM range(2) t(x), series_each(t.x) s") == ["0"])
    let each = "SELECT t.x, b.breaks, b.error.message FROM (VALUES (2), (5)) t(x), breaks_each(t.x) b ORDER BY ALL"
    #expect(
      try rows(connection, each) == [
        "2 0 NULL", "2 1 NULL", "5 0 NULL", "5 1 NULL", "5 2 NULL", "5 NULL after 3 rows, three",
      ])
  }

  @Test(arguments: TestLibrary.allCases) func `Queries on the interpreters' threads draw tables too`(
    library: TestLibrary
  ) throws {
    let threads = try ThreadGroup(count: 2)
    let pool = try TestLibrary.pool(Self.source, on: threads)
    defer { pool.close() }
    let connection = try library.connect(["threads": "2"])
    try connection.register(pool)
    try connection.database.runQueries(on: threads)
    #expect(try rows(connection, "SELECT count(*), sum(twice(series)) FROM series(10000)") == ["10000 99990000"])
    #expect(try rows(connection, "SELECT * FROM endless(7) LIMIT 1") == ["7"])
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ("def range(n: int) -> list[int]: return [n]", "range"),
      ("def read_csv(n: int) -> list[int]: return [n]", "read_csv"),
      ("def f(*n: int) -> list[int]: return [n]", "name each parameter"),
      ("def f(n: int, N: int) -> list[int]: return [n]", "two parameters of one name, 'n' and 'N'"),
      (
        "def f() -> list[typing.TypedDict('R', {'a': int, 'A': int})]: return []",
        "STRUCT(a BIGINT"
      ),
      ("def f() -> list[typing.TypedDict('R', {'': int})]: return []", "a column without a name"),
      (
        "def f() -> list[typing.TypedDict('R', {'a': dict[str, int]})]: return []\n@udtf(on_error='collect')\n"
          + "def g() -> list[typing.TypedDict('R', {'Error': int})]: return []", "a column 'Error', where its errors"
      ),
      ("def f(n: int) -> list[int]: return [n]\n@udtf\ndef F(n: str) -> list[int]: return [n]", "no overloads"),
    ])
  func `Names that SQL cannot have are refused`(library: TestLibrary, source: (text: String, problem: String)) throws {
    let pool = try TestLibrary.pool("import typing\nfrom clutch import udtf\n@udtf\n" + source.text)
    defer { pool.close() }
    let connection = try library.connect([:])
    let error = #expect(throws: DuckDBError.self) { try connection.register(pool) }
    #expect(error?.message.contains(source.problem) == true, "\(error?.message ?? "")")
  }
}
