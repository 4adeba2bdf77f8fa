import Columnar
import PythonUDF
import Testing

/// Nothing may be left behind by the readers and writers of any type, whether rows succeed or fail.
@Suite(.serialized, .timeLimit(.minutes(30))) struct TypeLeakTests {
  private static let source = """
    \(typePrelude)
    class Plain: pass
    @dataclass
    class P:
      x: int
      y: str
    class N(NamedTuple):
      x: int
      y: str
    class T(TypedDict):
      x: int
      y: str
    class Color(Enum):
      RED = "red"
      GREEN = "green"
    class Own(datetime):
      def utcoffset(self): raise KeyError("own")
    class Index:
      def __init__(self, value): self.value = value
      def __index__(self):
        if self.value % 5 == 0: raise KeyError(self.value)
        return self.value
      def __float__(self): return float(self.__index__())
    class Sized:
      def __init__(self, x): self.x = x
      def __len__(self):
        if self.x % 7 == 0: raise KeyError("length")
        return 3
      def __getitem__(self, index): return [self.x + 1000, Index(self.x), self.x][index]
    class Like:
      def __init__(self, x): self.x = x
      @property
      def y(self):
        if self.x % 7 == 0: raise KeyError("y")
        return str(self.x)
    zone = timezone(timedelta(hours=1))

    @udf
    def blocks() -> int:
      gc.collect()
      return sys.getallocatedblocks()
    watched = [P, N, Color, Color.RED, Decimal, UUID, Interval, Record, datetime, date, timedelta, zone, Index, Sized, Like]
    @udf
    def references() -> str:
      gc.collect()
      return repr([sys.getrefcount(each) for each in watched])
    """

  /// A result type with what is returned in turn for a number x: things that fit, and things that do not.
  private static let writers: [(type: String, values: [String])] = [
    ("Int8", ["x % 100", "x + 1000", "Index(x % 100)", "'a'"]), ("Int128", ["x << 70", "x << 130", "Index(x)"]),
    ("UInt64", ["x << 40", "-x - 1", "Index(x)"]), ("float", ["x / 3", "Index(x)", "10**400", "str(x)"]),
    ("Float32", ["x / 3", "1e300"]), ("bool", ["x % 2 == 0", "x"]),
    ("str", ["str(x) * 3", "'\\ud800' + str(x)", "x"]),
    ("bytes", ["b'%d' % x", "bytearray(b'%d' % x)", "memoryview(b'%d' % x)", "x"]),
    (
      "Annotated[Decimal, Decimal128(9, 2)]",
      ["Decimal(x) / 4", "x", "Decimal(x) / 3", "Decimal('NaN')", "x * 10**20", "10**5000 + x"]
    ),
    ("Annotated[Decimal, Decimal256(60, 2)]", ["Decimal(x) / 4", "x << 100", "Decimal(x) / 3"]),
    ("date", ["date(1970, 1, 1 + x % 20)", "datetime(1970, 1, 1, x % 20)"]),
    ("time", ["time(0, 0, 0, x)", "time(0, 0, 0, x, zone)"]),
    ("datetime", ["datetime(1970, 1, 1, 0, 0, 0, x)", "datetime(1970, 1, 1, 0, 0, 0, x, zone)"]),
    (
      "Annotated[datetime, Timestamp(tz='Europe/Rome')]",
      [
        "datetime(1970, 1, 1, 0, 0, 0, x, zone)", "datetime(1970, 1, 1, 0, 0, 0, x, timezone.utc)",
        "datetime(1970, 1, 1)", "Own(1970, 1, 1, tzinfo=zone)",
      ]
    ),
    ("timedelta", ["timedelta(0, x)", "timedelta.max - timedelta(x)"]),
    ("Interval", ["Interval(x, x, x << 30)", "(x, 2**40, x)", "(x, 'a', x)", "(x,)"]),
    ("Nanoseconds", ["x << 32", "x << 64"]), ("UUID", ["UUID(int=x << 64)", "str(x)"]),
    ("Any", ["{'x': [x, str(x)]}", "{x}", "P(x, 'y')", "math.nan", "'\\ud800'"]),
    ("Pickle", ["[x, str(x)]", "(y for y in ())", "P(x, 'y')"]),
    ("list[int]", ["[x, x + 1000]", "(x, None)", "range(x % 5)", "Sized(x)", "[x + 1000, 'a']", "[x, Index(x)]", "x"]),
    ("list[list[str]]", ["[[str(x)], None, []]", "[[str(x)], [str(x), x]]"]),
    ("dict[str, int]", ["{str(x): x + 1000}", "{str(x): x, 'b': 'c'}", "{None: x}", "{x: x}"]),
    (
      "P",
      [
        "P(x, str(x))", "N(x, str(x))", "{'x': x, 'y': str(x)}", "{'x': x}", "Like(x)", "P(str(x), x)", "(x, str(x))",
        "(x,)", "x",
      ]
    ),
    ("Literal['a', 'b']", ["'a'", "'b' + ''", "'c' + str(x)", "[x]"]), ("Color", ["Color.RED", "'green'", "str(x)"]),
  ]

  private typealias Case = (type: String, field: Field?, column: Column)
  private static let count = 96

  /// A value for each row but those whose number ends in a digit.
  private static func values<T>(nullAt digit: Int = -1, _ value: (Int) -> T) -> [T?] {
    (0..<count).map { $0 % 10 == digit ? nil : value($0) }
  }

  private static func lists(_ elements: Column) throws -> Column {
    var builder = ListBuilder()
    for _ in 0..<count / 3 { try builder.append(elementCount: 3) }
    return try builder.finish(elements: elements)
  }

  private static var nested: [Case] {
    get throws {
      let fields = [Field(name: "x", type: .int64), Field(name: "y", type: .utf8)]
      let columns = [Column(values(nullAt: 3) { Int64($0 + 1_000) }), Column(values(nullAt: 4) { "text \($0)" })]
      var points = StructBuilder()
      for row in 0..<count { if row % 10 == 5 { points.appendNull() } else { points.append() } }
      let point = try points.finish(fields: fields, columns: columns)
      var map = ListBuilder()
      for _ in 0..<count / 3 { try map.append(elementCount: 3) }
      let named = try map.finishMap(keys: Column(values { "key \($0)" }), values: moments)
      let cached = try Column.dictionaryEncoded(
        indices: Column(values { UInt8($0 % 32) }), dictionary: lists(moments))
      return [
        ("P", nil, point), ("N", nil, point), ("T", nil, point), ("Any", nil, point),
        ("list[P]", nil, try lists(point)),
        ("Any", nil, try lists(point)), ("Any", nil, try lists(moments)), ("Any", nil, named), ("Any", nil, cached),
      ]
    }
  }

  /// Every fifth is no whole number of microseconds.
  private static var moments: Column {
    .made(
      of: .timestamp(.nanosecond, timeZone: "Europe/Rome"),
      values(nullAt: 6) { (row: Int) -> Int64 in Int64(row) * 1_000_000_000_000 + (row % 5 == 0 ? 1 : 0) })
  }

  private static var plain: [Case] {
    let uuid = Field.extended(name: "x", type: .fixedSizeBinary(byteWidth: 16), extensionName: "arrow.uuid")
    let json = Field.extended(name: "x", type: .utf8, extensionName: "arrow.json")
    let wide = Column.made(of: .decimal256(precision: 76, scale: 3), values { Int256(high: Int128($0), low: 1) })
    let colors = ["red", "green", "blue"]
    var cases: [Case] = [
      ("Any", nil, moments), ("Nanoseconds", nil, moments), ("Decimal", nil, wide), ("float", nil, wide),
    ]
    func add(_ type: String, _ column: Column, field: Field? = nil) { cases.append((type, field, column)) }
    add("Decimal", .made(of: .decimal128(precision: 38, scale: 3), values { Int128($0) << 80 }))
    add("Decimal", Column(values { Int64($0 + 1_000) }))
    add("UUID", .made(of: 16, values { [UInt8](repeating: UInt8($0), count: 16) }), field: uuid)
    add("date", .made(of: .date32, values { Int32($0) * 40_000 }))
    add("time", .made(of: .time64(.nanosecond), values { Int64($0) * 500 }))
    add("timedelta", .made(of: .duration(.nanosecond), values { Int64($0) * 500 }))
    add("Interval", .made(of: .interval(.yearMonth), values { Int32($0) + 1_000 }))
    add("timedelta", .made(of: .interval(.dayTime), values { DayTimeInterval(days: Int32($0), milliseconds: 1) }))
    add("Json", Column(values { $0 % 7 == 0 ? "{" : "[{\"a\": \($0 + 1_000)}]" }), field: json)
    add("Color", Column(values(nullAt: 7) { colors[$0 % 3] }))
    return cases
  }

  // In a process of their own, since CPython counts the blocks of all interpreters together.

  @Test func `results of every type leave no object behind, also those that are refused`() async {
    await #expect(processExitsWith: .success) {
      let functions = TypeLeakTests.writers.enumerated().map { index, writer in
        let values = writer.values.map { "lambda x: \($0)" }.joined(separator: ", ")
        return
          "made\(index) = [\(values)]\n@udf\ndef f\(index)(x: int) -> \(writer.type): return made\(index)[x % \(writer.values.count)](x)\n"
      }
      let rows = try integers((0..<100).map { Int64($0 + 1_000) })
      try await TypeLeakTests.expectNoGrowth(
        functions.joined(), calls: TypeLeakTests.writers.enumerated().map { ("f\($0)", $1.type, rows) })
    }
  }

  @Test func `arguments of every type leave no object behind, also those that cannot be made`() async {
    await #expect(processExitsWith: .success) {
      let columns = try TypeLeakTests.plain + TypeLeakTests.nested
      let functions = columns.enumerated().map { "@udf\ndef f\($0)(x: \($1.type)) -> bool: return True\n" }.joined()
      try await TypeLeakTests.expectNoGrowth(
        functions,
        calls: try columns.enumerated().map { index, column in
          let field = column.field ?? Field(name: "x", type: column.column.type)
          return (
            "f\(index)", "\(column.type) of \(field.type)",
            try RecordBatch(schema: Schema([field]), columns: [column.column])
          )
        })
    }
  }

  /// Calls each function for 10,000 rows or so and compares what CPython holds before and after.
  private static func expectNoGrowth(_ functions: String, calls: [(name: String, what: String, batch: RecordBatch)])
    async throws
  {
    try await withPool(UDFSource(source + "\n" + functions)) { pool in
      for (name, what, batch) in calls {
        let times = max(10, 10_000 / batch.rowCount)
        var references: [String] = []
        let growth = try await growth(noise: 50) { round in
          for _ in 0..<(round == 0 ? 20 : times) { _ = try await pool.evaluate(name, batch, onError: .null) }
          let blocks = try #require(await pool.call("blocks", rows(1)).toArray(of: Int64.self)[0])
          references.append(try #require(await pool.call("references", rows(1)).toArray(of: String.self)[0]))
          return blocks
        }
        #expect(abs(growth.last ?? .max) <= 50, "\(what): \(growth)")
        #expect(references.last == references.first, "\(what)")
      }
    }
  }
}
