import Columnar
import PythonUDF
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct NestedArgumentTests {
  private static let classes = """
    @dataclass
    class P:
      x: int
      y: str
    @dataclass(kw_only=True)
    class K:
      y: str
      x: int
    class N(NamedTuple):
      x: int
      y: str
    class T(TypedDict):
      x: int
      y: str
    @dataclass
    class Strict:
      x: int
      y: str
      def __post_init__(self):
        if self.x == 3: raise RuntimeError("three")
    """

  private static func points(nameX: String = "x", nameY: String = "y") throws -> Column {
    var builder = StructBuilder()
    for row in 0..<6 { if row == 1 || row == 4 { builder.appendNull() } else { builder.append() } }
    return try builder.finish(
      fields: [Field(name: nameY, type: .utf8), Field(name: nameX, type: .int64)],
      columns: [Column(["a", "b", nil, "d", "e", "f"]), Column([1, 2, 2, 3, nil, nil] as [Int64?])])
  }

  @Test(arguments: [
    ("P", "P(x=$, y=#)"), ("K", "K(y=#, x=$)"), ("N", "N(x=$, y=#)"), ("T", "{'x': $, 'y': #}"),
    ("Any", "Record(y=#, x=$)"), ("Record", "Record(y=#, x=$)"),
  ])
  func `a struct is an object of the class`(type: String, form: String) async throws {
    func shown(_ x: String, _ y: String) -> String { form.replacing("$", with: x).replacing("#", with: y) }
    try await expectSeen(
      SeenColumn(
        type, Self.points(), classes: Self.classes,
        [shown("1", "'a'"), "None", shown("2", "None"), shown("3", "'d'"), "None", shown("None", "'f'")]))
  }

  @Test func `fields are found as SQL finds them, or by their place when they have no names`() async throws {
    for column in [try Self.points(nameX: "X", nameY: "Y")] {
      try await expectSeen(
        SeenColumn(
          "P", column, classes: Self.classes,
          ["P(x=1, y='a')", "None", "P(x=2, y=None)", "P(x=3, y='d')", "None", "P(x=None, y='f')"]))
    }
    var builder = StructBuilder()
    builder.append()
    let unnamed = try builder.finish(
      fields: [Field(name: "", type: .int64), Field(name: "", type: .utf8)],
      columns: [Column([1] as [Int64?]), Column(["a"])])
    #expect(try await seen(unnamed, as: "P", classes: Self.classes) == ["P(x=1, y='a')"])
    #expect(try await seen(unnamed, as: "Any") == ["Record(v1=1, v2='a')"])
  }

  @Test func `a class that refuses its fields is an error of the row`() async throws {
    try await expectSeen(
      SeenColumn(
        "Strict", Self.points(), classes: Self.classes,
        [
          "Strict(x=1, y='a')", "None", "Strict(x=2, y=None)", "RuntimeError: an argument cannot be made: three",
          "None",
          "Strict(x=None, y='f')",
        ]))
  }

  @Test func `records have their fields as attributes and as items`() async throws {
    let source = """
      \(typePrelude)
      @udf
      def f(r: Any) -> str:
        try:
          return f"{r.x} {r['y']} {r == {'x': r.x, 'y': r.y}} {sorted(r)} {r.z}"
        except AttributeError as error:
          return str(error)
      """
    try await withPool(UDFSource(source)) { pool in
      let rows = try await pool.call("f", batch(Self.points())).toArray(of: String.self)
      #expect(rows[0] == "the record has no field 'z'; it has: y, x")
      #expect(rows[1] == "'NoneType' object has no attribute 'x'")
    }
  }

  @Test func `a map is a dictionary; a key that cannot be one is an error of its row`() async throws {
    var builder = ListBuilder()
    try builder.append(elementCount: 2)
    builder.appendNull()
    try builder.append(elementCount: 0)
    try builder.append(elementCount: 2)
    let keys = Column(["a", "b", "c", "c"])
    let map = try builder.finishMap(keys: keys, values: Column([1, nil, 3, 4] as [Int64?]))
    for type in ["dict[str, int]", "Any"] {
      try await expectSeen(SeenColumn(type, map, ["{'a': 1, 'b': None}", "None", "{}", "{'c': 4}"]))
    }
    var lists = ListBuilder()
    for _ in 0..<4 { try lists.append(elementCount: 1) }
    var byList = ListBuilder()
    for _ in 0..<2 { try byList.append(elementCount: 2) }
    let unhashable = try byList.finishMap(keys: lists.finish(elements: keys), values: keys)
    let rows = try await seen(unhashable.slice(0..<2), as: "Any")
    #expect(
      rows.allSatisfy { $0.hasPrefix("TypeError: an argument cannot be made: ") && $0.contains("unhashable") },
      "\(rows)")
  }

  @Test func `what cannot be made in the middle of a list of structs takes only its row`() async throws {
    let times = Column.made(of: .timestamp(.nanosecond, timeZone: nil), [0, 1_000, 1, 2_000, 0, .max] as [Int64?])
    var structs = StructBuilder()
    for _ in 0..<6 { structs.append() }
    let elements = try structs.finish(fields: [Field(name: "t", type: times.type)], columns: [times])
    var builder = ListBuilder()
    for count in [2, 1, 1, 0, 2] { try builder.append(elementCount: count) }
    let rows = try await seen(builder.finish(elements: elements), as: "Any")
    #expect(
      rows[0] == "[Record(t=datetime.datetime(1970, 1, 1, 0, 0)), Record(t=datetime.datetime(1970, 1, 1, 0, 0, 0, 1))]")
    #expect(rows[1].hasPrefix("ValueError: an argument cannot be made: the timestamp 1 ns is no whole number"))
    #expect(rows[2] == "[Record(t=datetime.datetime(1970, 1, 1, 0, 0, 0, 2))]")
    #expect(rows[3] == "[]")
    #expect(rows[4].hasPrefix("ValueError: an argument cannot be made: the timestamp 9223372036854775807 ns"))
  }
}
