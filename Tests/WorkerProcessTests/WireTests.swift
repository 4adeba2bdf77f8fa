import Columnar
import Testing
import WorkerProcess

@Suite struct WireTests {
  @Test func `values come back as they were`() throws {
    var writer = WireWriter()
    writer.write(-7)
    writer.write("naïve 🐍")
    writer.write(true)
    writer.write(Int?.none)
    writer.write(Int?.some(3))
    writer.write(["a": [1, 2], "": []])
    writer.write(1.5)
    writer.write(Duration.milliseconds(-1_500))
    writer.write(numbers: [3, -1, .max])
    writer.write(signs: [1, -1])
    var reader = WireReader(writer.bytes)
    let number = try reader.readInt()
    #expect(number == -7)
    let text = try reader.readText()
    #expect(text == "naïve 🐍")
    let truth = try reader.read(Bool.self)
    #expect(truth)
    let none = try reader.read(Int?.self)
    #expect(none == nil)
    let some = try reader.read(Int?.self)
    #expect(some == 3)
    let table = try reader.read([String: [Int]].self)
    #expect(table == ["a": [1, 2], "": []])
    let float = try reader.read(Double.self)
    #expect(float == 1.5)
    let duration = try reader.read(Duration.self)
    #expect(duration == .milliseconds(-1_500))
    let numbers = try reader.readNumbers()
    #expect(numbers == [3, -1, .max])
    let signs = try reader.readSigns()
    #expect(signs == [1, -1])
    #expect(reader.isAtEnd)
  }

  @Test func `a message that ends too early is refused wherever it ends`() throws {
    var writer = WireWriter()
    writer.write(["a", "bc"])
    writer.write(numbers: [1, 2, 3])
    for count in 0..<writer.bytes.count {
      var reader = WireReader(Array(writer.bytes[..<count]))
      #expect(throws: WireError.self) {
        _ = try reader.read([String].self)
        _ = try reader.readNumbers()
      }
    }
  }

  @Test(arguments: [Int.max, Int.max - 7, -1, 1 << 40]) func `a count that cannot be is refused`(count: Int) throws {
    var writer = WireWriter()
    writer.write(count)
    for read in [
      { (reader: inout WireReader) throws in _ = try reader.readText() },
      { (reader: inout WireReader) throws in _ = try reader.read([Int].self) },
      { (reader: inout WireReader) throws in _ = try reader.read([String: Int].self) },
      { (reader: inout WireReader) throws in _ = try reader.readNumbers() },
      { (reader: inout WireReader) throws in _ = try reader.readSigns() },
    ] {
      var reader = WireReader(writer.bytes)
      #expect(throws: WireError.self) { try read(&reader) }
    }
  }

  @Test func `types come back as they were`() throws {
    let int = Field(name: "i", type: .int64, isNullable: false, metadata: ["k": "v"])
    let types: [ColumnType] = [
      .null, .bool, .int8, .uint64, .float16, .decimal128(precision: 10, scale: -2),
      .decimal256(precision: 70, scale: 3),
      .date32, .date64, .time32(.millisecond), .time64(.nanosecond), .timestamp(.second, timeZone: "Europe/Zürich"),
      .timestamp(.nanosecond, timeZone: nil), .duration(.microsecond), .interval(.monthDayNano), .utf8, .largeUTF8,
      .utf8View, .binary, .binaryView, .fixedSizeBinary(byteWidth: 0), .list(int), .largeList(int),
      .fixedSizeList(int, count: 3), .listView(int), .largeListView(int), .struct([]), .struct([int, int]),
      .map(key: int, value: Field(name: "v", type: .list(int)), keysSorted: true),
      .dictionary(index: .uint16, value: .struct([int]), isOrdered: true),
    ]
    for type in types {
      var writer = WireWriter()
      writer.write(Field(name: "f", type: type, metadata: ["": "x"]))
      var reader = WireReader(writer.bytes)
      let field = try reader.read(Field.self)
      #expect(field == Field(name: "f", type: type, metadata: ["": "x"]))
    }
  }

  @Test func `schemas that were sent before are numbers`() throws {
    let memory = try SharedMemory()
    let batch = try RecordBatch(
      schema: Schema([Field(name: "x", type: .int64)]), columns: [Column([1, 2] as [Int64?])])
    var (sent, received) = (SentSchemas(), ReceivedSchemas())
    var sizes: [Int] = []
    for _ in 0..<2 {
      var writer = WireWriter()
      try batch.write(to: &writer, &sent)
      sizes.append(writer.bytes.count)
      var reader = try memory.read(memory.write(writer, at: 0))
      let back = try RecordBatch(from: &reader, &received, validating: .full)
      let values = try back.columns[0].toArray(of: Int64.self)
      #expect(values == [1, 2])
      #expect(back.schema == batch.schema)
    }
    #expect(sizes[1] < sizes[0])
  }

  @Test func `more schemas than are remembered come through`() throws {
    var (sent, received) = (SentSchemas(), ReceivedSchemas())
    for round in 0..<600 {
      let schema = Schema([Field(name: "x\(round % 300)", type: .null)])
      var writer = WireWriter()
      try RecordBatch(schema: schema, columns: [Column.allNull(3, of: .null)]).write(to: &writer, &sent)
      var reader = WireReader(writer.bytes)
      let back = try RecordBatch(from: &reader, &received, validating: .full)
      #expect(back.schema == schema && back.rowCount == 3)
    }
  }
}
