@testable import ArrowIPC
import Columnar
import TestSupport
import Testing

@Suite("Messages") struct MessageTests {
  @Test(
    "batches of every layout come back, whole and as slices, with and without compression",
    arguments: [
      nil, .lz4, .zstd,
    ] as [IPCCompression?])
  func roundTrip(compression: IPCCompression?) throws {
    for batch in [try Samples.plain(), try Samples.nested(), try Samples.dictionaries()] {
      for range in [0..<11, 0..<0, 3..<3, 1..<11, 2..<9, 8..<11, 0..<8, 10..<11] {
        let slice = batch.slice(range)
        var decoder = MessageDecoder()
        let back = try #require(try decoder.batch(slice.messages(compression).map(SentMessage.init)))
        #expect(back.schema == slice.schema)
        #expect(back.rowCount == range.count)
        #expect(try back.canonicalColumns() == slice.canonicalColumns(), "rows \(range)")
      }
    }
  }

  @Test("the memory of a body is the columns', and lives as long as they do")
  func adopted() throws {
    let messages = try Samples.plain().messages().map(SentMessage.init)
    let releases = Recorder<Int>()
    let body = messages[1].body
    let memory = UnsafeMutableRawPointer.allocate(byteCount: body.count, alignment: 64)
    memory.copyMemory(from: body, byteCount: body.count)
    // The closure is the only one to touch the address once the buffer is there, and runs once.
    nonisolated(unsafe) let released = memory
    var decoder = MessageDecoder()
    _ = try decoder.decode(messages[0])
    var batch: RecordBatch? = try decoder.decode(
      header: Buffer(copying: messages[1].header),
      body: Buffer(adopting: memory, byteCount: body.count) {
        released.deallocate()
        releases.append(1)
      }
    ).batch
    var column = batch?.column(named: "d")
    for buffer in (batch?.columns ?? []).flatMap({ $0.buffers + [$0.validityBuffer].compactMap { $0 } }) {
      let offset = buffer.baseAddress - UnsafeRawPointer(memory)
      #expect(buffer.byteCount == 0 || (0...body.count - buffer.byteCount).contains(offset))
    }
    batch = nil
    #expect(releases.values == [])
    #expect(try column?.canonicalRows().last == .text("10000000000000000000000"))
    column = nil
    #expect(releases.values == [1])
  }

  @Test("a body at any address is read", arguments: 1...15)
  func misaligned(distance: Int) throws {
    for source in [try Samples.plain(), try Samples.nested()] {
      let messages = try source.messages().map(SentMessage.init)
      var decoder = MessageDecoder()
      _ = try decoder.decode(messages[0])
      let moved = Buffer(copying: Array(repeating: 1, count: distance) + messages[1].body)
      let batch = try decoder.decode(
        header: Buffer(copying: messages[1].header), body: moved.slice(distance..<moved.byteCount)
      ).batch
      #expect(try batch?.canonicalColumns() == source.canonicalColumns())
    }
  }

  @Test("a batch goes out in the memory it is in, and only its rows")
  func pieces() throws {
    let column = Column((0..<100_000).map { Int64($0) as Int64? })
    let batch = try Samples.batch([("n", column)]).slice(64..<1064)
    let message = try #require(try batch.messages().last)
    #expect(message.bodyByteCount == 8000)
    #expect(message.body.map(\.byteCount) == [8000])
    #expect(message.body.first?.baseAddress == column.buffers[0].baseAddress + 512)
    let texts = Column((0..<1000).map { String(repeating: "x", count: 100) + "\($0)" as String? })
    let rest = try #require(try Samples.batch([("t", texts)]).slice(998..<1000).messages().last)
    #expect(rest.bodyByteCount == 64 + 256)
    var views = StringViewBuilder()
    for row in 0..<1000 { try views.append(String(repeating: "x", count: 100) + "\(row)") }
    let viewed = try #require(try Samples.batch([("v", views.finish())]).slice(998..<1000).messages().last)
    #expect(viewed.bodyByteCount == 64 + 256)
  }

  @Test("metadata of any size, and more body than is needed, are read")
  func paddings() throws {
    let source = try Samples.plain()
    var messages = try source.messages().map(SentMessage.init)
    for index in messages.indices {
      messages[index].header += [9, 9, 9]
      messages[index].body += [1, 2, 3]
    }
    var decoder = MessageDecoder()
    #expect(try decoder.batch(messages)?.canonicalColumns() == source.canonicalColumns())
  }

  @Test("rows without columns keep their count")
  func noColumns() throws {
    let batch = try RecordBatch(schema: Schema([]), columns: [], rowCount: 5)
    var decoder = MessageDecoder()
    let back = try #require(try decoder.batch(batch.messages().map(SentMessage.init)))
    #expect(back.rowCount == 5)
    #expect(back.columns.isEmpty)
  }

  @Test("free text goes with a batch, and with fields and schemas")
  func metadata() throws {
    var field = Field.extended(
      name: "id", type: .fixedSizeBinary(byteWidth: 16), extensionName: "arrow.uuid", isNullable: false)
    field.metadata["unit"] = "zwölf"
    let schema = Schema([field], metadata: ["table": "t", "": ""])
    let batch = try RecordBatch(
      schema: schema, columns: [Column(type: .fixedSizeBinary(byteWidth: 16), count: 0, buffers: [.empty])])
    var encoder = try MessageEncoder(schema: schema)
    let messages = [encoder.schemaMessage] + (try encoder.encode(batch, metadata: ["call": "7"]))
    var decoder = MessageDecoder()
    #expect(decoder.schema == nil)
    let first = try decoder.decode(SentMessage(messages[0]))
    #expect(first.metadata == [:])
    #expect(decoder.schema == schema)
    #expect(decoder.schema?.fields.first?.extensionName == "arrow.uuid")
    #expect(try decoder.decode(SentMessage(messages[1])).metadata == ["call": "7"])
  }

  @Test("a batch of other columns is refused")
  func otherSchema() throws {
    let batch = try Samples.plain()
    var encoder = try MessageEncoder(schema: Schema([Field(name: "x", type: .utf8)]))
    #expect { try encoder.encode(batch) } throws: { error in
      (error as? IPCError)?.code == .misuse && "\(error)".contains("(x: utf8) are written")
    }
  }

  @Test("columns that were not validated and point outside their memory are not written")
  func unsound() throws {
    let list = try Column(
      type: .list(Field(name: "item", type: .bool)), count: 2, buffers: [Buffer(copying: [5, 0, 2] as [Int32])],
      children: [Column([true, false] as [Bool?])])
    var view = [UInt8](repeating: 0, count: 16)
    view[0] = 13
    let views = try Column(type: .binaryView, count: 1, buffers: [Buffer(copying: view)])
    let listViews = try Column(
      type: .largeListView(Field(name: "item", type: .null)), count: 1,
      buffers: [Buffer(copying: [Int64.max]), Buffer(copying: [Int64(1)])], children: [.null(count: 3)])
    for column in [list, views, listViews] {
      #expect { try Samples.batch([("x", column)]).messages() } throws: { error in
        (error as? IPCError)?.code == .invalidColumn && "\(error)".contains("validate the column with .full")
      }
    }
  }
}
