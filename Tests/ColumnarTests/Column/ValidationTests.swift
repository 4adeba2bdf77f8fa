import Columnar
import Testing

/// The parts of a column that is broken in one way.
struct BrokenColumn: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let code: ColumnError.Code
  let mentions: String
  var type = ColumnType.utf8
  var count = 2
  var offset = 0
  var nullCount: Int?
  var validity: Buffer?
  var buffers = [Buffer(copying: [0, 1, 2] as [Int32]), Buffer(copying: Array("ab".utf8))]
  var children: [Column] = []

  func make() throws(ColumnError) -> Column {
    try Column(
      type: type, count: count, offset: offset, nullCount: nullCount, validity: validity,
      buffers: buffers, children: children)
  }

  static func offsets(_ offsets: [Int32], _ text: [UInt8] = Array("ab".utf8)) -> [Buffer] {
    [Buffer(copying: offsets), Buffer(copying: text)]
  }

  static let structural: [BrokenColumn] = [
    .init(testDescription: "negative count", code: .invalidLayout, mentions: "negative", count: -1),
    .init(testDescription: "negative offset", code: .invalidLayout, mentions: "negative", offset: -1),
    .init(
      testDescription: "count overflows", code: .invalidLayout, mentions: "too long", count: .max, offset: 1),
    .init(testDescription: "more rows than bytes", code: .invalidLayout, mentions: "too long", count: .max - 1),
    .init(
      testDescription: "rows without memory", code: .invalidLayout, mentions: "too long", type: .null, count: 1 << 62),
    .init(
      testDescription: "bytes overflow", code: .invalidLayout, mentions: "more than exist",
      type: .fixedSizeBinary(byteWidth: Int(Int32.max)), count: 1 << 46, buffers: [.empty]),
    .init(
      testDescription: "end is the largest integer", code: .invalidLayout, mentions: "too long", count: .max),
    .init(testDescription: "more nulls than rows", code: .invalidLayout, mentions: "3 nulls", nullCount: 3),
    .init(testDescription: "negative nulls", code: .invalidLayout, mentions: "-2 nulls", nullCount: -2),
    .init(
      testDescription: "nulls without a bitmap", code: .invalidLayout, mentions: "without a validity",
      nullCount: 1),
    .init(
      testDescription: "bitmap too small", code: .invalidLayout, mentions: "0 bytes", validity: .empty),
    .init(
      testDescription: "bitmap on a null column", code: .invalidLayout, mentions: "validity",
      type: .null, validity: Buffer(copying: [3] as [UInt8]), buffers: []),
    .init(testDescription: "buffer missing", code: .invalidLayout, mentions: "pass 2", buffers: [.empty]),
    .init(
      testDescription: "buffer too many", code: .invalidLayout, mentions: "pass 0", type: .null),
    .init(
      testDescription: "children", code: .invalidLayout, mentions: "children",
      children: [.null(count: 2)]),
    .init(
      testDescription: "values too short", code: .invalidLayout, mentions: "15 bytes", type: .int64,
      buffers: [Buffer(copying: [UInt8](repeating: 0, count: 15))]),
    .init(
      testDescription: "values too short for the offset", code: .invalidLayout, mentions: "24",
      type: .int64, offset: 1, buffers: [Buffer(copying: [1, 2] as [Int64])]),
    .init(
      testDescription: "bits too short", code: .invalidLayout, mentions: "needs 2", type: .bool,
      count: 9, buffers: [Buffer(copying: [0] as [UInt8])]),
    .init(
      testDescription: "values not aligned", code: .invalidLayout, mentions: "aligned", type: .int32,
      count: 1, buffers: [misaligned]),
    .init(
      testDescription: "one offset missing", code: .invalidLayout, mentions: "needs 12",
      buffers: offsets([0, 1])),
    .init(
      testDescription: "last offset outside", code: .invalidOffsets, mentions: "offset 3",
      buffers: offsets([0, 1, 3])),
    .init(
      testDescription: "last offset negative", code: .invalidOffsets, mentions: "offset -1",
      buffers: offsets([0, 1, -1])),
  ]

  static let full: [BrokenColumn] = [
    .init(
      testDescription: "first offset negative", code: .invalidOffsets, mentions: "row 0",
      buffers: offsets([-1, 1, 2])),
    .init(
      testDescription: "offsets decrease", code: .invalidOffsets, mentions: "row 1",
      buffers: offsets([0, 2, 1])),
    .init(
      testDescription: "offset in the middle outside", code: .invalidOffsets, mentions: "row 0",
      buffers: offsets([0, 9, 2])),
    .init(
      testDescription: "not UTF-8", code: .invalidText, mentions: "row 1",
      buffers: offsets([0, 1, 2], [0x61, 0xFF])),
    .init(
      testDescription: "a character cut by a row", code: .invalidText, mentions: "row 0",
      buffers: offsets([0, 1, 2], [0xC3, 0xA9])),
    .init(
      testDescription: "null count wrong", code: .wrongNullCount, mentions: "shows 1", nullCount: 0,
      validity: Buffer(copying: [0b01] as [UInt8])),
    .init(
      testDescription: "large text with a surrogate", code: .invalidText, mentions: "large_utf8",
      type: .largeUTF8, count: 1,
      buffers: [Buffer(copying: [0, 3] as [Int64]), Buffer(copying: [0xED, 0xA0, 0x80] as [UInt8])]),
  ]

  private static let misaligned: Buffer = {
    let whole = Buffer(copying: [1, 2, 3] as [Int32])
    return Buffer(sharing: whole.baseAddress + 1, byteCount: 8, owner: BufferOwner { _ = whole })
  }()
}

@Suite("Validation")
struct ValidationTests {
  @Test("a column cannot be made from parts that do not fit", arguments: BrokenColumn.structural)
  func structural(broken: BrokenColumn) {
    let error = #expect(throws: ColumnError.self) { try broken.make() }
    #expect(error?.code == broken.code)
    #expect(error?.message.contains(broken.mentions) == true, "\(String(describing: error))")
  }

  @Test("full validation finds what is wrong with the rows", arguments: BrokenColumn.full)
  func full(broken: BrokenColumn) throws {
    let column = try broken.make()
    try column.validate(.structural)
    let error = #expect(throws: ColumnError.self) { try column.validate(.full) }
    #expect(error?.code == broken.code)
    #expect(error?.message.contains(broken.mentions) == true, "\(String(describing: error))")
  }

  @Test("a column with wrong offsets can still be described")
  func describingABrokenColumn() throws {
    let column = try Column(type: .utf8, count: 2, buffers: BrokenColumn.offsets([0, 9, 2]))
    #expect(column.description == "utf8 (2 rows): [invalid, invalid]")
  }

  @Test("bytes of a null row need not be text")
  func nullRowsAreNotText() throws {
    let column = try Column(
      type: .utf8, count: 2, validity: Buffer(copying: [0b01] as [UInt8]),
      buffers: BrokenColumn.offsets([0, 1, 2], [0x61, 0xFF]))
    try column.validate(.full)
    #expect(try column.toArray(of: String.self) == ["a", nil])
  }

  @Test("bytes of a binary row need not be text")
  func binaryIsNotText() throws {
    try Column(type: .binary, count: 1, buffers: BrokenColumn.offsets([0, 1], [0xFF])).validate(.full)
  }
}
