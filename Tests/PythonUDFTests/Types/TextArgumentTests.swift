import Columnar
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct TextArgumentTests {
  private static let texts: [String?] = [
    "", "a\0b", nil, "𝛼", "e\u{301}", "twelve bytes", "thirteen byte", "x\n'\"", "\u{10FFFF}",
  ]
  private static let textsSeen = [
    "''", #"'a\x00b'"#, "None", "'𝛼'", "'e\u{301}'", "'twelve bytes'", "'thirteen byte'", #"'x\n\'"'"#,
    #"'\U0010ffff'"#,
  ]
  private static let bytes: [[UInt8]?] = [
    [], [0], nil, [255, 97], Array("twelve bytes".utf8), Array("thirteen byte".utf8),
  ]
  private static let bytesSeen = ["b''", #"b'\x00'"#, "None", #"b'\xffa'"#, "b'twelve bytes'", "b'thirteen byte'"]

  private static func textColumns() throws -> [Column] {
    var large = LargeStringBuilder()
    var view = StringViewBuilder()
    for text in texts {
      if let text {
        try large.append(text)
        try view.append(text)
      } else {
        large.appendNull()
        view.appendNull()
      }
    }
    return [Column(texts), large.finish(), view.finish()]
  }

  private static func byteColumns() throws -> [Column] {
    var large = LargeBinaryBuilder()
    var view = BinaryViewBuilder()
    for value in bytes {
      if let value {
        try large.append(value.span.bytes)
        try view.append(value.span.bytes)
      } else {
        large.appendNull()
        view.appendNull()
      }
    }
    return [Column(bytes), large.finish(), view.finish()]
  }

  @Test(arguments: ["str", "Any", "Literal['a', 'b']"])
  func `text is text in every layout`(type: String) async throws {
    for column in try Self.textColumns() { try await expectSeen(SeenColumn(type, column, Self.textsSeen)) }
  }

  @Test(arguments: ["bytes", "Any"])
  func `bytes are bytes in every layout`(type: String) async throws {
    for column in try Self.byteColumns() { try await expectSeen(SeenColumn(type, column, Self.bytesSeen)) }
    try await expectSeen(
      SeenColumn(type, .made(of: 2, [[0, 255], nil, [97, 98]]), [#"b'\x00\xff'"#, "None", "b'ab'"]))
    try await expectSeen(SeenColumn(type, .made(of: 0, [[], nil, []]), ["b''", "None", "b''"]))
  }

  @Test(arguments: ["UUID", "Any"])
  func `UUIDs`(type: String) async throws {
    let field = Field.extended(name: "x", type: .fixedSizeBinary(byteWidth: 16), extensionName: "arrow.uuid")
    let column = Column.made(
      of: 16, [Array(0...15), nil, Array(repeating: 255, count: 16), Array(repeating: 0, count: 16)])
    try await expectSeen(
      SeenColumn(
        type, column, field: field,
        [
          "UUID('00010203-0405-0607-0809-0a0b0c0d0e0f')", "None", "UUID('ffffffff-ffff-ffff-ffff-ffffffffffff')",
          "UUID('00000000-0000-0000-0000-000000000000')",
        ]))
  }

  @Test(arguments: ["arrow.json", "arrowudf.json"])
  func `JSON is parsed`(name: String) async throws {
    let field = Field.extended(name: "x", type: .utf8, extensionName: name)
    let column = Column([#"{"a": [1, 2.5, null, true, "é\u0000"]}"#, nil, "null", "[]", #""text""#, "-0.0"])
    let expected = [#"{'a': [1, 2.5, None, True, 'é\x00']}"#, "None", "None", "[]", "'text'", "-0.0"]
    for type in ["Any", "Json"] { try await expectSeen(SeenColumn(type, column, field: field, expected)) }
    let text = try await seen(column, field, as: "str")
    #expect(text[4] == #"'"text"'"#)
    // Text without the name of JSON is parsed if the function asks for it.
    try await expectSeen(SeenColumn("Json", column, expected))
  }

  private static let color = "class Color(Enum):\n  RED = 'r'\n  GREEN = 'g'"
  private static let level = "class Level(IntEnum):\n  LOW = 1\n  HIGH = 2"

  @Test func `members of enumerations`() async throws {
    let unknown = "ValueError: an argument cannot be made: 'x' is not a value of "
    let texts = Column(["r", nil, "g", "x", "r"])
    let expected = ["<Color.RED: 'r'>", "None", "<Color.GREEN: 'g'>", unknown + "Color", "<Color.RED: 'r'>"]
    try await expectSeen(SeenColumn("Color", texts, classes: Self.color, expected))
    let indices = Column([0, nil, 1, 2, 0] as [UInt8?])
    let encoded = try Column.dictionaryEncoded(indices: indices, dictionary: Column(["r", "g", "x"]))
    try await expectSeen(SeenColumn("Color", encoded, classes: Self.color, expected))
    try await expectSeen(
      SeenColumn(
        "Level", Column(["HIGH", nil, "LOW"]), classes: Self.level, ["<Level.HIGH: 2>", "None", "<Level.LOW: 1>"]))
  }

  @Test(arguments: ["str", "Any"])
  func `a dictionary has its values decoded, and nulls of its own`(type: String) async throws {
    let dictionary = Column(["zero", nil, "two", "three"]).slice(1..<4)
    let indices = Column([0, 1, nil, 2, 1, 0] as [Int16?])
    let column = try Column.dictionaryEncoded(indices: indices, dictionary: dictionary)
    try await expectSeen(SeenColumn(type, column, ["None", "'two'", "None", "'three'", "'two'", "None"]))
  }
}
