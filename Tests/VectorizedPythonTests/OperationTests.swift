import Columnar
import Functions
import PythonUDF
import Testing

@testable import VectorizedPython

/// Every row of the table of operations that has an example against CPython, for values at the edges of each type.
@Suite(.serialized, .timeLimit(.minutes(30))) struct OperationTests {
  private static let integers: [Int64] = [
    0, 1, -1, 2, -2, 3, 5, 7, -7, 10, 12, 31, 63, 64, 65, 100, 127, 255, 1 << 31, -(1 << 31), (1 << 53) - 1, 1 << 53,
    (1 << 53) + 1, -(1 << 53) - 1, 3_037_000_500, 1 << 62, .max, .max - 1, .min, .min + 1,
  ]

  private static let floats: [Double] = [
    0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 0.1, -0.1, 10, 100, 2.675, 1.005, 1e-5, 0.0001, 1e15, 1e16, 1e22,
    1e300, -1e300,
    123_456_789.125, 0x1p53, 0x1p62, 0x1p63, -0x1p63, .greatestFiniteMagnitude, .leastNormalMagnitude,
    .leastNonzeroMagnitude, .infinity, -.infinity, .nan, .pi / 2, 1e-20,
  ]

  private static let texts = [
    "", " ", "a", "A", "abc", "ABC", "Hello World", "  x y ", "\t\n\u{b}\u{c}\r x\u{1c}\u{1f}", "aaa", "aXbXc", "12",
    "-7", "+5", "007", "1_0", " 4",
    "3.14", "-0.5", "1e5", ".5", "1.", "nan", "1e999", "0.1000000000000000055511151231257827", "9223372036854775807",
    "123456789012345678", "1234567890123456789", "é", "Ünï", "straße", "e\u{301}", "日本", "😀a", "²", "٣",
    "\u{a0}x\u{2003}", "x_1", "1x",
    "2024-02-29", "2023-02-29", "2024-02-29 12:30", "2024-01-31T23:59:59", "2024-01-31 23:59:60",
    "1999-12-31 00:00:00.000001", "0000-01-01",
    "20240131", "2024-W05", "2024-01-31T24:00:00", "\u{0}", "-", "ID-", "lo", "\u{2003}", "É", "@AZ[`az{ XYZ xyz", "Z",
    "Zz@",
  ]

  private static let days: [Int32] = [
    0, -1, 1, -719_162, -719_161, 2_932_896, 2_932_895, 59, 60, 10_956, 11_015, 11_016, 11_017, 19_722, 19_723, 19_782,
    20_088, 364, 365,
    -25_567, -141_428, -354_285, 18_262, 18_629, 18_630, 18_631,
  ]

  private static let moments: [Int64] =
    days.flatMap { day in
      [0, 1, 59_999_999, 3_600_000_000, 43_200_500_000, 86_399_999_999].map { Int64(day) * 86_400_000_000 + $0 }
    }

  private static func column(_ kind: Kind, _ values: (Int) -> Int, _ count: Int) throws -> Column? {
    switch kind {
    case .int: Column((0..<count).map { integers[values($0) % integers.count] } as [Int64?])
    case .float: Column((0..<count).map { floats[values($0) % floats.count] } as [Double?])
    case .bool: Column((0..<count).map { values($0) % 2 == 0 } as [Bool?])
    case .text: Column((0..<count).map { texts[values($0) % texts.count] } as [String?])
    case .date: try Self.temporal(.date32, (0..<count).map { days[values($0) % days.count] })
    case .moment:
      try Self.temporal(
        .timestamp(.microsecond, timeZone: nil), (0..<count).map { moments[values($0) % moments.count] })
    case .none, .real, .span: nil
    }
  }

  static func temporal<Value: FixedWidthColumnElement>(_ type: ColumnType, _ values: [Value]) throws -> Column {
    var builder = try FixedWidthBuilder<Value>(type: type)
    for value in values { builder.append(value) }
    return builder.finish()
  }

  private static func annotation(_ kind: Kind) -> String {
    switch kind {
    case .int: "int"
    case .float: "float"
    case .bool: "bool"
    case .date: "date"
    case .moment: "datetime"
    case .text, .none, .real, .span: "str"
    }
  }

  /// Those whose result grows with an argument beyond all room.
  private static let large: Set<String> = ["<<", "**", "str.zfill", "str.ljust", "str.rjust", "str.center", "str.*"]

  static let known = Operations.all.filter { $0.example != nil }

  static let source: String = known.enumerated().reduce(
    into: "import math\nfrom datetime import date, datetime\nfrom clutch import udf\n"
  ) {
    text, entry in
    let (index, operation) = entry
    let parameters = zip("xyz", operation.operands).map { "\($0): \(annotation($1))" }.joined(separator: ", ")
    // Also for rows that are picked out of the others.
    let example = operation.example ?? ""
    text += """
      @udf
      def f\(index)(\(parameters), picked: bool) -> \(annotation(operation.result)):
        result = \(example)
        i = 0
        while picked and i < 1:
          result = \(example)
          i += 1
        return result

      """
  }

  /// Combinations of the values at the edges of an operation's operands.
  static func batch(of operation: VectorizedPython.Operation) throws -> RecordBatch {
    let sizes = operation.operands.enumerated().map { place, kind in
      switch kind {
      // More makes a number, or a text, that no memory has room for.
      case .int:
        large.contains(operation.name) && place > 0 ? 12 : integers.count
      case .float: floats.count
      case .bool: 2
      case .date: days.count
      case .moment: moments.count
      default: texts.count
      }
    }
    let all = sizes.reduce(1, *)
    // Of few rows nothing is computed without Python.
    let count = min(max(all, 256), 4000)
    var stride = 1
    var columns: [Column] = []
    for (kind, size) in zip(operation.operands, sizes) {
      let step = stride
      // Of too many combinations every so-manyth.
      let column = try column(kind, { row in (all > count ? row * (all / count | 1) : row) / step % size }, count)
      columns.append(try #require(column))
      stride *= size
    }
    columns.append(Column((0..<count).map { $0 % 3 == 0 } as [Bool?]))
    let fields = columns.enumerated().map { Field(name: "c\($0)", type: $1.type) }
    return try RecordBatch(schema: Schema(fields), columns: columns, rowCount: count)
  }

  @Test func `every operation gives what Python gives`() throws {
    let comparison = try VectorComparison(UDFSource(Self.source))
    defer { comparison.close() }
    for (index, operation) in Self.known.enumerated() {
      let found: VectorComparison.Count
      do { found = try comparison.compareToSmallest(index, Self.batch(of: operation)) } catch let difference
        as VectorComparison.Difference
      {
        Issue.record("\(operation.name) of \(operation.operands): \(difference)")
        continue
      }
      #expect(found.vectorized > 0, "\(operation.name) of \(operation.operands) is never computed without Python")
      #expect(
        operation.marks != nil || found.rerun == 0, "\(operation.name) of \(operation.operands) leaves rows to Python")
    }
  }

  @Test func `no two operations have the same name, operands and result`() {
    var seen: Set<String> = []
    for operation in Operations.all {
      #expect(seen.insert("\(operation.name) \(operation.operands) \(operation.result)").inserted)
    }
  }

  @Test(arguments: ["sin", "exp", "log", "sqrt", "pow", "fmod", "atan2"])
  func `the C library has what Python's math has`(name: String) {
    let samples = VectorProgram.samples(of: name)
    #expect(samples.arguments.count == samples.results.count)
    #expect(samples.results.contains { $0.isFinite && $0 != 0 })
  }
}
