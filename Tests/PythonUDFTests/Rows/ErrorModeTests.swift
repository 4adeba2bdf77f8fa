import Columnar
import PythonRuntime
import PythonUDF
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct ErrorModeTests {
  private static let source = """
    \(typePrelude)
    def trouble(x):
      if x % 3 == 0: raise ValueError(f"no {x}")
      if x % 3 == 1: return "wrong"
      return x
    @udf
    def plain(x: int) -> int: return trouble(x)
    @udf(on_error="null")
    def quiet(x: int) -> int: return trouble(x)
    @udf(on_error="collect")
    def kept(x: int) -> int: return trouble(x)
    @udf
    def moment(x: datetime) -> int: return x.microsecond
    @udf
    def both(x: datetime, y: int | None) -> int: return y
    """

  @Test func `in every mode the rows that work are right, and the others counted`() async throws {
    try await withPool(UDFSource(Self.source)) { pool in
      let numbers = try integers((0..<100).map { $0 == 50 ? nil : Int64($0) })
      let expected = (0..<100).map { $0 % 3 == 2 && $0 != 50 ? Int64($0) : nil }
      let failed = (0..<100).filter { $0 % 3 != 2 }.filter { $0 != 50 }
      for (name, mode) in [("plain", UDFErrorMode.null), ("quiet", nil), ("plain", .collect), ("kept", nil)] {
        let result = try await pool.evaluate(name, numbers, onError: mode)
        #expect(try result.values.toArray(of: Int64.self) == expected)
        #expect(result.failureCount == failed.count)
        let collects = mode == .collect || name == "kept"
        #expect(result.failures.map(\.row) == (collects ? failed : Array(failed.prefix(8))))
        #expect((result.errors != nil) == collects)
        guard let errors = result.errors else { continue }
        try errors.validate(.full)
        let rows = try errors.logicalRows()
        #expect(rows.count == 100)
        #expect((0..<100).filter { rows[$0] != "null" } == failed)
        #expect(
          rows[1]
            == #"{type: "TypeError", message: "it returned \'wrong\' of type str, expected int or None", line: null, traceback: ""}"#
        )
        #expect(
          rows[3].hasPrefix(#"{type: "ValueError", message: "no 3", line: 17, traceback: "Traceback"#), "\(rows[3])")
      }
    }
  }

  @Test func `arguments that cannot be made fail their rows wherever these stand in a block`() async throws {
    let bad: Set<Int> = [0, 5, 31, 32, 33, 63, 95, 99]
    let values = (0..<100).map { row -> Int64? in
      row == 40 ? nil : bad.contains(row) ? (row % 2 == 0 ? 1 : .max) : Int64(row) * 1_000
    }
    let column = Column.made(of: .timestamp(.nanosecond, timeZone: nil), values)
    try await withPool(UDFSource(Self.source)) { pool in
      let result = try await pool.evaluate("moment", batch(column), onError: .collect)
      let expected = (0..<100).map { bad.contains($0) || $0 == 40 ? nil : Int64($0) }
      #expect(try result.values.toArray(of: Int64.self) == expected)
      #expect(result.failures.map(\.row) == bad.sorted())
      let numbers = Column((0..<100).map { $0 % 7 == 0 ? nil : Int64($0) })
      let both = try await pool.evaluate("both", batch(column, numbers), onError: .null)
      #expect(
        try both.values.toArray(of: Int64.self)
          == (0..<100).map { $0 % 7 == 0 || bad.contains($0) || $0 == 40 ? nil : Int64($0) })
      let error = try await pool.failure(of: "moment", batch(column.slice(1..<100)))
      #expect(error.row?.index == 4)
      #expect(
        error.message.contains("an argument cannot be made: ValueError: the timestamp \(Int64.max) ns"),
        "\(error.message)")
    }
  }

  private static let exits = [
    "KeyboardInterrupt", "SystemExit", "GeneratorExit", "MemoryError", "Own", "BaseException",
    "BaseExceptionGroup('several', [KeyboardInterrupt()])",
  ]

  /// Where Python code runs that may raise: the function, the class of an argument, a result, a part of it.
  @Test(arguments: exits, [UDFErrorMode.raise, .null, .collect])
  func `what asks for the end is never swallowed`(exception: String, mode: UDFErrorMode) async throws {
    let source = """
      \(typePrelude)
      class Own(BaseException): pass
      def stop(): raise \(exception)
      class Index:
        def __index__(self): stop()
        __float__ = __index__
        def __len__(self): stop()
        def __getitem__(self, index): stop()
        def __repr__(self): return "Index"
      class Zone(tzinfo):
        def utcoffset(self, when): stop()
        def __repr__(self): return "Zone"
      class Pickled:
        def __reduce__(self): stop()
        def __repr__(self): return "Pickled"
      @dataclass
      class P: x: int
      class Property:
        @property
        def x(self): stop()
        def __repr__(self): return "Property"
      @dataclass
      class Refuses:
        x: int
        def __post_init__(self):
          if self.x == 2: stop()
      @udf
      def call(x: int) -> int: stop()
      @udf
      def index(x: int) -> int: return Index()
      @udf
      def real(x: int) -> float: return Index()
      @udf
      def items(x: int) -> list[int]: return [1, Index()]
      @udf
      def sequence(x: int) -> list[int]: return Index()
      @udf
      def mapped(x: int) -> dict[str, int]: return {"a": Index()}
      @udf
      def structure(x: int) -> P: return Property()
      @udf
      def zoned(x: int) -> Annotated[datetime, Timestamp(tz="UTC")]: return datetime(1970, 1, 1, tzinfo=Zone())
      @udf
      def pickled(x: int) -> Pickle: return Pickled()
      @udf
      def json(x: int) -> Any: return JSON(a=1)
      class JSON(dict):
        def items(self): stop()
        def __repr__(self): return "JSON"
      @udf
      def argument(x: Refuses, y: int) -> int: return x.x
      """
    try await withPool(UDFSource(source)) { pool in
      for name in ["call", "index", "real", "items", "sequence", "mapped", "structure", "zoned", "pickled", "json"] {
        let error = await #expect(throws: UDFError.self, "\(name)") {
          try await pool.evaluate(name, integers([1]), onError: mode)
        }
        let type = error?.exception?.typeName ?? "none"
        #expect(type.hasSuffix(exception.prefix { $0 != "(" }), "\(name): \(type)")
      }
      var structs = StructBuilder()
      for _ in 0..<4 { structs.append() }
      let column = try structs.finish(
        fields: [Field(name: "x", type: .int64)], columns: [Column([0, 1, 2, 3] as [Int64?])])
      await #expect(throws: UDFError.self, "argument") {
        try await pool.evaluate("argument", batch(column, Column([0, 1, 2, 3] as [Int64?])), onError: mode)
      }
      // The arguments of a row that is null without a call are not made.
      let skipped = try await pool.call("argument", batch(column, Column([0, 1, nil, 3] as [Int64?])))
      #expect(try skipped.toArray(of: Int64.self) == [0, 1, nil, 3])
    }
  }

  @Test func `summaries count what became null`() async throws {
    try await withPool(UDFSource(Self.source)) { pool in
      #expect(pool.failureSummaries.isEmpty)
      _ = try await pool.evaluate("quiet", integers((0..<30).map { Int64($0) }))
      _ = try await pool.evaluate("quiet", integers([2, 5]))
      _ = try await pool.evaluate("plain", integers([0, 2]), onError: .null)
      _ = try await pool.evaluate("kept", integers([0]))
      let summaries = pool.failureSummaries
      #expect(summaries.map(\.function) == ["plain", "quiet"])
      #expect(summaries.map(\.failedRows) == [1, 20])
      #expect(summaries.map(\.rows) == [2, 32])
      #expect(summaries.map(\.examples.count) == [1, 8])
      #expect(summaries[1].examples[0].summary == "ValueError: no 0")
    }
  }
}
