@testable import ArrowIPC
import Columnar
import TestSupport
import Testing

@Suite("Schemas") struct SchemaTests {
  static let types: [ColumnType] = {
    let units = TimeUnit.allCases
    var types: [ColumnType] = [
      .null, .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .float16, .float32, .float64,
      .decimal128(precision: 38, scale: -3), .decimal256(precision: 76, scale: 10), .date32, .date64, .time32(.second),
      .time32(.millisecond), .time64(.microsecond), .time64(.nanosecond), .utf8, .largeUTF8, .utf8View, .binary,
      .largeBinary, .binaryView, .fixedSizeBinary(byteWidth: 0), .fixedSizeBinary(byteWidth: 16), .struct([]),
    ]
    types += units.flatMap { [.timestamp($0, timeZone: nil), .timestamp($0, timeZone: "+01:30"), .duration($0)] }
    types += IntervalUnit.allCases.map { .interval($0) }
    let item = Field(name: "item", type: .timestamp(.second, timeZone: "UTC"), isNullable: false, metadata: ["k": "v"])
    types += [
      .list(item), .largeList(item), .listView(item), .largeListView(item), .fixedSizeList(item, count: 3),
      .struct([item, Field(name: "", type: .list(item))]), .map(key: item, value: item, keysSorted: true),
      .map(from: .utf8, to: .map(from: .int8, to: .bool)),
    ]
    let indices: [ColumnType] = [.int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64]
    types += indices.map { .dictionary(index: $0, value: .utf8View, isOrdered: $0 == .int8) }
    types.append(.list(Field(name: "item", type: .dictionary(index: .int8, value: .list(item), isOrdered: false))))
    return types
  }()

  @Test("every type goes there and comes back", arguments: types)
  func roundTrip(type: ColumnType) throws {
    for isNullable in [true, false] {
      let schema = Schema([Field(name: "x", type: type, isNullable: isNullable), Field(name: "x", type: type)])
      var decoder = MessageDecoder()
      _ = try decoder.decode(SentMessage(MessageEncoder(schema: schema).schemaMessage))
      #expect(decoder.schema == schema)
    }
  }

  /// The message of a schema with a field 'outer', whose child 'inner' has the type.
  private func message(
    _ kind: UInt8?, _ parameters: [Int: FlatField] = [:], children: [FlatNode] = [], endianness: Int16 = 0,
    version: Int16 = MetadataVersion.v5
  ) throws -> SentMessage {
    var slots: [Int: FlatField] = [
      Slot.Field.name: .node(.string("inner")), Slot.Field.type: .node(.table(parameters)),
      Slot.Field.children: .node(.tables(children)),
    ]
    slots[Slot.Field.typeKind] = kind.map { .int8($0) }
    let outer = FlatNode.table([
      Slot.Field.name: .node(.string("outer")), Slot.Field.typeKind: .int8(TypeKind.structure),
      Slot.Field.type: .node(.table([:])), Slot.Field.children: .node(.tables([.table(slots)])),
    ])
    let schema = FlatNode.table([
      Slot.Schema.endianness: .int16(endianness), Slot.Schema.fields: .node(.tables([outer])),
    ])
    let message = FlatNode.table([
      Slot.Message.version: .int16(version), Slot.Message.headerKind: .int8(HeaderKind.schema),
      Slot.Message.header: .node(schema),
    ])
    return SentMessage(header: FlatWriter.message(message), body: [])
  }

  @Test(
    "types that columns do not have are refused with field and type",
    arguments: [
      (TypeKind.union, [0: .int16(1)], "unions cannot be read; convert them to another type first"),
      (TypeKind.runEndEncoded, [:], "run-end encoded columns cannot be read"),
      (TypeKind.decimal, [0: .int32(9), 2: .int32(32)], "decimals of 32 and 64 bits cannot be read"),
      (TypeKind.decimal, [0: .int32(9), 2: .int32(64)], "decimals of 32 and 64 bits cannot be read"),
      (27, [:], "types of the kind 27 cannot be read"), (255, [:], "types of the kind 255 cannot be read"),
    ] as [(UInt8, [Int: FlatField], String)])
  func unsupported(kind: UInt8, parameters: [Int: FlatField], text: String) throws {
    let error = MessageDecoder().refusal(of: try message(kind, parameters))
    #expect(error?.code == .unsupported)
    #expect(error?.message.hasPrefix("field 'outer': field 'inner': \(text)") == true, "\(error?.message ?? "")")
  }

  @Test(
    "types that make no sense are refused",
    arguments: [
      (TypeKind.int, [0: .int32(12)]), (TypeKind.int, [:]), (TypeKind.floatingPoint, [0: .int16(3)]),
      (TypeKind.decimal, [0: .int32(0)]), (TypeKind.decimal, [0: .int32(39)]), (TypeKind.decimal, [2: .int32(512)]),
      (TypeKind.date, [0: .int16(2)]), (TypeKind.time, [0: .int16(0), 1: .int32(64)]),
      (TypeKind.time, [0: .int16(3), 1: .int32(32)]), (TypeKind.time, [1: .int32(16)]),
      (TypeKind.timestamp, [0: .int16(4)]),
      (TypeKind.duration, [0: .int16(-1)]), (TypeKind.interval, [0: .int16(3)]),
      (TypeKind.fixedSizeBinary, [0: .int32(-1)]), (TypeKind.list, [:]), (TypeKind.fixedSizeList, [0: .int32(2)]),
      (TypeKind.map, [:]), (0, [:]), (nil, [:]),
    ] as [(UInt8?, [Int: FlatField])])
  func senseless(kind: UInt8?, parameters: [Int: FlatField]) throws {
    let error = MessageDecoder().refusal(of: try message(kind, parameters))
    #expect(error?.code == .invalidMessage)
    #expect(error?.message.hasPrefix("field 'outer': field 'inner': ") == true)
  }

  @Test("children are those of the type")
  func children() throws {
    let child = FlatNode.table([
      Slot.Field.name: .node(.string("c")), Slot.Field.typeKind: .int8(TypeKind.bool),
      Slot.Field.type: .node(.table([:])),
    ])
    #expect(MessageDecoder().refusal(of: try message(TypeKind.bool, children: [child]))?.code == .invalidMessage)
    #expect(MessageDecoder().refusal(of: try message(TypeKind.list, children: [child])) == nil)
    #expect(
      MessageDecoder().refusal(of: try message(TypeKind.list, children: [child, child]))?.code == .invalidMessage)
    #expect(MessageDecoder().refusal(of: try message(TypeKind.map, children: [child]))?.code == .invalidMessage)
    #expect(
      MessageDecoder().refusal(of: try message(TypeKind.fixedSizeList, [0: .int32(-1)], children: [child])) != nil)
    #expect(MessageDecoder().refusal(of: try message(TypeKind.structure, children: [child, child])) == nil)
  }

  @Test("big-endian numbers and other versions are refused")
  func otherFormats() throws {
    let big = MessageDecoder().refusal(of: try message(TypeKind.bool, endianness: 1))
    #expect(big?.code == .unsupported)
    #expect(big?.message == "the numbers of the columns are big-endian; send them little-endian")
    for version in [-1, 0, 1, 2, 5, .max] as [Int16] {
      let error = MessageDecoder().refusal(of: try message(TypeKind.bool, version: version))
      #expect(error?.code == .unsupported)
      #expect(error?.message.contains("has version V\(Int(version) + 1), and V4 and V5 can be read") == true)
    }
    #expect(MessageDecoder().refusal(of: try message(TypeKind.bool, version: MetadataVersion.v4)) == nil)
  }
}
