@testable import ArrowIPC
import Columnar
import TestSupport
import Testing

@Suite("Streams", .timeLimit(.minutes(30))) struct StreamTests {
  private static func sample() throws -> (bytes: [UInt8], batches: [RecordBatch]) {
    let batch = try Samples.dictionaries()
    let batches = [batch, batch.slice(2..<5), batch.slice(0..<0)]
    return (try writeStream(batch.schema, batches), batches)
  }

  @Test("bytes may come in pieces of any size", arguments: [1, 2, 3, 5, 8, 13, 100, 1000, 100_000])
  func pieces(size: Int) throws {
    let (bytes, batches) = try Self.sample()
    let back = try readStream(bytes, pieces: size)
    #expect(try back.batches.map { try $0.canonicalColumns() } == batches.map { try $0.canonicalColumns() })
    #expect(back.schema == batches[0].schema)
  }

  @Test("a batch is there with its last byte, and the end with its")
  func early() throws {
    let batch = try Samples.plain()
    var writer = try ArrowStreamWriter(schema: batch.schema)
    let (first, second, end) = (try writer.write(batch), try writer.write(batch), writer.finish())
    var reader = ArrowStreamReader()
    #expect(try reader.read(Array(first.dropLast())).isEmpty)
    #expect(reader.schema == batch.schema)
    #expect(try reader.read([first[first.count - 1]]).count == 1)
    #expect(try reader.read(second + end.dropLast()).count == 1)
    let isAtEnd = reader.isAtEnd
    #expect(!isAtEnd)
    #expect(try reader.read([0, 1, 2, 3]).isEmpty)
    let isAtEndNow = reader.isAtEnd
    #expect(isAtEndNow)
    try reader.finish()
    #expect(writer.finish() == [])
  }

  @Test("a stream that ends between messages has ended, and one that ends inside is truncated")
  func truncations() throws {
    let (bytes, _) = try Self.sample()
    var whole = 0
    for count in 0..<bytes.count {
      do throws(IPCError) {
        _ = try readStream(Array(bytes[..<count]))
        whole += 1
      } catch {
        #expect(error.code == .truncated, "\(count): \(error)")
      }
    }
    // After the schema, two dictionaries and two of three batches; the rest of the end's mark is a piece of a message.
    #expect(whole == 6)
  }

  @Test("what is no stream is refused, and stays refused")
  func noStream() throws {
    for bytes in [Array("ARROW1\0\0".utf8), [255, 255, 255, 255, 255, 255, 255, 255], [0, 0, 0, 128]] {
      var reader = ArrowStreamReader()
      var first: IPCError?
      do throws(IPCError) { _ = try reader.read(bytes + Array(repeating: 0, count: 100)) } catch { first = error }
      #expect(first != nil)
      var second: IPCError?
      do throws(IPCError) { _ = try reader.read([1]) } catch { second = error }
      #expect(second == first)
      var third: IPCError?
      do throws(IPCError) { try reader.finish() } catch { third = error }
      #expect(third == first)
    }
  }

  @Test("batches before a fault are given, and then the fault")
  func batchesBeforeFault() throws {
    let batch = try Samples.plain()
    var writer = try ArrowStreamWriter(schema: batch.schema)
    let bytes = try writer.write(batch) + writer.write(batch)
    var reader = ArrowStreamReader()
    #expect(try reader.read(bytes + [1, 0, 0, 0, 1]).count == 2)
    var failures: [IPCError] = []
    do throws(IPCError) { _ = try reader.read([]) } catch { failures.append(error) }
    do throws(IPCError) { try reader.finish() } catch { failures.append(error) }
    #expect(failures.map(\.code) == [.invalidMessage, .invalidMessage])
  }

  @Test("a message that says that it is large takes memory only as it comes")
  func largeClaims() throws {
    let schema = try MessageEncoder(schema: Schema([Field(name: "x", type: .int8)])).schemaMessage
    let message = try EncodedMessage(
      kind: HeaderKind.recordBatch, .table([:]), bodyByteCount: 1 << 30)
    let before = try ThisProcess.residentBytes()
    var reader = ArrowStreamReader()
    let batches = try reader.read(schema.bytes + message.framedHeader + Array(repeating: 1, count: 1 << 20))
    let after = try ThisProcess.residentBytes()
    #expect(after - before < 64 << 20)
    #expect(batches.isEmpty)
  }

  @Test("without batches there is a schema")
  func empty() throws {
    let schema = Schema([Field(name: "x", type: .largeListView(Field(name: "item", type: .utf8View)))])
    let back = try readStream(try writeStream(schema, []))
    #expect(back.schema == schema)
    #expect(back.batches.isEmpty)
  }

  @Test("a stream that is finished takes no more")
  func finished() throws {
    let batch = try Samples.plain()
    var writer = try ArrowStreamWriter(schema: batch.schema)
    _ = writer.finish()
    var failure: IPCError?
    do throws(IPCError) { _ = try writer.write(batch) } catch { failure = error }
    #expect(failure?.code == .misuse)
    #expect(failure?.message == "the stream has been finished; write to a new one")
  }
}
