import Columnar
import Testing

@Suite("Columns whose size decides how wide their offsets are")
struct OffsetReachTests {
  private static let texts = ["", "ab", nil, "cdefg", nil, "h"]

  /// The texts have 8 bytes together.
  @Test(
    "texts and bytes have 32-bit offsets as far as these reach, and else 64",
    arguments: [(7, true), (8, false), (9, false), (0, true)])
  func variableWidth(short: Int, isLarge: Bool) throws {
    let reach = OffsetReach(short: short, mayBeLong: true)
    var strings = LargeStringBuilder(reach: reach)
    var binary = LargeBinaryBuilder(reach: reach)
    for text in Self.texts {
      if let text {
        try strings.append(text)
        try binary.append(Array(text.utf8))
      } else {
        strings.appendNull()
        binary.appendNull()
      }
    }
    // What is taken back does not count.
    try strings.append("taken back")
    strings.truncate(to: Self.texts.count)
    let columns = [strings.finish(), binary.finish()]
    for column in columns { try column.validate(.full) }
    #expect(columns.map(\.type) == (isLarge ? [.largeUTF8, .largeBinary] : [.utf8, .binary]))
    #expect(try columns[0].toArray(of: String.self) == Self.texts)
    #expect(try columns[1].toArray(of: [UInt8].self) == Self.texts.map { $0.map { Array($0.utf8) } })
  }

  /// The lists have 5 elements together.
  @Test("lists and maps too", arguments: [(4, true), (5, false), (0, true)])
  func lists(short: Int, isLarge: Bool) throws {
    func builder() throws -> LargeListBuilder {
      var builder = LargeListBuilder(reach: OffsetReach(short: short, mayBeLong: true))
      try builder.append(elementCount: 2)
      builder.appendNull()
      try builder.append(elementCount: 0)
      try builder.append(elementCount: 3)
      try builder.append(elementCount: 9)
      builder.truncate(to: 4)
      return builder
    }
    let elements = Column([1, 2, nil, 4, 5] as [Int64?])
    let item = Field(name: "item", type: .int64)
    let list = try builder().finish(elements: elements, field: item)
    #expect(list.type == (isLarge ? .largeList(item) : .list(item)))
    let keys = Column(["a", "b", "c", "d", "e"])
    let (key, value) = (Field(name: "key", type: .utf8, isNullable: false), Field(name: "value", type: .int64))
    let map = try builder().finishMap(keys: keys, values: elements, keyField: key, valueField: value)
    let mapType = ColumnType.map(key: key, value: value, keysSorted: false)
    #expect(map.type == (isLarge ? mapType.withLargeOffsets : mapType))
    #expect(map.type.largeMapFields.map { [$0.key, $0.value] } == (isLarge ? [key, value] : nil))
    for column in [list, map] {
      try column.validate(.full)
      let rows = try column.lists()
      #expect((0..<4).map { rows.isNull($0) } == [false, true, false, false])
      #expect((0..<4).map { rows.range(at: $0) } == [0..<2, 2..<2, 2..<2, 2..<5])
    }
  }

  @Test("without rows they are small")
  func empty() throws {
    let reach = OffsetReach(short: 0, mayBeLong: true)
    let columns = try [
      LargeStringBuilder(reach: reach).finish(), LargeBinaryBuilder(reach: reach).finish(),
      LargeListBuilder(reach: reach).finish(elements: .null(count: 0)),
    ]
    #expect(columns.map(\.type) == [.utf8, .binary, .list(of: .null)])
    for column in columns { try column.validate(.full) }
  }

  @Test("where they may not be large what is too much is refused, and the builder is as it was")
  func refused() throws {
    let reach = OffsetReach(short: 4)
    var strings = LargeStringBuilder(reach: reach)
    try strings.append("abc")
    #expect(throws: ColumnError.self) { try strings.append("de") }
    try strings.append("d")
    let column = strings.finish()
    try column.validate(.full)
    #expect(column.type == .utf8)
    #expect(try column.toArray(of: String.self) == ["abc", "d"])
    var lists = LargeListBuilder(reach: reach)
    try lists.append(elementCount: 3)
    let error = #expect(throws: ColumnError.self) { try lists.append(elementCount: 2) }
    #expect(error?.code == .capacityExceeded)
    #expect(lists.elementCount == 3 && lists.count == 1)
  }

  @Test(
    "a type takes the types of its children",
    arguments: [
      (.list(of: .utf8), [.largeUTF8], .list(of: .largeUTF8)), (.list(of: .utf8), [.utf8], .list(of: .utf8)),
      (.struct([Field(name: "a", type: .utf8)]), [.int8], .struct([Field(name: "a", type: .int8)])),
      (.map(from: .utf8, to: .int8), [.map(from: .largeUTF8, to: .int8)], .map(from: .largeUTF8, to: .int8)),
      (
        .fixedSizeList(Field(name: "item", type: .binary), count: 2), [.largeBinary],
        .fixedSizeList(Field(name: "item", type: .largeBinary), count: 2)
      ), (.int8, [], .int8),
    ] as [(ColumnType, [ColumnType], ColumnType)])
  func children(type: ColumnType, children: [ColumnType], expected: ColumnType) {
    // A map's child is what its entries are.
    let children = children.map { child in
      if case .map = child { child.childFields[0].type } else { child }
    }
    #expect(type.withChildTypes(children) == expected)
  }
}
