@testable import ArrowIPC
import Columnar
import TestSupport
import Testing

@Suite("Messages of a hostile sender", .timeLimit(.minutes(30))) struct HostileMessageTests {
  /// A decoder that has a schema of one column.
  private func decoder(
    _ type: ColumnType, isNullable: Bool = true, options: IPCReadOptions = IPCReadOptions()
  ) throws -> MessageDecoder {
    let field = Field(name: "x", type: type, isNullable: isNullable)
    var decoder = MessageDecoder(options: options)
    _ = try decoder.decode(SentMessage(MessageEncoder(schema: Schema([field])).schemaMessage))
    return decoder
  }

  private static let lengths: [Int64] = [.min, -1, .max, .max - 7, 1 << 62, 1 << 40, 1 << 31, 65, 17]

  @Test("impossible rows and nulls are refused", arguments: lengths)
  func impossibleNodes(length: Int64) throws {
    let (types, withoutMemory): ([ColumnType], [ColumnType]) = (
      [.int32, .bool, .utf8, .binaryView], [.null, .struct([]), .fixedSizeBinary(byteWidth: 0)]
    )
    for type in types + (length < -1 || length > Int32.max ? withoutMemory : []) {
      let buffers = Array(repeating: [0, 0] as [Int64], count: type == .null ? 0 : type.layout.bufferCount + 1)
      let variadic: [Int64] = type == .binaryView ? [0] : []
      for (rows, node) in [(length, [length, 0]), (4, [length, 0]), (length, [4, 0]), (4, [4, length])] {
        let message = try SentMessage(rows: rows, nodes: [node], buffers: buffers, variadic: variadic)
        let error = try #require(try decoder(type).refusal(of: message), "\(type), \(rows) rows, \(node)")
        #expect([.invalidMessage, .limitExceeded, .invalidColumn].contains(error.code))
      }
    }
  }

  @Test("rows without memory are limited, since reading them is work")
  func manyRows() throws {
    var decoder = try decoder(.null, options: IPCReadOptions(maxRows: 1000))
    let error = decoder.refusal(of: try SentMessage(rows: 1001, nodes: [[1001, 1001]], buffers: []))
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("a batch has 1001 rows, and 1000 is the most that is accepted") == true)
    #expect(error?.message.contains("maxRows") == true)
    let accepted = try decoder.decode(try SentMessage(rows: 1000, nodes: [[1000, 1000]], buffers: [])).batch
    #expect(accepted?.rowCount == 1000)
  }

  @Test("buffers outside the body are refused", arguments: lengths + [1, 7, 15])
  func outsideBody(number: Int64) throws {
    let body = [UInt8](repeating: 0, count: 64)
    for buffer in [[number, 16], [60, number], [number, number], [64, 16], [63, 16]] {
      // 65 bytes from byte 0 are too many too; sizes that are there are too small for the rows.
      let decoder = try decoder(.int32)
      let message = try SentMessage(rows: 16, nodes: [[16, 0]], buffers: [[0, 0], buffer], body: body)
      #expect(decoder.refusal(of: message) != nil, "\(buffer)")
    }
  }

  @Test("buffers that overlap are refused, since each byte would be work many times")
  func overlap() throws {
    let field = Field(name: "x", type: .int64)
    var decoder = MessageDecoder()
    let schema = Schema(Array(repeating: field, count: 3))
    _ = try decoder.decode(SentMessage(MessageEncoder(schema: schema).schemaMessage))
    let message = try SentMessage(
      rows: 4, nodes: Array(repeating: [4, 0], count: 3),
      buffers: Array(repeating: [[0, 0], [0, 32]], count: 3).flatMap { $0 }, body: Array(repeating: 0, count: 64))
    #expect(decoder.refusal(of: message)?.message.contains("overlap") == true)
  }

  @Test("too few and too many nodes and buffers are refused", arguments: 0...4, 0...6)
  func counts(nodes: Int, buffers: Int) throws {
    let decoder = try decoder(.list(Field(name: "item", type: .int8)))
    let message = try SentMessage(
      rows: 0, nodes: Array(repeating: [0, 0], count: nodes), buffers: Array(repeating: [0, 0], count: buffers))
    #expect((decoder.refusal(of: message) == nil) == (nodes == 2 && buffers == 4))
  }

  @Test("counts of data buffers that are not there are refused", arguments: [-1, 2, .max, .min, 1 << 32] as [Int64])
  func variadic(count: Int64) throws {
    let decoder = try decoder(.utf8View)
    let message = try SentMessage(rows: 0, nodes: [[0, 0]], buffers: [[0, 0], [0, 0], [0, 0]], variadic: [count])
    #expect(decoder.refusal(of: message)?.code == .invalidMessage)
    #expect(decoder.refusal(of: try SentMessage(rows: 0, nodes: [[0, 0]], buffers: [[0, 0], [0, 0]])) != nil)
  }

  @Test("offsets, views, texts and indices that point elsewhere are refused")
  func contents() throws {
    let body = FlatWriter.bytes(Int64(0)) + FlatWriter.bytes(Int64(1 << 33)) + Array(repeating: 0xFF, count: 48)
    let item = Field(name: "item", type: .null)
    let types: [(ColumnType, [[Int64]], [[Int64]], [Int64])] = [
      (.largeBinary, [[1, 0]], [[0, 0], [0, 16], [16, 8]], []),
      (.binary, [[1, 0]], [[0, 0], [16, 8], [24, 8]], []), (.utf8, [[1, 0]], [[0, 0], [8, 8], [16, 8]], []),
      (.utf8View, [[1, 0]], [[0, 0], [16, 16], [32, 16]], [1]),
      (.largeList(item), [[1, 0], [9, 9]], [[0, 0], [0, 16]], []),
      (.listView(item), [[1, 0], [9, 9]], [[0, 0], [16, 4], [20, 4]], []),
      (.fixedSizeList(item, count: 5), [[2, 0], [9, 9]], [[0, 0]], []),
      (.struct([item]), [[10, 0], [9, 9]], [[0, 0]], []),
    ]
    for (type, nodes, buffers, variadic) in types {
      let decoder = try decoder(type)
      let message = try SentMessage(
        rows: nodes[0][0], nodes: nodes, buffers: buffers, body: body, variadic: variadic)
      let error = decoder.refusal(of: message)
      #expect(error?.code == .invalidColumn, "\(type)")
      #expect(error?.message.hasPrefix("column 'x': ") == true, "\(type)")
    }
  }

  @Test("nulls where the schema has none are refused")
  func nulls() throws {
    let decoder = try decoder(.int8, isNullable: false)
    let message = try SentMessage(
      rows: 1, nodes: [[1, 1]], buffers: [[0, 1], [8, 1]], body: Array(repeating: 0, count: 16))
    #expect(decoder.refusal(of: message)?.message.contains("has 1 nulls, but its field is declared") == true)
  }

  @Test("views that refer to the same bytes over and over are refused before they are read")
  func reach() throws {
    let text = String(repeating: "x", count: 10_000)
    var views = StringViewBuilder()
    try views.append(text)
    let one = views.finish()
    let row = one.buffers[0].elements(0..<1, of: 16)
    let column = try Column(
      type: .utf8View, count: 500, buffers: [Buffer.joined(Array(repeating: row, count: 500)), one.buffers[1]])
    let messages = try Samples.batch([("v", column)]).messages().map(SentMessage.init)
    var decoder = MessageDecoder(options: IPCReadOptions(maxDecompressedBytes: 4_999_999))
    #expect { try decoder.batch(messages) } throws: {
      "\($0)".contains("the rows of a utf8_view column refer to 5000000 bytes, and 4999999 is the most")
    }
    var other = MessageDecoder(options: IPCReadOptions(maxDecompressedBytes: 5_000_000))
    #expect(try other.batch(messages)?.rowCount == 500)
  }

  @Test("sizes above the limits are refused before anything is reserved")
  func limits() throws {
    let messages = try Samples.plain().messages().map(SentMessage.init)
    func refusal(_ options: IPCReadOptions) -> IPCError? {
      var decoder = MessageDecoder(options: options)
      do throws(IPCError) {
        for message in messages { _ = try decoder.decode(message) }
        return nil
      } catch {
        return error
      }
    }
    #expect(refusal(IPCReadOptions()) == nil)
    #expect(refusal(IPCReadOptions(maxMetadataBytes: 100))?.message.contains("raise maxMetadataBytes") == true)
    #expect(refusal(IPCReadOptions(maxBodyBytes: 100))?.message.contains("raise maxBodyBytes") == true)
    #expect(refusal(IPCReadOptions(maxRows: 10))?.code == .limitExceeded)
  }

  @Test("types that are nested too deeply are refused")
  func nesting() throws {
    var type = ColumnType.int8
    for _ in 0..<9 { type = .list(Field(name: "item", type: type)) }
    let schema = try SentMessage(MessageEncoder(schema: Schema([Field(name: "x", type: type)])).schemaMessage)
    let shallow = MessageDecoder(options: IPCReadOptions(maxNesting: 9))
    #expect(shallow.refusal(of: schema)?.code == .limitExceeded)
    #expect(shallow.refusal(of: schema)?.message.contains("nested too deeply") == true)
    let deep = MessageDecoder(options: IPCReadOptions(maxNesting: 10))
    #expect(deep.refusal(of: schema) == nil)
    for _ in 0..<300 { type = .list(Field(name: "item", type: type)) }
    let tooDeep = type
    #expect { try MessageEncoder(schema: Schema([Field(name: "x", type: tooDeep)])) } throws: {
      ($0 as? IPCError)?.code == .limitExceeded
    }
  }

  @Test("messages out of order are refused")
  func order() throws {
    let messages = try Samples.dictionaries().messages().map(SentMessage.init)
    var decoder = MessageDecoder()
    #expect(decoder.refusal(of: messages[1])?.message.contains("before the schema") == true)
    _ = try decoder.decode(messages[0])
    #expect(decoder.refusal(of: messages[0])?.message.contains("a second time") == true)
    #expect(decoder.refusal(of: messages[3])?.message.contains("refer to dictionary 0, which has not come") == true)
    var short = messages[1]
    short.body.removeLast(short.body.count)
    #expect(throws: IPCError.self) { try decoder.decode(short) }
    #expect(throws: IPCError.self) { try decoder.decode(messages[3]) }
    // What was refused has changed nothing.
    #expect(try decoder.batch(Array(messages[1...]))?.rowCount == Samples.rows)
  }

  @Test("an error that foreign names make long is cut")
  func longNames() throws {
    let name = String(repeating: "n", count: 100_000)
    let type = ColumnType.struct([Field(name: name, type: .int8)])
    let decoder = try decoder(type)
    let error = decoder.refusal(
      of: try SentMessage(rows: 1, nodes: [[1, 1], [1, 0]], buffers: [[0, 0], [0, 0], [0, 0]]))
    #expect((error?.message.utf8.count ?? .max) < 1000)
  }
}
