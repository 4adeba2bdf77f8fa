import CArrowABI
import Columnar
import Synchronization
import Testing

@Suite("Streams of batches")
struct RecordBatchStreamTests {
  private static let schema = Schema([Field(name: "n", type: .int64)], metadata: ["a": "b"])

  /// Something that a stream keeps alive.
  private final class Token: Sendable {
    let calls = Atomic<Int>(0)
  }

  private struct Failure: Error, CustomStringConvertible {
    let description = "the disk is full"
  }

  private static func stream(_ token: Token, count: Int, fails: Bool = false) throws -> ArrowArrayStream {
    var stream = ArrowArrayStream()
    RecordBatchStream.export(schema, to: &stream) {
      let call = token.calls.add(1, ordering: .sequentiallyConsistent).oldValue
      if call == count, fails { throw Failure() }
      guard call < count else { return nil }
      return try RecordBatch(schema: schema, columns: [Column([Int64(call), nil])])
    }
    return stream
  }

  @Test("batches arrive in order, and then nothing", arguments: [0, 1, 5])
  func inOrder(count: Int) throws {
    let token = Token()
    var source = try Self.stream(token, count: count)
    var stream = try RecordBatchStream(taking: &source)
    #expect(source.release == nil)
    #expect(stream.schema == Self.schema)
    for index in 0..<count {
      #expect(try stream.next()?.columns[0].toArray(of: Int64.self) == [Int64(index), nil])
    }
    for _ in 0..<3 { #expect(try stream.next() == nil) }
    #expect(token.calls.load(ordering: .sequentiallyConsistent) == count + 1)
  }

  @Test("a failure arrives with its reason, and ends the stream")
  func failure() throws {
    let token = Token()
    var source = try Self.stream(token, count: 1, fails: true)
    var stream = try RecordBatchStream(taking: &source)
    _ = try stream.next()
    var error: ColumnError?
    do { _ = try stream.next() } catch let thrown { error = thrown }
    #expect(error?.code == .producerFailed)
    #expect(error?.message.contains("the disk is full") == true)
    #expect(try stream.next() == nil)
  }

  @Test("a batch of another schema is refused")
  func otherSchema() throws {
    var source = ArrowArrayStream()
    RecordBatchStream.export(Self.schema, to: &source) {
      try RecordBatch(schema: Schema([Field(name: "m", type: .bool)]), columns: [Column([true])])
    }
    var stream = try RecordBatchStream(taking: &source)
    var error: ColumnError?
    do { _ = try stream.next() } catch let thrown { error = thrown }
    #expect(error?.message.contains("announced") == true)
  }

  @Test("the producer is let go at the end, after a failure, and when a stream is dropped", arguments: 0..<4)
  func released(way: Int) throws {
    weak var token: Token?
    do {
      let strong = Token()
      token = strong
      var source = try Self.stream(strong, count: 2, fails: way == 1)
      if way == 3 {
        source.release?(&source)
        #expect(source.release == nil)
      } else {
        var stream = try RecordBatchStream(taking: &source)
        if way < 2 { while let _ = try? stream.next() {} } else { _ = try stream.next() }
      }
    }
    #expect(token == nil)
  }

  @Test("a stream that was released, or fails at once, is an error")
  func unusable() throws {
    var released = try Self.stream(Token(), count: 1)
    released.release?(&released)
    #expect(throws: ColumnError.self) { _ = try RecordBatchStream(taking: &released) }
    var failing = try Self.stream(Token(), count: 1)
    failing.get_schema = { _, _ in 12 }
    failing.get_last_error = { _ in nil }
    let error = #expect(throws: ColumnError.self) { _ = try RecordBatchStream(taking: &failing) }
    #expect(error?.message.contains("12") == true)
    #expect(failing.release == nil)
  }

  @Test("an address is enough")
  func address() throws {
    var source = ArrowArrayStream()
    try withUnsafeMutablePointer(to: &source) { pointer in
      let address = UInt(bitPattern: pointer)
      try RecordBatchStream.export(Self.schema, toStreamAt: address) { nil }
      var stream = try RecordBatchStream(importingStreamAt: address)
      #expect(try stream.next() == nil)
    }
  }
}
