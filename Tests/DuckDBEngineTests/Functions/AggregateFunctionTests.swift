@testable import DuckDBEngine
import Functions
import PythonUDF
import Testing
import ThreadConfinement

/// Aggregate functions in SQL, with DuckDB's own as the oracle.
@Suite(.timeLimit(.minutes(30))) struct AggregateFunctionTests {
  private static let source = """
    from collections import defaultdict
    from clutch import udaf

    alive = set()

    class Values:
      def __init__(self):
        self.values = []
        alive.add(id(self))
      def __del__(self):
        alive.discard(id(self))
      def __setstate__(self, state):
        self.__dict__.update(state)
        alive.add(id(self))

    @udf
    def living(x: int) -> int: return len(alive)

    @udaf
    class gathered:
      "A state that accumulate and merge change."
      def create_state(self): return Values()
      def accumulate(self, state, x: int): state.values.append(x)
      def merge(self, state, other): state.values += other.values
      def finish(self, state) -> list[int]: return sorted(state.values)

    @udaf
    class typed:
      "A state that is written as its type."
      def create_state(self) -> list[int]: return []
      def accumulate(self, state, x: int): return state + [x]
      def merge(self, state, other): return other if not state else state + other
      def finish(self, state): return sorted(state)
      finish.__annotations__["return"] = list[int]

    @udaf
    class kept:
      "Without merge."
      def create_state(self): return []
      def accumulate(self, state, x: int): state.append(x)
      def finish(self, state) -> list[int]: return sorted(state)

    @udaf
    class handled:
      "A handler as Snowflake has them."
      def __init__(self): self._values = []
      @property
      def aggregate_state(self): return self._values
      def accumulate(self, x: int): self._values.append(x)
      def merge(self, other): self._values = self._values + other
      def finish(self) -> list[int]: return sorted(self._values)

    @udaf
    class stuck:
      "A state that cannot leave its interpreter."
      def create_state(self): return defaultdict(lambda: 0)
      def accumulate(self, state, x: int): state[x] += 1
      def merge(self, state, other):
        for x, n in other.items(): state[x] += n
      def finish(self, state) -> list[int]: return sorted(x for x, n in state.items() for _ in range(n))

    @udaf
    class popping:
      "A finish that takes its state apart."
      def create_state(self): return []
      def accumulate(self, state, x: int): state.append(x)
      def merge(self, state, other): state += other
      def finish(self, state) -> list[int]:
        state.sort()
        return [state.pop(0) for _ in range(len(state))]

    NOTHING = object()

    @udaf
    class marked:
      "A state that is compared by what it is."
      def create_state(self): return [NOTHING]
      def accumulate(self, state, x: int):
        if state[0] is NOTHING: state.clear()
        state.append(x)
      def merge(self, state, other):
        if other[0] is NOTHING: return
        if state[0] is NOTHING: state.clear()
        state += other
      def finish(self, state) -> list[int]: return [] if state[0] is NOTHING else sorted(state)

    @udaf
    class summed:
      def create_state(self) -> tuple[int, int]: return (0, 0)
      def accumulate(self, state, x: int, y: int = 1): return (state[0] + x * y, state[1] + 1)
      def merge(self, state, other): return (state[0] + other[0], state[1] + other[1])
      def finish(self, state) -> int | None: return state[0] if state[1] else None

    @udaf
    class breaking:
      def create_state(self): return Values()
      def accumulate(self, state, x: int):
        if x == 70_000: raise ValueError(f"no {x}")
        state.values.append(x)
      def merge(self, state, other):
        if 60_000 in other.values: raise ValueError("no merge")
        state.values += other.values
      def finish(self, state) -> int:
        if state.values == [50_000]: raise ValueError("no value")
        return len(state.values)
    """

  private func connect(_ library: TestLibrary = .duckdbWheel, threads: Int = 2) throws -> DuckDBConnection {
    try library.connect(with: Self.source, interpreters: 2, threads: threads)
  }

  private func rows(_ connection: DuckDBConnection, _ sql: String) throws -> [String] {
    try connection.rows(sql).map { row in row.map(\.description).joined(separator: " ") }
  }

  /// What is aggregated, with `F` for the function and its arguments, and `L` for DuckDB's.
  private static let plans: [String] = [
    "SELECT F(i) a, L(i) b FROM range(0) t(i)", "SELECT F(i) a, L(i) b FROM range(5000) t(i)",
    "SELECT F(NULL::BIGINT) a, L(i) FILTER (i < 0) b FROM range(10) t(i)",
    "SELECT F(i) a, L(i) b FROM range(0) t(i) GROUP BY i", "SELECT F(i) a, L(i) b FROM big GROUP BY i % 10",
    "SELECT F(i) a, L(i) b FROM big GROUP BY i % 4000",
    "SELECT F(i) FILTER (i % 3 = 0) a, L(i) FILTER (i % 3 = 0) b FROM big GROUP BY i % 100",
    "SELECT F(DISTINCT i % 7) a, L(DISTINCT i % 7) b FROM big",
    "SELECT F(DISTINCT i % 7) a, L(DISTINCT i % 7) b FROM big GROUP BY i % 5",
    "SELECT F(i ORDER BY -i) a, L(i) b FROM big GROUP BY i % 9",
    "SELECT F(i) a, L(i) b FROM big GROUP BY ROLLUP (i % 3, i % 2)",
    "SELECT F(i) a, L(i) b FROM big GROUP BY GROUPING SETS ((i % 3), (), (i % 2))",
    "SELECT F(i) OVER w a, L(i) OVER w b FROM few WINDOW w AS (PARTITION BY i % 10)",
    "SELECT F(i) OVER w a, L(i) OVER w b FROM few WINDOW w AS ()",
    "SELECT F(i) OVER w a, L(i) OVER w b FROM few WINDOW w AS (ORDER BY i)",
    "SELECT F(i) OVER w a, L(i) OVER w b FROM few WINDOW w AS (ORDER BY i ROWS BETWEEN 10 PRECEDING AND 10 FOLLOWING)",
    "SELECT F(i) OVER w a, L(i) OVER w b FROM few WINDOW w AS (ORDER BY i ROWS BETWEEN 300 PRECEDING AND CURRENT ROW)",
    "SELECT F(i) OVER w a, L(i) OVER w b FROM few WINDOW w AS (ORDER BY i RANGE BETWEEN 10 PRECEDING AND 10 FOLLOWING)",
    "SELECT F(i) OVER w a, L(i) OVER w b FROM few WINDOW w AS (ORDER BY i ROWS BETWEEN 10 PRECEDING AND 10 FOLLOWING EXCLUDE CURRENT ROW)",
    "SELECT F(i) OVER w a, L(i) OVER w b FROM few WINDOW w AS (ORDER BY i % 10 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES)",
    "SELECT F(i) FILTER (i % 2 = 0) OVER w a, L(i) FILTER (i % 2 = 0) OVER w b FROM few WINDOW w AS (ORDER BY i ROWS 10 PRECEDING)",
    "SELECT F(DISTINCT i % 7) OVER w a, L(DISTINCT i % 7) OVER w b FROM few WINDOW w AS (ORDER BY i ROWS 10 PRECEDING)",
    "SELECT F(i ORDER BY -i) OVER w a, L(i) OVER w b FROM few WINDOW w AS (ORDER BY i ROWS 10 PRECEDING)",
    "SELECT F(i) OVER w a, L(i) OVER w b FROM few WINDOW w AS (ROWS UNBOUNDED PRECEDING)",
    "SELECT list_aggregate(x, 'F') a, x b FROM (SELECT [i, i + 1] x FROM few)",
    "SELECT (SELECT F(x) FROM few u(x) WHERE x < t.i) a, (SELECT L(x) FROM few u(x) WHERE x < t.i) b FROM range(20) t(i)",
  ]

  @Test(arguments: ["gathered", "typed", "kept", "handled", "stuck", "popping", "marked"], [1, 2])
  func `Every plan gives what DuckDB's own aggregate gives, and leaves no state`(function: String, threads: Int) throws
  {
    let connection = try connect(threads: threads)
    try connection.run(
      "CREATE TABLE big AS SELECT i FROM range(20000) t(i); CREATE TABLE few AS SELECT i FROM range(200) t(i)")
    for plan in Self.plans {
      let sql = plan.replacing("F(", with: "\(function)(").replacing("'F'", with: "'\(function)'")
        .replacing("L(", with: "list(")
      let differ = try rows(
        connection, "SELECT count(*) FROM (\(sql)) WHERE a IS DISTINCT FROM list_sort(coalesce(b, []))")
      #expect(differ == ["0"], "\(sql)")
      #expect(connection.database.aggregateStateCount == 0, "\(sql)")
    }
  }

  @Test func `Without merge, what accumulate does to its arguments is seen in one state only`() throws {
    let source = """
      from clutch import udaf
      @udaf
      class firsts:
        def create_state(self): return None
        def accumulate(self, state, v: list[int]):
          if state is None: return v
          state.extend(v)
        def finish(self, state) -> list[int] | None: return state
      """
    let connection = try TestLibrary.duckdbWheel.connect(with: source)
    let sql = """
      SELECT count(*) FROM (SELECT firsts([i]) OVER w AS a, list(i) OVER w AS b FROM range(300) t(i)
      WINDOW w AS (ORDER BY i ROWS UNBOUNDED PRECEDING)) WHERE a IS DISTINCT FROM b
      """
    #expect(try rows(connection, sql) == ["0"])
  }

  @Test func `A limit over many groups, a failure of any callback and an interruption leave no state`() throws {
    let connection = try connect()
    try connection.run("CREATE TABLE big AS SELECT i FROM range(200000) t(i)")
    #expect(try rows(connection, "SELECT gathered(i) FROM big GROUP BY i LIMIT 1").count == 1)
    for (sql, reason) in [
      ("SELECT breaking(i) FROM big GROUP BY i", "no 70000"),
      ("SELECT breaking(i) FROM big WHERE i BETWEEN 40000 AND 60000 GROUP BY i", "no value"),
      ("SELECT breaking(i) OVER (ORDER BY i ROWS 100 PRECEDING) FROM big WHERE i BETWEEN 59000 AND 61000", "no merge"),
      ("SELECT error('no ' || sum(len(gathered(i)))::VARCHAR) FROM big GROUP BY i % 1000", "no "),
    ] {
      let problem = try connection.failure(sql)
      #expect(problem?.contains(reason) == true, "\(sql): \(problem ?? "")")
    }
    try connection.run("SELECT 1")
    #expect(connection.database.aggregateStateCount == 0)
    // Dropping states waits for nobody, but comes before what is called later.
    #expect(try rows(connection, "SELECT len(gathered(1))") == ["1"])
  }

  @Test func `What goes wrong in a group is its value, as the mode says`() throws {
    let library = try TestLibrary.duckdbWheel.load()
    let connection = try DuckDBDatabase(library: library, configuration: ["threads": "2"]).connect()
    let pool = try UDFPool(UDFSource("from clutch import udf\n" + Self.source), HostOptions(interpreters: 2))
    try connection.register(pool, onError: .collect)
    let found = try rows(
      connection,
      """
      SELECT g, r.value, r.error.type, r.error.message FROM (
        SELECT i // 10000 AS g, breaking(i) AS r FROM range(50000, 90000) t(i) GROUP BY g) ORDER BY g
      """)
    #expect(
      found == [
        "5 10000 NULL NULL", "6 10000 NULL NULL", "7 NULL ValueError no 70000", "8 10000 NULL NULL",
      ])
    #expect(connection.database.aggregateStateCount == 0)
  }

  @Test func `Default values are overloads, and other arguments are refused`() throws {
    let connection = try connect()
    #expect(
      try rows(connection, "SELECT summed(i), summed(i, 2), summed(i::TINYINT, i) FROM range(4) t(i)") == ["6 12 14"])
    #expect(try connection.failure("SELECT summed('x')")?.contains("summed(VARCHAR): argument 1 ('x', int)") == true)
    #expect(try connection.failure("SELECT summed(1, 2, 3)")?.contains("summed") == true)
    let table = try connection.failure("SELECT * FROM summed(1)")
    #expect(table?.contains("The UDF summed gives a value for a group: write SELECT summed(...).") == true)
    #expect(try rows(connection, "SELECT summed(NULL), summed(NULL, 1)") == ["NULL NULL"])
  }

  @Test func `A state that groupings share and that cannot be copied fails with what to do`() throws {
    let source = """
      import threading
      @udaf
      class locked:
        def create_state(self): return {"lock": threading.Lock(), "n": 0}
        def accumulate(self, state, x: int): state["n"] += x
        def merge(self, state, other): state["n"] += other["n"]
        def finish(self, state) -> int: return state["n"]
      """
    // A thread of several may still have its state, merged into the only one of the others, when that is finished.
    let alone = try TestLibrary.duckdbWheel.connect(with: "from clutch import udaf\n" + source, threads: 1)
    #expect(try rows(alone, "SELECT locked(i) FROM range(5) t(i)") == ["10"])
    let connection = try TestLibrary.duckdbWheel.connect(with: "from clutch import udaf\n" + source)
    let problem = try connection.failure("SELECT locked(i) FROM range(5000) t(i) GROUP BY ROLLUP (i % 3)")
    let expected = """
      TypeError: a state that several groups have together cannot be copied: TypeError: cannot pickle '_thread.lock' object; \
      keep what cannot be copied on self, or leave merge out
      """
    #expect(problem?.contains(expected) == true, "\(problem ?? "")")
    #expect(problem?.contains("copy.py") == false)
    #expect(connection.database.aggregateStateCount == 0)
  }

  @Test func `Statements tell their end to functions that there are, and to no others`() throws {
    let connection = try TestLibrary.duckdbWheel.connect()
    let pool = try UDFPool(UDFSource("from clutch import udaf\n" + Self.one), HostOptions(interpreters: 1))
    defer { pool.close() }
    for _ in 0..<5 { #expect(try connection.registrationProblems(of: [pool]).isEmpty) }
    #expect(connection.database.statements.observerCount == 1)
    try connection.register(pool)
    #expect(try rows(connection, "SELECT one(i) FROM range(5) t(i)") == ["10"])
    #expect(connection.database.statements.observerCount == 1)
    #expect(connection.database.aggregateStateCount == 0)
  }

  private static let one = """
    @udaf
    class one:
      def create_state(self) -> int: return 0
      def accumulate(self, state, x: int): return state + x
    """

  @Test func `DuckDB before 2 is told that it has none, where one is used`() throws {
    let connection = try connect(.bareduckdbWheel)
    let problem = try connection.failure("SELECT gathered(i) FROM range(3) t(i)")
    #expect(problem?.contains("UDF gathered is an aggregate function, which needs DuckDB 2.0") == true)
    #expect(try rows(connection, "SELECT living(1) >= 0") == ["true"])
  }

  @Test func `States of a query that runs stay on their version, and the next query has the new one`() async throws {
    func source(_ factor: Int) -> UDFSource {
      UDFSource(
        """
        from clutch import udaf
        @udaf
        class scaled:
          def create_state(self) -> int: return 0
          def accumulate(self, state, x: int): return state + x
          def merge(self, state, other): return state + other
          def finish(self, state) -> int: return state * \(factor)
        """)
    }
    let registry = UDFRegistry()
    try await registry.add("s", source(1), HostOptions(interpreters: 1))
    let connection = try TestLibrary.duckdbWheel.connect(["threads": "1"])
    try connection.register(try registry.source("s"))
    let sql = "SELECT g, scaled(g) FROM range(300000) t(g) GROUP BY g"
    let result = try #require(try connection.execute(sql).next())
    let first = try #require(try result.nextRows())
    #expect(first[0, 0] == first[0, 1])
    try await registry.replace("s", with: source(10))
    var (rows, changed) = (first.count, 0)
    while let more = try result.nextRows() {
      rows += more.count
      changed += (0..<more.count).count { more[$0, 0] != more[$0, 1] }
    }
    #expect((rows, changed) == (300_000, 0))
    #expect(try self.rows(connection, "SELECT scaled(x) FROM range(5) t(x)") == ["100"])
    try registry.remove("s")
  }
}
