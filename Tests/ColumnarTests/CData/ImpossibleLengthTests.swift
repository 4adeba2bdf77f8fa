import CArrowABI
import Columnar
import TestSupport
import Testing

/// Lengths that no memory can hold. To believe one is to read what belongs to nobody.
@Suite("Impossible lengths")
struct ImpossibleLengthTests {
  private static let lengths: [Int64] = [.max, .max - 1, 1 << 62, 1 << 60 + 7, 1 << 57, 1 << 50]
  private static let item = Field(name: "item", type: .int8)
  private static let zeros = String(repeating: "00", count: 64)
  private static let bytes = ExchangeArray(length: 2, buffers: [nil, "0102"])

  static let types: [ColumnType] = [
    .null, .bool, .int8, .int64, .decimal256(precision: 76, scale: 0), .interval(.monthDayNano),
    .fixedSizeBinary(byteWidth: 0), .fixedSizeBinary(byteWidth: 5), .fixedSizeBinary(byteWidth: Int(Int32.max)), .utf8,
    .largeUTF8, .utf8View, .binary, .largeBinary, .binaryView, .list(item), .largeList(item), .listView(item),
    .largeListView(item), .fixedSizeList(item, count: 0), .fixedSizeList(item, count: Int(Int32.max)), .struct([]),
    .struct([item]), .map(from: .int8, to: .int8), .dictionary(index: .uint8, value: .int8, isOrdered: false),
  ]

  /// An array that is sound but for its bounds; without nulls, or with a bitmap.
  private static func array(_ type: ColumnType, length: Int64, offset: Int64 = 0, nulls: Bool) -> ExchangeArray {
    var buffers: [String?] = type == .null ? [] : [nulls ? zeros : nil]
    buffers += (0..<type.layout.bufferCount).map { _ in zeros }
    if type.layout == .views { buffers.append("") }
    var array = ExchangeArray(length: length, nullCount: nulls ? -1 : 0, offset: offset, buffers: buffers)
    array.children = type.childFields.map { field in
      field.type == .int8 ? bytes : ExchangeArray(length: 2, buffers: [nil], children: [bytes, bytes])
    }
    if type.dictionaryType != nil { array.dictionary = Indirect(bytes) }
    return array
  }

  @Test("an impossible length or offset is an error", arguments: types, lengths)
  func refused(type: ColumnType, length: Int64) {
    for nulls in [false, true] {
      Self.expectRefused(Self.array(type, length: length, nulls: nulls), type)
      Self.expectRefused(Self.array(type, length: 1, offset: length, nulls: nulls), type)
    }
  }

  @Test("it is one at every level", arguments: types, [.max - 1, 1 << 50] as [Int64])
  func nested(type: ColumnType, length: Int64) {
    let broken = Self.array(type, length: length, nulls: false)
    let field = Field(name: "item", type: type)
    func parent(_ buffers: [String?]) -> ExchangeArray {
      ExchangeArray(length: 1, nullCount: 0, buffers: buffers, children: [broken])
    }
    Self.expectRefused(parent([nil]), .fixedSizeList(field, count: 0))
    Self.expectRefused(parent([nil]), .fixedSizeList(field, count: 1))
    Self.expectRefused(parent([nil]), .struct([field]))
    Self.expectRefused(parent([nil, Self.zeros]), .list(field))
    Self.expectRefused(parent([nil, Self.zeros]), .largeList(field))
    Self.expectRefused(parent([nil, Self.zeros, Self.zeros]), .listView(field))
    var dictionary = Self.bytes
    dictionary.dictionary = Indirect(broken)
    Self.expectRefused(dictionary, .dictionary(index: .int8, value: type, isOrdered: false))
    var map = ExchangeArray(length: 1, nullCount: 0, buffers: [nil, Self.zeros])
    map.children = [ExchangeArray(length: 2, nullCount: 0, buffers: [nil], children: [Self.bytes, broken])]
    Self.expectRefused(map, .map(from: .int8, to: type))
  }

  @Test(
    "sizes of data that are not there are an error",
    arguments: [
      (.utf8, [nil, "00000000ffffff7f", "61"]), (.binary, [nil, "00000000ffffff7f", "61"]),
      (.largeUTF8, [nil, "0000000000000000ffffffffffffff7f", "61"]),
      (.largeBinary, [nil, "00000000000000000000000000000010", "61"]),
      (.largeBinary, [nil, "00000000000000000000000000010000", "61"]),
      (.utf8View, [nil, zeros, "61", "ffffffffffffff7f"]), (.binaryView, [nil, zeros, "61", "0000000000000001"]),
    ] as [(ColumnType, [String?])])
  func data(type: ColumnType, buffers: [String?]) {
    Self.expectRefused(ExchangeArray(length: 1, nullCount: 0, buffers: buffers), type)
  }

  @Test("numbers of buffers that are not there are an error", arguments: [.max, 1 << 62, 1 << 40] as [Int64])
  func buffers(count: Int64) {
    let producer = ForeignProducer()
    var foreign = producer.array(ExchangeArray(length: 1, buffers: [nil, Self.zeros, ""]))
    foreign.n_buffers = count
    let error = #expect(throws: ColumnError.self) { try Column(taking: &foreign, as: .utf8View) }
    #expect(error?.code == .invalidLayout)
    #expect(producer.alive == 0)
  }

  @Test(
    "children of a schema that are not there are an error", arguments: ["i", "+s", "+l"], [.max, 1 << 61, 1 << 40])
  func schemaChildren(format: String, count: Int64) {
    let producer = ForeignProducer()
    var schema = producer.schema(ExchangeSchema(format: format, children: [ExchangeSchema(format: "i", name: "x")]))
    schema.n_children = count
    let error = #expect(throws: ColumnError.self) { try Field(taking: &schema) }
    #expect(error?.code == .invalidSchema)
    #expect(producer.alive == 0)
  }

  @Test(
    "metadata that is not there is an error", arguments: ["ffffff7f", "01000000ffffff7f", "0100000000000000ffffff7f"])
  func metadata(bytes: String) {
    let producer = ForeignProducer()
    var schema = producer.schema(ExchangeSchema(format: "i", name: "x", metadata: bytes))
    let error = #expect(throws: ColumnError.self) { try Field(taking: &schema) }
    #expect(error?.code == .invalidSchema)
    #expect(producer.alive == 0)
  }

  @Test("structs and lists at odd addresses are an error", arguments: 0..<4)
  func odd(part: Int) {
    let producer = ForeignProducer()
    let item = ExchangeArray(length: 1, buffers: [nil, "01"])
    var source = ExchangeArray(length: 1, nullCount: 0, buffers: [nil, "00"], children: [])
    if part < 3 { source = ExchangeArray(length: 1, nullCount: 0, buffers: [nil], children: [item]) }
    if part == 3 { source.dictionary = Indirect(item) }
    var foreign = producer.array(source)
    let intact = foreign
    let child = foreign.children?[0]
    func moved<Pointee>(_ pointer: UnsafeMutablePointer<Pointee>?) -> UnsafeMutablePointer<Pointee>? {
      (UnsafeMutableRawPointer(pointer) + 1)?.assumingMemoryBound(to: Pointee.self)
    }
    switch part {
    case 0: foreign.buffers = moved(foreign.buffers)
    case 1: foreign.children = moved(foreign.children)
    case 2: foreign.children?[0] = moved(child)
    default: foreign.dictionary = moved(foreign.dictionary)
    }
    let type: ColumnType =
      part < 3 ? .struct([Self.item]) : .dictionary(index: .int8, value: .int8, isOrdered: false)
    let error = #expect(throws: ColumnError.self) { try Column(taking: &foreign, as: type) }
    #expect(error?.code == .invalidLayout)
    _ = intact
    #expect(producer.alive == 0)
  }

  private static func expectRefused(_ array: ExchangeArray, _ type: ColumnType) {
    let producer = ForeignProducer()
    var foreign = producer.array(array)
    let error = #expect(throws: ColumnError.self, "\(type)") { try Column(taking: &foreign, as: type) }
    let codes: [ColumnError.Code] = [.invalidLayout, .invalidOffsets]
    #expect(error.map { codes.contains($0.code) } == true, "\(type): \(String(describing: error))")
    #expect(producer.alive == 0)
  }
}

private func + (pointer: UnsafeMutableRawPointer?, distance: Int) -> UnsafeMutableRawPointer? {
  pointer.map { $0.advanced(by: distance) }
}
