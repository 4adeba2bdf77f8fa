import CArrowABI
import Columnar
import TestSupport
import Testing

@Suite("Schemas from outside")
struct MalformedSchemaTests {
  private static let int = ExchangeSchema(format: "i", name: "x")

  private static func schema(_ format: String, _ children: ExchangeSchema...) -> ExchangeSchema {
    ExchangeSchema(format: format, children: children)
  }

  @Test(
    "formats are read and written",
    arguments: [
      ("n", .null), ("b", .bool), ("c", .int8), ("C", .uint8), ("s", .int16), ("S", .uint16), ("i", .int32),
      ("I", .uint32), ("l", .int64), ("L", .uint64), ("e", .float16), ("f", .float32), ("g", .float64), ("z", .binary),
      ("Z", .largeBinary), ("u", .utf8), ("U", .largeUTF8), ("vz", .binaryView), ("vu", .utf8View),
      ("d:9,2", .decimal128(precision: 9, scale: 2)), ("d:76,-3,256", .decimal256(precision: 76, scale: -3)),
      ("w:42", .fixedSizeBinary(byteWidth: 42)), ("tdD", .date32), ("tdm", .date64), ("tts", .time32(.second)),
      ("ttm", .time32(.millisecond)), ("ttu", .time64(.microsecond)), ("ttn", .time64(.nanosecond)),
      ("tss:", .timestamp(.second, timeZone: nil)), ("tsn:+01:00", .timestamp(.nanosecond, timeZone: "+01:00")),
      ("tDs", .duration(.second)), ("tDm", .duration(.millisecond)), ("tDu", .duration(.microsecond)),
      ("tDn", .duration(.nanosecond)), ("tiM", .interval(.yearMonth)), ("tiD", .interval(.dayTime)),
      ("tin", .interval(.monthDayNano)),
    ] as [(String, ColumnType)])
  func formats(format: String, type: ColumnType) throws {
    let producer = ForeignProducer()
    var foreign = producer.schema(Self.schema(format))
    #expect(try Field(taking: &foreign).type == type)
    #expect(producer.alive == 0 && foreign.release == nil)
    var exported = ArrowSchema()
    Field(name: "", type: type).export(to: &exported)
    #expect(exported.format.map { String(cString: $0) } == format)
    exported.release?(&exported)
    #expect(exported.release == nil)
  }

  @Test("a decimal of 128 bits may say so")
  func explicitBits() throws {
    var foreign = ForeignProducer().schema(Self.schema("d:5,1,128"))
    #expect(try Field(taking: &foreign).type == .decimal128(precision: 5, scale: 1))
  }

  @Test(
    "what is no type is an error, and the schema is released",
    arguments: [
      "", "x", "+", "+x", "d", "d:", "d:9", "d:a,b", "d:9,2,96", "d:0,0", "d:39,0", "d:77,0,256", "d:9,99999999999",
      "w", "w:", "w:-1", "w:x", "w:99999999999", "t", "tt", "ttx", "tdx", "tsx:", "tss", "tD", "tiX", "ttss", "vx",
      "+w:", "+w:-1", "+vx", "ii",
    ])
  func unknownFormats(format: String) {
    let children = format.hasPrefix("+") ? [Self.int] : []
    expectRefused(ExchangeSchema(format: format, children: children), .invalidSchema)
  }

  @Test("types that cannot be read say so", arguments: ["+ud:0,1", "+us:0", "+r", "d:9,2,32", "d:9,2,64"])
  func unsupported(format: String) {
    expectRefused(ExchangeSchema(format: format, children: [Self.int, Self.int]), .unsupportedType)
  }

  @Test(
    "children that do not fit are an error",
    arguments: [
      schema("i", int), schema("u", int), schema("d:9,2", int), schema("w:3", int), schema("tss:", int), schema("+l"),
      schema("+L", int, int), schema("+w:2"), schema("+vl"), schema("+vL", int, int), schema("+m"), schema("+m", int),
      schema("+m", schema("+s", int)), schema("+s", schema("?")),
    ])
  func children(schema: ExchangeSchema) { expectRefused(schema, .invalidSchema) }

  @Test("a dictionary without integers as indices is an error", arguments: ["u", "f", "b", "tdD"])
  func indices(format: String) {
    var schema = Self.schema(format)
    schema.dictionary = Indirect(Self.int)
    expectRefused(schema, .invalidSchema)
  }

  @Test("endless nesting is an error")
  func depth() {
    var schema = Self.int
    for _ in 0..<100 { schema = Self.schema("+l", schema) }
    expectRefused(schema, .invalidSchema)
  }

  @Test("missing parts are an error", arguments: 0..<5)
  func missing(part: Int) {
    let producer = ForeignProducer()
    var schema = producer.schema(Self.schema("+s", Self.int))
    let intact = schema
    switch part {
    case 0: schema.format = nil
    case 1: schema.children = nil
    case 2: schema.n_children = -1
    case 3: schema.n_children = 2
    default: schema.release = nil
    }
    let error = #expect(throws: ColumnError.self) { try Field(taking: &schema) }
    #expect(error?.code == .invalidSchema)
    if part == 4 {
      schema = intact
      schema.release?(&schema)
    }
    #expect(producer.alive == 0)
  }

  @Test("metadata with impossible sizes is an error", arguments: ["ffffffff", "01000000feffffff"])
  func metadata(bytes: String) {
    var schema = Self.int
    schema.metadata = bytes
    expectRefused(schema, .invalidSchema)
  }

  @Test("extension types travel in the metadata")
  func extensionTypes() throws {
    let uuid = Field.extended(name: "id", type: .fixedSizeBinary(byteWidth: 16), extensionName: "arrow.uuid")
    var schema = ArrowSchema()
    Field(name: "s", type: .struct([uuid])).export(to: &schema)
    let back = try Field(taking: &schema)
    #expect(back.type.childFields[0].extensionName == "arrow.uuid")
    #expect(back.type.childFields[0] == uuid)
  }

  private func expectRefused(_ schema: ExchangeSchema, _ code: ColumnError.Code) {
    let producer = ForeignProducer()
    var foreign = producer.schema(schema)
    var array = producer.array(ExchangeArray(length: 0, buffers: [nil, nil]))
    let error = #expect(throws: ColumnError.self) { try Column.taking(array: &array, schema: &foreign) }
    #expect(error?.code == code, "\(String(describing: error))")
    #expect(foreign.release == nil && array.release == nil)
    #expect(producer.alive == 0)
  }
}
