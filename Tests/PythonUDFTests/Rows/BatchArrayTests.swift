import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Batches as arrays of numpy, in the main interpreter of a process that each test has for itself.
@Suite(.timeLimit(.minutes(30))) struct BatchArrayTests {
  static let prelude = """
    import datetime, gc
    from collections.abc import Iterator
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal
    import numpy
    from clutch import *

    """

  @Test func `numbers are the engine's memory, and rows with a null are left out`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(
        Self.prelude + """
          @udf(batch=True)
          def zscore(x: Array[float]) -> Array[float]: return (x - x.mean()) / x.std()
          @udf(batch=True)
          def sum3(x: Array[int], y: list[int], z: Column[str]) -> Array[int]:
              return x * 100 + numpy.array([v or 0 for v in y]) * 10 + numpy.array([len(t) for t in z])
          @udf(batch=True)
          def seen(a: Array[int], b: Array[Int16], c: Array[UInt8], d: Array[Float32], e: Array[bool]) -> list[str]:
              return [" ".join(str(each.dtype) for each in (a, b, c, d, e)) + f" {a.flags.writeable} {e.tolist()}"] * len(a)
          @udf(batch=True, on_error="collect")
          def last(x: Array[int]) -> list[int]: return [v if v < 9 else "nine" for v in x.tolist()]
          @udf(batch=True, rows=2)
          def few(x: Array[int]) -> Array[int]: return x * 0 + len(x)
          @udf(batch=True)
          def strict(x: Array[int]) -> Array[int]: raise ValueError("called")
          """)
      try await pool.expect("zscore", batch(Column([1, nil, 3] as [Double?])), givesFloats: [-1, nil, 1])
      try await pool.expect(
        "sum3",
        batch(Column([1, nil, 3, 4] as [Int64?]), Column([1, 2, nil, 4] as [Int64?]), Column(["a", "b", "cc", ""])),
        gives: [111, nil, 302, 440])
      let row = try batch(
        Column([1] as [Int64?]), Column([1] as [Int16?]), Column([1] as [UInt8?]), Column([1] as [Float?]),
        Column([true] as [Bool?]))
      try await pool.expect("seen", row, gives: ["int64 int16 uint8 float32 bool False [True]"])
      // Rows are called what they are in the batch.
      let result = try await pool.evaluate("last", integers([1, nil, nil, 9, 2]))
      #expect(try result.values.toArray(of: Int64.self) == [1, nil, nil, nil, 2])
      #expect(result.failures.map(\.row) == [3])
      try await pool.expect("few", integers([1, nil, 3, 4, nil, 6, 7]), gives: [2, nil, 2, 2, nil, 2, 1])
      // Without rows there is no call.
      try await pool.expect("strict", integers([nil, nil]), gives: [nil, nil] as [Int64?])
      try await pool.expect("strict", integers([]), gives: [] as [Int64?])
      let error = try await pool.failure(of: "strict", integers([nil, 5, nil, 7]))
      #expect(error.message.contains("rows 1 to 3"), "\(error)")
      // Slices, and columns of other widths.
      try await pool.expect("few", integers([9, 1, nil, 3, 9]).slice(1..<4), gives: [2, nil, 2])
      try await pool.expect("few", batch(Column([7, nil] as [Int32?])), gives: [1, nil])
      #expect(
        try pool.signature(of: "few").nullBehavior == "a row with a null in x is left out, and its result is null")
      pool.close()
    }
  }

  @Test func `with None among the values an array has a mask`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(
        Self.prelude + """
          @udf(batch=True)
          def more(x: Array[int | None]) -> Array[int]: return x + 1
          @udf(batch=True)
          def seen(x: Array[int | None], y: Array[float]) -> list[str]:
              return [f"{type(x).__name__} {x.tolist()} {y.tolist()}"] * len(x)
          @udf(batch=True, rows=2)
          def hidden(x: Array[float | None]) -> Array[float]:
              y = x * 2
              y[0] = numpy.ma.masked
              return y
          @udf(batch=True)
          def text(x: Array[str | None]) -> list[str]: return x.filled("none").tolist()
          @udf(batch=True)
          def days(x: Array[date | None]) -> Array[date]: return x + numpy.timedelta64(1, "D")
          """)
      try await pool.expect("more", integers([1, nil, 1 << 53 + 1]), gives: [2, nil, 1 << 53 + 2])
      try await pool.expect("more", integers([1, 2]), gives: [2, 3])
      try await pool.expect(
        "seen", batch(Column([1, nil, 3] as [Int64?]), Column([1, 2, nil] as [Double?])),
        gives: ["MaskedArray [1, None] [1.0, 2.0]", "MaskedArray [1, None] [1.0, 2.0]", nil])
      try await pool.expect(
        "hidden", batch(Column([1, 2, nil, 4, 5] as [Double?])), givesFloats: [nil, 4, nil, 8, nil])
      try await pool.expect("text", batch(Column(["a", nil])), gives: ["a", "none"])
      let days = try Column(type: .date32, values: [10, nil, 30] as [Int32?])
      #expect(try await pool.call("days", batch(days)).logicalRows() == ["11", "null", "31"])
      pool.close()
    }
  }

  @Test func `moments are datetime64, and what numpy has no type for is objects`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(
        Self.prelude + """
          @udf(batch=True)
          def day(x: Array[date]) -> Array[date]: return x + numpy.timedelta64(1, "D")
          @udf(batch=True)
          def hour(x: Array[datetime]) -> Array[datetime]: return x.astype("M8[h]")
          @udf(batch=True)
          def length(x: Array[timedelta]) -> Array[timedelta]: return x * 2
          @udf(batch=True)
          def seen(a: Array[date], b: Array[datetime], c: Array[timedelta], d: Array[str], e: Array[Decimal], f: Array[bytes]) -> list[str]:
              return [" ".join(str(each.dtype) for each in (a, b, c, d, e, f)) + f" {a[0]} {d[0]!r} {e[0]!r} {f[0]!r}"] * len(a)
          @udf(batch=True)
          def missing(x: Array[datetime]) -> Array[datetime]: return numpy.where(x == x[0], numpy.datetime64("NaT"), x)
          @udf(batch=True)
          def upper(x: Array[str]) -> Array[str]: return numpy.strings.upper(x.astype(numpy.dtypes.StringDType()))
          """)
      let days = try Column(type: .date32, values: [10, nil] as [Int32?])
      #expect(try await pool.call("day", batch(days)).logicalRows() == ["11", "null"])
      let moments = try Column(
        type: .timestamp(.microsecond, timeZone: nil), values: [3_600_000_001, nil, 5] as [Int64?])
      #expect(try await pool.call("hour", batch(moments)).logicalRows() == ["3600000000000", "null", "0"])
      #expect(try await pool.call("missing", batch(moments)).logicalRows() == ["null", "null", "5000"])
      let lengths = try Column(type: .duration(.microsecond), values: [7] as [Int64?])
      #expect(try await pool.call("length", batch(lengths)).logicalRows() == ["14000"])
      let decimals = try Column(type: .decimal128(precision: 5, scale: 2), values: [125] as [Int128?])
      try await pool.expect(
        "seen",
        batch(
          days.slice(0..<1), moments.slice(0..<1), lengths, Column(["é"]), decimals, Column([[1, 2]] as [[UInt8]?])),
        gives: [
          "datetime64[D] datetime64[us] timedelta64[us] object object object 1970-01-11 'é' Decimal('1.25') b'\\x01\\x02'"
        ])
      try await pool.expect("upper", batch(Column(["a", nil, "ß"])), gives: ["A", nil, "SS"])
      pool.close()
    }
  }

  @Test func `what does not fit is refused, and nothing changes by itself`() async {
    await #expect(processExitsWith: .success) {
      // The result's type, what is returned for [1, 2, 3], and the values or the message.
      let cases: [(type: String, returned: String, expected: String)] = [
        ("int", "x.astype('i2')", "1 2 3"), ("int", "x.astype('>i8')", "1 2 3"), ("int", "x[::-1]", "3 2 1"),
        ("int", "x > 1", "0 1 1"), ("Int8", "x * 100", "200 of type int, which does not fit"), ("UInt8", "x", "1 2 3"),
        ("int", "x / 1", "an array of float64, expected int64; no float becomes an integer by itself"),
        ("float", "x", "1.0 2.0 3.0"), ("float", "x + 2**53 - 1", "cannot hold its value 9007199254740993 exactly"),
        ("float", "x.astype('f4') / 2", "0.5 1.0 1.5"), ("float", "x.astype('g') / 3", "which has fewer digits"),
        ("Float32", "x / 4", "0.25 0.5 0.75"), ("bool", "x == 2", "false true false"),
        ("bool", "x", "an array of int64, expected bool"), ("float", "x[:2]", "2 values for 3 rows"),
        ("float", "x.mean()", "the single value 2.0 of type numpy.float64, expected a value for each row"),
        ("float", "numpy.array(1.0)", "the single value 1.0"), ("float", "2.5", "it returned 2.5 of type float"),
        ("float", "x.reshape(1, 3)", "an array of 2 dimensions, (1, 3)"), ("str", "x.astype('U')", "1 2 3"),
        ("str", "x", "expected str"), ("int", "x.astype(object)", "1 2 3"), ("float", "x * 1j", "expected float"),
        ("int", "numpy.ma.array(x, mask=[0, 1, 0])", "1 null 3"),
        ("float", "numpy.ma.array(x / 2, mask=[1, 0, 0])", "null 1.0 1.5"),
        ("list[int]", "numpy.fromiter([[v] for v in x.tolist()], object)", "[1] [2] [3]"),
        ("datetime", "x.astype('M8[ns]')", "which cannot hold all its digits"),
        ("datetime", "(x * 1000).astype('M8[ns]')", "1000 2000 3000"),
        ("datetime", "x", "an array of int64, expected datetime64[us]"),
        ("Any", "x", "\"1\" \"2\" \"3\""),
      ]
      let functions = cases.enumerated().map { index, each in
        let type =
          each.type == "list[int]" ? "list[list[int]]" : each.type == "Any" ? "list[Any]" : "Array[\(each.type)]"
        return "@udf(batch=True)\ndef f\(index)(x: Array[int]) -> \(type): return \(each.returned)"
      }
      let pool = try MainProcess.pool(Self.prelude + "from typing import Any\n" + functions.joined(separator: "\n"))
      for (index, each) in cases.enumerated() {
        do {
          let found = try await pool.call("f\(index)", integers([1, 2, 3]))
          try found.validate(.full)
          let rows = try found.logicalRows().joined(separator: " ")
          let shown = each.type == "str" ? rows.replacing("\"", with: "") : rows
          let isSame = shown == each.expected || floats(shown) != nil && floats(shown) == floats(each.expected)
          #expect(isSame, "\(each.type): \(each.returned): \(rows)")
        } catch let error as UDFError {
          #expect(error.message.contains(each.expected), "\(each.type): \(each.returned): \(error.message)")
        }
      }
      pool.close()
    }
  }

  @Test func `a view that is kept keeps its memory`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(
        Self.prelude + """
          kept = []
          @udf(batch=True)
          def keep(x: Array[int], y: Array[str], z: Array[int | None]) -> Array[int]:
              kept.extend([x, x[::2], y, z])
              return x
          @udf(batch=True)
          def total(x: Array[int]) -> list[int]:
              return [int(kept[0].sum()) + int(kept[1].sum()) + len(kept[2]) + int(kept[3].sum())] * len(x)
          @udf(batch=True)
          def clear(x: Array[int]) -> list[int]:
              kept.clear()
              return [gc.collect() * 0] * len(x)
          """)
      for _ in 0..<20 {
        do {
          let count = 50_000
          let values = Column((0..<count).map { Int64($0) as Int64? })
          _ = try await pool.call("keep", batch(values, Column([String?](repeating: "a", count: count)), values))
        }
        // Memory that somebody else asks for now may be what was given back.
        let others = (0..<20).map { seed in Column([Int64?](repeating: Int64(seed), count: 50_000)) }
        let whole = 50_000 * 49_999 / 2
        try await pool.expect("total", integers([1]), gives: [Int64(whole * 2 + 25_000 * 24_999 + 50_000)])
        #expect(others.count == 20)
        _ = try await pool.call("clear", integers([1]))
      }
      pool.close()
    }
  }

  @Test func `an iterator gives arrays, and forms mix`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(
        Self.prelude + """
          import pandas, pyarrow
          @udf(batch=True)
          def running(batches: Iterator[Array[int]]) -> Iterator[Array[int]]:
              total = 0
              for x in batches:
                  yield numpy.cumsum(x) + total
                  total += int(x.sum())
          @udf(batch=True)
          def pairs(batches: Iterator[tuple[Array[int], Series[str], Column[int], list[int], Arrow[float]]]) -> Iterator[list[str]]:
              for a, b, c, d, e in batches:
                  yield [f"{i} {j} {k} {l} {m}" for i, j, k, l, m in zip(a.tolist(), b, c, d, e.to_pylist())]
          """)
      let stream = try pool.stream("running", of: integers([1]).schema)
      #expect(try await stream.next(integers([1, nil, 3])).values.toArray(of: Int64.self) == [1, nil, 4])
      #expect(try await stream.next(integers([nil])).values.toArray(of: Int64.self) == [nil])
      #expect(try await stream.next(integers([5])).values.toArray(of: Int64.self) == [9])
      try await stream.finish()
      let columns = try batch(
        Column([1, nil, 3] as [Int64?]), Column(["a", "b", "c"]), Column([4, 5, nil] as [Int64?]),
        Column([7, 8, 9] as [Int64?]), Column([0.5, 1, nil] as [Double?]))
      try await pool.expect("pairs", columns, gives: ["1 a 4 7 0.5", nil, "3 c None 9 None"])
      pool.close()
    }
  }

  @Test(arguments: [
    ("x: Array[float]", "sys.modules['numpy'] = None", "clutch.Array needs the package numpy", "--with numpy"),
    ("x: Series[float]", "sys.modules['pandas'] = None", "clutch.Series needs the package pandas", "--with pandas"),
    ("x: Arrow[float]", "sys.modules['pyarrow'] = None", "clutch.Arrow needs the package pyarrow", "--with pyarrow"),
    ("x: Array", "", "is of nothing; write clutch.Array[T]", ""), ("x: Array[Json]", "", "there is no such array", ""),
    ("x: Array[list[Array[int]]]", "", "values of many rows", ""),
  ])
  func `what is missing or makes no sense is told when the file is loaded`(
    parameter: String, before: String, first: String, second: String
  ) throws {
    let error = try loadError(
      "import sys\n\(before)\nfrom clutch import *\n@udf(batch=True)\ndef f(\(parameter)) -> list[int]: return []")
    #expect(error.code == .badSignature)
    #expect(error.message.contains(first) && (second.isEmpty || error.message.contains(second)), "\(error)")
  }

  @Test func `an isolated interpreter says that the package does not load there`() throws {
    let text = "from clutch import *\n@udf(batch=True)\ndef f(x: Array[int]) -> list[int]: return []"
    let options = HostOptions(
      interpreters: 1, placement: .interpreter, discovery: PythonDiscovery(explicitPath: try Checkout.environment()))
    let error = try #require(throws: UDFError.self) { try UDFPool(UDFSource(text), options).close() }
    #expect(error.code == .needsWorker)
    #expect(error.message.contains("numpy"), "\(error)")
  }

  @Test func `the annotations need no package, and rows take none of them`() async throws {
    let error = try loadError("from clutch import *\n@udf\ndef f(x: Array[int]) -> int: return 1")
    #expect(
      error.message.contains("only a whole parameter, or the whole result, of a function marked @udf(batch=True)"),
      "\(error)")
  }
}

/// Numbers in a text, where it is nothing else.
private func floats(_ text: String) -> [Double?]? {
  var found: [Double?] = []
  for part in text.split(separator: " ") {
    if part == "null" {
      found.append(nil)
    } else if let number = Double(part) {
      found.append(number)
    } else {
      return nil
    }
  }
  return found
}
