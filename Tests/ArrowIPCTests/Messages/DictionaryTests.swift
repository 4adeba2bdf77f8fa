@testable import ArrowIPC
import Columnar
import TestSupport
import Testing

@Suite("Dictionaries") struct DictionaryTests {
  private func batch(_ words: Column, _ indices: [Int8?] = [0, nil, 1]) throws -> RecordBatch {
    try Samples.batch([("c", try .dictionaryEncoded(indices: Column(indices), dictionary: words))])
  }

  @Test("a dictionary is sent when it is new, and not again while it is the same")
  func sentOnce() throws {
    let words = Column(["a", "b"] as [String?])
    let batch = try batch(words)
    var encoder = try MessageEncoder(schema: batch.schema)
    #expect(try encoder.encode(batch).count == 2)
    #expect(try encoder.encode(batch.slice(1..<2)).count == 1)
    #expect(try encoder.encode(self.batch(Column(["a", "b"] as [String?]))).count == 1)
    #expect(try encoder.encode(self.batch(Column(["a", "c"] as [String?]))).count == 2)
    #expect(try encoder.encode(batch).count == 2)
  }

  @Test("a dictionary of a batch that cannot be sent is sent with the next one")
  func notSent() throws {
    let words = try Column.dictionaryEncoded(indices: Column([0] as [Int8?]), dictionary: Column(["a"] as [String?]))
    func batch(_ start: Int32) throws -> RecordBatch {
      let list = try Column(
        type: .list(Field(name: "item", type: .bool)), count: 1, buffers: [Buffer(copying: [start, 1])],
        children: [Column([true] as [Bool?])])
      return try Samples.batch([("c", words), ("l", list)])
    }
    var encoder = try MessageEncoder(schema: batch(0).schema)
    let (unsound, sound) = (try batch(5), try batch(0))
    #expect(throws: IPCError.self) { try encoder.encode(unsound) }
    #expect(try encoder.encode(sound).count == 2)
    #expect(try encoder.encode(sound).count == 1)
  }

  @Test("values inside values are replaced with what they refer to")
  func nested() throws {
    func batch(_ inner: [String?]) throws -> RecordBatch {
      let coded = try Column.dictionaryEncoded(indices: Column([1, 0] as [Int32?]), dictionary: Column(inner))
      var structure = StructBuilder()
      for _ in 0..<2 { structure.append() }
      return try self.batch(
        structure.finish(fields: [Field(name: "s", type: coded.type)], columns: [coded]))
    }
    let batches = [try batch(["a", "b"]), try batch(["c", "d"]), try batch(["c", "d"])]
    let back = try readStream(try writeStream(batches[0].schema, batches)).batches
    #expect(try back.map { try $0.canonicalColumns() } == batches.map { try $0.canonicalColumns() })
  }

  @Test("a dictionary that has not come is missed by rows that need it, and by no others")
  func missing() throws {
    let none = try batch(Column(["a", "b"] as [String?]), [nil, nil])
    let messages = try none.messages().map(SentMessage.init)
    var decoder = MessageDecoder()
    let back = try #require(try decoder.batch([messages[0], messages[2]]))
    #expect(try back.canonicalColumns() == [[.null, .null]])
    let some = try batch(Column(["a", "b"] as [String?])).messages().map(SentMessage.init)
    #expect(decoder.refusal(of: some[2])?.message.contains("dictionary 0, which has not come before") == true)
  }

  @Test("indices outside a dictionary are refused")
  func outside() throws {
    let long = try batch(Column(["a", "b"] as [String?])).messages().map(SentMessage.init)
    let short = try batch(Column(["a"] as [String?]), [0]).messages().map(SentMessage.init)
    var decoder = MessageDecoder()
    _ = try decoder.decode(long[0])
    _ = try decoder.decode(short[1])
    let error = decoder.refusal(of: long[2])
    #expect(error?.code == .invalidColumn)
    #expect(error?.message.contains("column 'c': row 2") == true)
    #expect(error?.message.contains("has the index 1, but the dictionary has 1 rows") == true)
  }

  @Test("dictionaries take no more memory than is allowed, also those that grow")
  func limit() throws {
    let words = try batch(Column([String(repeating: "x", count: 10_000), "b"] as [String?]))
    let messages = try words.messages().map(SentMessage.init)
    var decoder = MessageDecoder(options: IPCReadOptions(maxDictionaryBytes: 40_000))
    _ = try decoder.decode(messages[0])
    // Replaced, it takes its memory once.
    for _ in 0..<10 { _ = try decoder.decode(messages[1]) }
    let delta = try Self.delta(messages[1])
    _ = try decoder.decode(delta)
    _ = try decoder.decode(delta)
    let error = decoder.refusal(of: delta)
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("raise maxDictionaryBytes") == true)
    let back = try #require(try decoder.decode(messages[2]).batch)
    #expect(back.columns[0].dictionary?.count == 6)
    #expect(try back.canonicalColumns() == words.canonicalColumns())
  }

  @Test("rows for a dictionary that has not come, and dictionaries of no field, are refused")
  func unknown() throws {
    let messages = try batch(Column(["a", "b"] as [String?])).messages().map(SentMessage.init)
    var decoder = MessageDecoder()
    _ = try decoder.decode(messages[0])
    #expect(decoder.refusal(of: try Self.delta(messages[1]))?.message.contains("which has not come itself") == true)
    let other = try EncodedMessage(
      kind: HeaderKind.dictionaryBatch,
      .table([Slot.DictionaryBatch.id: .int64(7), Slot.DictionaryBatch.data: .node(.table([:]))]))
    #expect(
      decoder.refusal(of: SentMessage(other))?.message.contains("dictionary 7 comes, and no field has it") == true)
  }

  @Test("a dictionary whose values are dictionary encoded is not written")
  func ofDictionaries() throws {
    let inner = try Column.dictionaryEncoded(indices: Column([0] as [Int8?]), dictionary: Column(["a"] as [String?]))
    let batch = try batch(inner, [0])
    #expect { try MessageEncoder(schema: batch.schema) } throws: { error in
      (error as? IPCError)?.code == .unsupported
        && "\(error)".hasPrefix("field 'c': IPC has no dictionary<values=dictionary<")
    }
  }

  /// The same dictionary as rows to be added.
  private static func delta(_ message: SentMessage) throws -> SentMessage {
    let table = try #require(try FlatTable(root: Buffer(copying: message.header)).table(Slot.Message.header))
    let data = try #require(try table.table(Slot.DictionaryBatch.data))
    func structs(_ slot: Int) throws -> [[Int64]] {
      let list = try data.vector(slot, stride: 16)
      return try (0..<list.count).map {
        [try list.integer($0, as: Int64.self), try list.integer($0, at: 8, as: Int64.self)]
      }
    }
    let batch = FlatNode.table([
      Slot.RecordBatch.length: .int64(try data.integer(Slot.RecordBatch.length, default: 0)),
      Slot.RecordBatch.nodes: .node(.structs(try structs(Slot.RecordBatch.nodes))),
      Slot.RecordBatch.buffers: .node(.structs(try structs(Slot.RecordBatch.buffers))),
    ])
    return SentMessage(
      try EncodedMessage(
        kind: HeaderKind.dictionaryBatch,
        .table([
          Slot.DictionaryBatch.id: .int64(0), Slot.DictionaryBatch.data: .node(batch),
          Slot.DictionaryBatch.isDelta: .bool(true),
        ]), body: [Buffer(copying: message.body)], bodyByteCount: message.body.count))
  }
}
