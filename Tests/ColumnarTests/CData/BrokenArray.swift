import Columnar
import TestSupport
import Testing

/// A foreign array that is broken in one way.
struct BrokenArray: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let type: ColumnType
  let code: ColumnError.Code
  let array: ExchangeArray

  init(_ description: String, _ type: ColumnType, _ code: ColumnError.Code, _ array: ExchangeArray) {
    (testDescription, self.type, self.code, self.array) = (description, type, code, array)
  }

  private static func array(
    _ length: Int64, _ buffers: [String?], nulls: Int64 = 0, offset: Int64 = 0, _ children: ExchangeArray...
  ) -> ExchangeArray {
    ExchangeArray(length: length, nullCount: nulls, offset: offset, buffers: buffers, children: children)
  }

  private static func view(_ hexadecimal: String, _ data: String = "") -> [String?] {
    let size = String(data.utf8.count / 2, radix: 16)
    return [nil, hexadecimal, data, String(repeating: "0", count: 2 - size.count) + size + "00000000000000"]
  }

  private static let bytes = array(2, [nil, "0102"])
  private static let int8 = ColumnType.int8
  private static let list = ColumnType.list(of: .int8)
  private static let view = ColumnType.listView(Field(name: "item", type: .int8))
  private static let pair = ColumnType.struct([Field(name: "a", type: .int8), Field(name: "b", type: .int8)])

  static let all: [BrokenArray] = [
    .init("negative length", int8, .invalidLayout, array(-1, [nil, "01"])),
    .init("negative offset", int8, .invalidLayout, array(1, [nil, "01"], offset: -1)),
    .init("bounds overflow", int8, .invalidLayout, array(.max, [nil, "01"], offset: 1)),
    .init("sizes overflow", .int64, .invalidLayout, array(.max / 4, [nil, "01"])),
    .init("impossible null count", int8, .invalidLayout, array(1, [nil, "01"], nulls: -2)),
    .init("more nulls than rows", int8, .invalidLayout, array(1, ["00", "01"], nulls: 2)),
    .init("nulls without a bitmap", int8, .invalidLayout, array(1, [nil, "01"], nulls: 1)),
    .init("wrong null count", int8, .wrongNullCount, array(2, ["01", "0102"], nulls: 2)),
    .init("no values", int8, .invalidLayout, array(1, [nil, nil])),
    .init("one buffer too few", int8, .invalidLayout, array(1, [nil])),
    .init("one buffer too many", int8, .invalidLayout, array(1, [nil, "01", nil])),
    .init("buffers of a null array", .null, .invalidLayout, array(1, [nil])),
    .init("a child too many", int8, .invalidLayout, array(1, [nil, "01"], bytes)),
    .init("no child", list, .invalidLayout, array(1, [nil, "0000000001000000"])),
    .init("negative last offset", .utf8, .invalidOffsets, array(1, [nil, "00000000ffffffff", ""])),
    .init("negative first offset", .utf8, .invalidOffsets, array(1, [nil, "ffffffff00000000", ""])),
    .init("no data", .utf8, .invalidLayout, array(1, [nil, "0000000001000000", nil])),
    .init("not UTF-8", .utf8, .invalidText, array(1, [nil, "0000000001000000", "ff"])),
    .init("offsets decrease", list, .invalidOffsets, array(2, [nil, "000000000200000001000000"], bytes)),
    .init("list too long", list, .invalidOffsets, array(1, [nil, "0000000003000000"], bytes)),
    .init(
      "large list too long", .largeList(Field(name: "", type: int8)), .invalidOffsets,
      array(1, [nil, "00000000000000000300000000000000"], bytes)),
    .init(
      "too few elements", .fixedSizeList(Field(name: "", type: int8), count: 2), .invalidLayout,
      array(2, [nil], bytes)),
    .init("list view outside", view, .invalidOffsets, array(1, [nil, "01000000", "02000000"], bytes)),
    .init("negative list view", view, .invalidOffsets, array(1, [nil, "ffffffff", "01000000"], bytes)),
    .init("negative size", view, .invalidOffsets, array(1, [nil, "01000000", "ffffffff"], bytes)),
    .init("short field", pair, .invalidLayout, array(2, [nil], bytes, array(1, [nil, "01"]))),
    .init("broken field", pair, .invalidLayout, array(2, [nil], bytes, array(2, [nil, nil]))),
    .init("missing field", pair, .invalidLayout, array(2, [nil], bytes)),
    .init(
      "null keys", .map(from: int8, to: int8), .nullsNotAllowed,
      array(1, [nil, "0000000002000000"], array(2, [nil], array(2, ["01", "0102"], nulls: 1), bytes))),
    .init(
      "null entries", .map(from: int8, to: int8), .nullsNotAllowed,
      array(1, [nil, "0000000002000000"], array(2, ["01"], nulls: 1, bytes, bytes))),
    .init("no dictionary", .dictionary(index: int8, value: int8, isOrdered: false), .invalidLayout, bytes),
    .init("views without sizes", .utf8View, .invalidLayout, array(1, [nil, String(repeating: "0", count: 32)])),
    .init(
      "negative size of a view", .utf8View, .invalidOffsets, array(1, view("ffffffff000000000000000000000000"))),
    .init("view of no buffer", .utf8View, .invalidOffsets, array(1, view("0d000000616161610100000000000000"))),
    .init(
      "view outside", .utf8View, .invalidOffsets,
      array(1, view("0d000000616161610000000001000000", "61616161616161616161616161"))),
    .init(
      "wrong prefix", .utf8View, .invalidOffsets,
      array(1, view("0d000000626161610000000000000000", "61616161616161616161616161"))),
    .init("padding", .binaryView, .invalidOffsets, array(1, view("01000000616161000000000000000000"))),
    .init("view that is not UTF-8", .utf8View, .invalidText, array(1, view("01000000ff0000000000000000000000"))),
    .init("time in the wrong unit", .time32(.nanosecond), .invalidType, array(1, [nil, "00000000"])),
  ]

  static let indices: [(ColumnType, String)] = [
    (.int8, "02"), (.int8, "ff"), (.uint8, "ff"), (.int64, "0000000000000080"), (.uint64, "ffffffffffffffff"),
  ]
}
