import Columnar
import PythonUDF
import Testing

/// Columns as parameters of functions that are called for a batch.
@Suite(.timeLimit(.minutes(30))) struct BatchColumnTests {
  private static let numbers = Column([1, nil, 3, 4] as [Int64?])
  private static let texts = Column(["a", "é\u{1F600}", nil, ""] as [String?])

  /// The texts that a function of one column makes of it, one for each of its rows.
  private func seen(_ type: String, _ column: Column, _ expression: String) async throws -> [String?] {
    let source = """
      \(typePrelude)
      from clutch import Column
      def error(body):
        try: return body()
        except Exception as error: return f"{type(error).__name__}: {error}"
      @udf(batch=True)
      def f(x: Column[\(type)]) -> list[str]: return [str((\(expression)))] * len(x)
      """
    return try await withPool(UDFSource(source)) { try await $0.call("f", batch(column)).toArray(of: String.self) }
  }

  @Test(arguments: [
    ("x[0], x[1], x[-1], x[-4]", "(1, None, 4, 1)"), ("len(x), x.null_count", "(4, 1)"),
    ("[x.is_null(i) for i in (0, 1, -3)]", "[False, True, True]"),
    ("list(x), x.to_list()", "([1, None, 3, 4], [1, None, 3, 4])"),
    ("list(x[1:3]), list(x[::-1]), list(x[::2])", "([None, 3], [4, 3, None, 1], [1, 3])"),
    ("x[::-2].to_list(), x[::-1][1:][::2].to_list(), x[10:].to_list()", "([4, None], [3, 1], [])"),
    ("x[1:][0], x[::-1].null_count, x[2:].null_count, x[1:3].is_null(0)", "(None, 1, 0, True)"),
    ("[*reversed(x)], 3 in x, 7 in x, None in x", "([4, 3, None, 1], True, False, True)"),
    (
      "type(x).__module__, type(x).__name__, isinstance(x, Column), bool(x), bool(x[:0])",
      "('clutch', 'Column', True, True, False)"
    ),
    ("x", "<clutch.Column 'x' of 4 values>"), ("x[:1]", "<clutch.Column 'x' of 1 value>"),
    ("(lambda a, *rest: (a, rest))(*x)", "(1, (None, 3, 4))"), ("max(v for v in x if v is not None)", "4"),
    ("x[::2**62].to_list(), x[-2**70:2**70].to_list(), x[2**70:].to_list()", "([1], [1, None, 3, 4], [])"),
    ("x[True], x[False]", "(None, 1)"), ("hash(x) == hash(x), x == x, x == x[:]", "(True, True, False)"),
    ("error(lambda: x[4])", "IndexError: column index out of range"),
    ("error(lambda: x[-5])", "IndexError: column index out of range"),
    ("error(lambda: x.is_null(4))", "IndexError: column index out of range"),
    ("error(lambda: x['a'])", "TypeError: column indices must be integers or slices, not str"),
    ("error(lambda: x[1.0])", "TypeError: column indices must be integers or slices, not float"),
    ("error(lambda: x[::0])", "ValueError: slice step cannot be zero"),
    ("error(lambda: x.__setitem__(0, 1))", "AttributeError: 'clutch.Column' object has no attribute '__setitem__'"),
    ("error(lambda: exec('x[0] = 1', {'x': x}))", "TypeError: 'clutch.Column' object does not support item assignment"),
    ("error(lambda: exec('del x[0]', {'x': x}))", "TypeError: 'clutch.Column' object doesn't support item deletion"),
    (
      "error(lambda: setattr(x, 'y', 1))",
      "AttributeError: 'clutch.Column' object has no attribute 'y' and no __dict__ for setting new attributes"
    ),
    (
      "error(lambda: setattr(x, 'null_count', 1))",
      "AttributeError: attribute 'null_count' of 'clutch.Column' objects is not writable"
    ),
    (
      "error(lambda: setattr(Column, '__len__', None))",
      "TypeError: cannot set '__len__' attribute of immutable type 'clutch.Column'"
    ),
    ("error(lambda: Column([1]))", "TypeError: cannot create 'clutch.Column' instances"),
    (
      "error(lambda: object.__new__(Column))",
      "TypeError: "
    ),
    ("error(lambda: type('C', (Column,), {}))", "TypeError: type 'clutch.Column' is not an acceptable base type"),
    ("error(lambda: __import__('copy').copy(x))", "TypeError: cannot pickle 'clutch.Column' object"),
    ("Column[int], Column[int].__origin__ is Column", "(clutch.Column[int], True)"),
  ])
  func `a column is a sequence that cannot be changed`(expression: String, expected: String) async throws {
    let found = try await seen("int", Self.numbers, expression)
    #expect(found[0]?.hasPrefix(expected) == true, "\(found)")
  }

  @Test func `a column is matched as a sequence`() async throws {
    let source = """
      from clutch import Column, udf
      @udf(batch=True)
      def f(x: Column[int]) -> list[str]:
        match x:
          case [1, None, *rest]: return [str(rest)] * len(x)
      """
    try await withPool(UDFSource(source)) { pool in
      let found = try await pool.call("f", batch(Self.numbers)).toArray(of: String.self)
      #expect(found[0] == "[3, 4]")
    }
  }

  @Test(arguments: [
    ("str", BatchColumnTests.texts, "['a', 'é😀', None, '']"),
    ("str", Column(["a", nil] as [String?]), "['a', None]"),
    ("int", Column([1, nil] as [Int32?]), "[1, None]"), ("float", Column([1, nil] as [Int64?]), "[1.0, None]"),
    ("bool", Column([true, nil, false] as [Bool?]), "[True, None, False]"),
    ("Int8", Column([-1, nil] as [Int8?]), "[-1, None]"), ("UInt64", Column([UInt64.max]), "[18446744073709551615]"),
    ("Float32", Column([0.5, nil] as [Float?]), "[0.5, None]"), ("int", .null(count: 2), "[None, None]"),
    ("int | None", Column([1, nil] as [Int64?]), "[1, None]"),
    ("Literal['a', 'b']", Column(["b", "a"] as [String?]), "['b', 'a']"),
  ])
  func `a column has values of every type that has columns`(type: String, column: Column, expected: String) async throws
  {
    for expression in ["x.to_list()", "list(x)", "[x[i] for i in range(len(x))]", "list(x[::-1][::-1])"] {
      let found = try await seen(type, column, expression)
      #expect(found[0] == expected, "\(expression)")
    }
  }

  @Test func `the values of temporal and other types are made as they are asked for`() async throws {
    let source = """
      \(typePrelude)
      from clutch import Column
      @udf(batch=True)
      def f(a: Column[date], b: Column[datetime], c: Column[Decimal], d: Column[bytes]) -> list[str]:
        return [repr((p, q, r, s)) for p, q, r, s in zip(a, b, c, d)]
      """
    let decimals = try {
      var builder = try FixedWidthBuilder<Int128>(type: .decimal128(precision: 10, scale: 2))
      builder.append(1_234)
      return builder.finish()
    }()
    let days = try {
      var builder = try FixedWidthBuilder<Int32>(type: .date32)
      builder.append(1)
      return builder.finish()
    }()
    let moments = try {
      var builder = try FixedWidthBuilder<Int64>(type: .timestamp(.microsecond, timeZone: nil))
      builder.append(1)
      return builder.finish()
    }()
    try await withPool(UDFSource(source)) { pool in
      let bytes = Column([[0, 255]] as [[UInt8]?])
      let found = try await pool.call("f", batch(days, moments, decimals, bytes)).toArray(of: String.self)
      #expect(
        found == [
          #"(datetime.date(1970, 1, 2), datetime.datetime(1970, 1, 1, 0, 0, 0, 1), Decimal('12.34'), b'\x00\xff')"#
        ])
    }
  }

  @Test func `nulls of a dictionary are nulls of the column`() async throws {
    let dictionary = Column(["a", nil] as [String?])
    let column = try Column.dictionaryEncoded(indices: Column([0, 1, nil] as [Int32?]), dictionary: dictionary)
    let found = try await seen("str", column, "(x.null_count, x.to_list(), [x.is_null(i) for i in range(3)])")
    #expect(found[0] == "(2, ['a', None, None], [False, True, True])")
  }

  // MARK: After the call

  private static let kept = """
    from clutch import Column, udf
    kept = {}
    @udf(batch=True)
    def f(x: Column[int]) -> Column[int]:
      kept.update(x=x, slice=x[1:], stepped=x[::2], iterator=iter(x), begun=iter(x), empty=x[:0])
      next(kept["begun"])
      return x
    @udf(batch=True)
    def again(x: Column[int]) -> Column[int]: return kept["x"]
    @udf
    def used(i: int) -> str:
      x, slice = kept["x"], kept["slice"]
      try:
        return str([
          lambda: x[0], lambda: len(x), lambda: list(x), lambda: x.to_list(), lambda: x.null_count, lambda: x.is_null(0),
          lambda: x[1:], lambda: memoryview(x), lambda: slice[0], lambda: slice[:], lambda: next(kept["iterator"]),
          lambda: next(kept["begun"]), lambda: bytes(x), lambda: kept["stepped"][0], lambda: list(kept["empty"]),
          lambda: 1 in x, lambda: [*x], lambda: bool(x),
        ][i]())
      except Exception as error: return f"{type(error).__name__}: {error}"
    @udf
    def shown() -> str: return repr(kept["x"])

    """

  @Test func `a column that is kept raises after its call`() async throws {
    try await withPool(UDFSource(Self.kept)) { pool in
      let result = try await pool.call("f", batch(Self.numbers))
      #expect(try result.logicalRows() == ["1", "null", "3", "4"])
      let found = try await pool.call("used", integers((0..<18).map { Int64($0) })).toArray(of: String.self)
      let expected = """
        ValueError: the column 'x' is of a call that is over, and so are its slices and iterators; keep a copy, as \
        to_list() makes one
        """
      #expect(found == Array(repeating: expected, count: 18))
      let shown = try await pool.call("shown", rows(1)).toArray(of: String.self)
      #expect(shown == ["<clutch.Column 'x' of a call that is over>"])
      let again = try await pool.outcomes("again", batch(Self.numbers))
      #expect(
        Set(again) == [
          "ValueError: it returned a column of a call that is over; a column is good for its own call only"
        ])
    }
  }

  @Test func `another thread of the function's sees the column until the call ends`() async throws {
    let source = """
      import threading
      from clutch import Column, udf
      go, done = threading.Event(), threading.Event()
      seen = []
      def later(x):
        seen.append(sum(x))
        done.set()
        go.wait(60)
        try:
          x[0]
        except ValueError as error:
          seen.append(str(error)[:35])
      threads = []
      @udf(batch=True, threads=True)
      def f(x: Column[int]) -> list[int]:
        threads.append(threading.Thread(target=later, args=(x,)))
        threads[0].start()
        done.wait(60)
        return x
      @udf
      def said() -> str:
        go.set()
        threads[0].join()
        return str(seen)
      """
    try await withPool(UDFSource(source)) { pool in
      let found = try await pool.call("f", integers([1, 2, 3]))
      #expect(found.count == 3)
      let said = try await pool.call("said", rows(1)).toArray(of: String.self)
      #expect(said == ["[6, \"the column 'x' is of a call that is\"]"])
    }
  }

  // MARK: Signatures

  @Test func `a column is the type of its values for everybody else`() async throws {
    let found = try await signatures(
      of:
        "from clutch import Column, Int32\n@udf(batch=True)\ndef f(x: Column[Int32], y: list[str], *z: 'Column[float]') -> Column[bool]: ..."
    )
    #expect(found[0].kind == .batch)
    #expect(found[0].sqlDescription == "f(x INTEGER, y VARCHAR, z DOUBLE...) -> BOOLEAN")
  }

  @Test func `a parameter that stands for many columns has each`() async throws {
    let source = """
      from clutch import Column
      @udf(batch=True)
      def f(x: list[int], *y: Column[int]) -> list[str]: return [f"{type(x).__name__} {[type(c).__name__ for c in y]}"] * len(x)
      """
    try await withPool(of: source) { pool in
      let found = try await pool.call("f", batch(Self.numbers, Self.numbers, Self.numbers)).toArray(of: String.self)
      #expect(found[0] == "list ['Column', 'Column']")
    }
  }

  @Test(arguments: [
    (
      "@udf\ndef f(x: Column[int]) -> int: return 1",
      "parameter 'x' has the type clutch.Column[int], which is the values of many rows"
    ),
    (
      "@udf\ndef f(x: int) -> Column[int]: return 1",
      "the return type has the type clutch.Column[int], which is the values of many rows"
    ),
    (
      "@udf(batch=True)\ndef f(x: Column[dict]) -> list[int]: return x",
      "parameter 'x' has the type clutch.Column[dict], and there is no column of such values; write list[dict]"
    ),
    (
      "@udf(batch=True)\ndef f(x: Column[list[int]]) -> list[int]: return x",
      "and there is no column of such values; write list[list[int]]"
    ),
    ("@udf(batch=True)\ndef f(x: Column[Json]) -> list[int]: return x", "there is no column of such values"),
    (
      "@udf(batch=True)\ndef f(x: Column) -> list[int]: return x",
      "parameter 'x' is a Column of nothing; write Column[T]"
    ),
    ("@udf(batch=True)\ndef f(x: Column[int, str]) -> list[int]: return x", "a Column is of one type, as Column[T]"),
    ("@udf(batch=True)\ndef f(x: Column[set]) -> list[int]: return x", "unsupported type set"),
    ("@udf(batch=True)\ndef f(x: list[Column[int]]) -> list[int]: return x", "which is the values of many rows"),
    ("@udf(batch=True)\ndef f(x: Column[Column[int]]) -> list[int]: return x", "which is the values of many rows"),
    (
      "@udf(batch=True, rows=0)\ndef f(x: list[int]) -> list[int]: return x",
      "@udf(rows=...) takes a number of rows from 1 to 2147483647, not 0"
    ),
    (
      "@udf(batch=True, rows=True)\ndef f(x: list[int]) -> list[int]: return x",
      "takes a number of rows from 1 to 2147483647, not True"
    ),
    (
      "@udf(batch=True, rows='5')\ndef f(x: list[int]) -> list[int]: return x",
      "takes a number of rows from 1 to 2147483647, not '5'"
    ),
    ("@udf(rows=5)\ndef f(x: int) -> int: return x", "@udf(rows=5) is for functions of a batch; add batch=True"),
  ])
  func `what is no column is refused`(source: String, problem: String) throws {
    let error = try loadError("from clutch import udf, Column, Json\n" + source)
    #expect(error.code == .badSignature)
    #expect(error.message.contains(problem), "\(error.message)")
  }

  @Test func `a file that puts something else in the place of the class changes nothing`() async throws {
    let source = """
      import clutch
      C = clutch.Column
      clutch.Column = int
      len = iter = list = None
      @udf(batch=True)
      def f(x: C[int]) -> C[int]: return x[::-1]
      """
    try await withPool(of: source) { pool in
      let found = try await pool.call("f", batch(Self.numbers)).logicalRows()
      #expect(found == ["4", "3", "null", "1"])
    }
  }

  // MARK: Batches that are cut

  @Test func `a call gets no more rows than the function says`() async throws {
    let source = """
      from clutch import Column
      sizes = []
      @udf(batch=True, rows=3)
      def f(x: Column[int], y: list[int]) -> list[str]:
        sizes.append(len(x))
        return [f"{a} {b}" for a, b in zip(x, y)]
      @udf
      def said() -> str: return str(sizes)
      @udf(batch=True, rows=3)
      def fails(x: Column[int]) -> list[int]:
        if 4 in x: raise ValueError("four")
        return x
      """
    try await withPool(of: source) { pool in
      let eight = try integers((0..<8).map { $0 })
      let found = try await pool.call("f", batch(eight.columns[0], eight.columns[0])).toArray(of: String.self)
      #expect(found == (0..<8).map { "\($0) \($0)" })
      let said = try await pool.call("said", rows(1)).toArray(of: String.self)
      #expect(said == ["[3, 3, 2]"])
      let outcomes = try await pool.outcomes("fails", eight)
      let four = "ValueError: four"
      #expect(outcomes == ["0", "1", "2", four, four, four, "6", "7"])
      let error = try await #require(throws: UDFError.self) { try await pool.call("fails", eight) }
      #expect(error.message.hasPrefix("UDF fails failed at rows 3 to 5 of its batch: "), "\(error.message)")
    }
  }

  @Test func `short batches of one schema are joined up to as many rows as the function says`() async throws {
    let source = """
      from clutch import Column
      sizes = []
      @udf(batch=True, rows=5)
      def f(x: Column[int]) -> list[str]:
        sizes.append(len(x))
        return [f"{a}" for a in x]
      @udf(batch=True)
      def plain(x: Column[int]) -> list[int]:
        sizes.append(-len(x))
        return x
      @udf
      def said() -> str: return str(sizes)
      """
    try await withPool(of: source) { pool in
      // 2 and 3 fill a call; none, 1 and 3 make one; 7 are cut; the two of another type are on their own.
      let batches = try [0..<2, 2..<5, 5..<5, 5..<6, 6..<9, 9..<16].map { try integers($0.map { $0 }) }
      let narrow = try [batch(Column([16, nil] as [Int32?])), batch(Column([18] as [Int32?]))]
      let found = try await pool.call("f", batches: batches + narrow)
      #expect(found.map(\.count) == [2, 3, 0, 1, 3, 7, 2, 1])
      let texts = try found.flatMap { try $0.toArray(of: String.self) }
      #expect(texts == (0..<16).map(String.init) + ["16", "None", "18"])
      let plain = try await pool.call("plain", batches: batches.prefix(2))
      #expect(plain.map(\.count) == [2, 3])
      let said = try await pool.call("said", rows(1)).toArray(of: String.self)
      #expect(said == ["[5, 4, 5, 2, 3, -2, -3]"])
    }
  }
}
