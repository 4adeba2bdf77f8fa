import Columnar
import PythonUDF
import Testing

/// The objects of numbers are written anew for later rows when nobody has kept them: what somebody has kept must stay.
@Suite(.timeLimit(.minutes(30))) struct ArgumentReuseTests {
  /// Around every border: small ints, one digit, two digits, both signs.
  private static let integers: [Int64] = (0..<600).map { row in
    let borders: [Int64] = [-6, -5, 0, 255, 257, 1_023, 1_025, 1 << 29, (1 << 30) - 1, 1 << 30, 1 << 31, 1 << 60]
    let value = borders[row * 7 % borders.count] &+ Int64(row % 5)
    return row % 3 == 0 ? -value : value
  }
  private static let floats = (0..<600).map { Double($0) * 0.37 - 50 }

  private func check(
    _ source: String, _ columns: [Column], gives expected: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    try await withPool(of: source) { pool in
      for _ in 0..<2 {
        let result = try await pool.evaluate("f", batch(columns), onError: .null)
        #expect(try result.values.logicalRows() == expected, sourceLocation: sourceLocation)
      }
      let kept = try await pool.call("kept", rows(1)).toArray(of: String.self)
      let every = (Self.integers + Self.integers).map(String.init).joined(separator: " ")
      #expect(kept == [every], sourceLocation: sourceLocation)
    }
  }

  /// Ways to keep an argument beyond its row, or beyond its neighbour's; each ends in `keep`, or raises with it.
  @Test(arguments: [
    "keep.append(x)", "keep += [x]", "keep.append((x,)[0])", "gen = (x for _ in range(1)); keep.append(next(gen))",
    "keep.append(max(x, x))", "(lambda: keep.append(x))()", "keep.extend({x: 1})", "keep.append(+x)",
  ])
  func `an argument that is kept stays as it is`(_ keeping: String) async throws {
    let source = """
      keep = []
      @udf
      def f(x: int, y: float) -> int:
        global keep
        \(keeping)
        return x
      @udf
      def kept() -> str: return " ".join(map(str, keep))
      """
    let columns = [Column(Self.integers.map(Optional.some)), Column(Self.floats.map(Optional.some))]
    try await check(source, columns, gives: Self.integers.map(String.init))
  }

  @Test func `what a later row sees of an earlier one is the earlier one's`() async throws {
    let source = """
      last = None
      @udf
      def f(x: int, y: float) -> float:
        global last
        before, last = last, y
        return y if before is None else before
      """
    let columns = [Column(Self.integers.map(Optional.some)), Column(Self.floats.map(Optional.some))]
    try await withPool(of: source) { pool in
      let result = try await pool.call("f", batch(columns)).toArray(of: Double.self)
      #expect(result == [Self.floats[0]] + Self.floats.dropLast())
    }
  }

  @Test func `exceptions, generators and frames keep theirs`() async throws {
    let source = """
      import sys
      keep, errors, frames = [], [], []
      @udf
      def f(x: int, y: float) -> float:
        keep.append(-(-x))
        if y > 0 and len(keep) % 3 == 0:
          try: raise ValueError(y)
          except ValueError as error: errors.append((error, repr(y)))
        frames.append((sys._getframe(), repr(y)))
        if len(keep) % 7 == 0: raise KeyError(y)
        return y
      @udf
      def kept() -> str:
        assert all(repr(error.args[0]) == text for error, text in errors) and errors
        assert all(repr(frame.f_locals["y"]) == text for frame, text in frames) and frames
        return " ".join(map(str, keep))
      """
    let columns = [Column(Self.integers.map(Optional.some)), Column(Self.floats.map(Optional.some))]
    try await withPool(of: source) { pool in
      let result = try await pool.evaluate("f", batch(columns), onError: .null)
      let expected = Self.floats.enumerated().map { ($0.offset + 1) % 7 == 0 ? nil : Optional($0.element) }
      let values = try result.values.toArray(of: Double.self)
      #expect(values == expected)
      let kept = try await pool.call("kept", rows(1)).toArray(of: String.self)
      #expect(kept == [Self.integers.map(String.init).joined(separator: " ")])
    }
  }

  @Test(arguments: ["skip", "call"])
  func `nulls between numbers`(_ nulls: String) async throws {
    let values = Self.integers.enumerated().map {
      $0.offset % 5 == 2 || $0.offset / 40 == 3 ? nil : Optional($0.element)
    }
    let source = """
      @udf(null="\(nulls)")
      def f(x: int, y: float) -> str: return f"{x} {y}"
      """
    let floats = Self.floats.enumerated().map { $0.offset % 11 == 4 ? nil : Optional($0.element) }
    try await withPool(of: source) { pool in
      let result = try await pool.call("f", batch(Column(values), Column(floats))).toArray(of: String.self)
      for row in values.indices {
        let (x, y) = (values[row].map { "\($0)" }, floats[row].map { "\($0)" })
        let expected = nulls == "skip" && (x == nil || y == nil) ? nil : "\(x ?? "None") \(y ?? "None")"
        #expect(result[row] == expected)
      }
    }
  }

  @Test func `a table of a function in C keeps what it is asked by`() async throws {
    let source = """
      import functools
      cached = functools.lru_cache(maxsize=None)(lambda x: (x,))
      @udf
      def f(x: int, y: float) -> int:
        return cached(x)[0]
      @udf
      def kept() -> str:
        return " ".join([str(x) for x in VALUES if cached(x)[0] != x])
      """
    let columns = [Column(Self.integers.map(Optional.some)), Column(Self.floats.map(Optional.some))]
    let values = "VALUES = [\(Self.integers.map(String.init).joined(separator: ", "))]\n"
    try await withPool(of: values + source) { pool in
      for _ in 0..<2 {
        let results = try await pool.call("f", batch(columns)).toArray(of: Int64.self)
        #expect(results == Self.integers)
      }
      let wrong = try await pool.call("kept", rows(1)).toArray(of: String.self)
      #expect(wrong == [""])
    }
  }
}
