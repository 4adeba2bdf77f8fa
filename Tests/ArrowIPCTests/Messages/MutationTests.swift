@testable import ArrowIPC
import Columnar
import TestSupport
import Testing

/// Every change of a bit of a message's metadata, every change of a byte of its body, and every shorter form of both gives a
/// batch that can be read whole, or an error.
@Suite("Messages with one fault", .timeLimit(.minutes(30))) struct MutationTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let messages: [SentMessage]
    /// The messages to change. The schema is the same with every compression.
    let changed: Range<Int>

    init(_ name: String, _ batch: RecordBatch, _ compression: IPCCompression? = nil) throws {
      testDescription = name
      messages = try batch.messages(compression).map(SentMessage.init)
      changed = (compression == nil ? 0 : 1)..<messages.count
    }
  }

  private static let options = IPCReadOptions(
    maxBodyBytes: 1 << 20, maxDecompressedBytes: 1 << 20, maxRows: 1000, maxNesting: 16)

  static let samples: [Sample] = {
    do {
      let (plain, nested, coded) = (try Samples.plain(), try Samples.nested(), try Samples.dictionaries())
      return [
        try Sample("plain", plain), try Sample("nested", nested), try Sample("dictionaries", coded),
        try Sample("plain, lz4", plain, .lz4), try Sample("nested, zstd", nested, .zstd),
      ]
    } catch {
      preconditionFailure("a sample cannot be made: \(error)")
    }
  }()

  @Test("bits of the metadata", arguments: samples)
  func bits(sample: Sample) throws {
    var (accepted, refused) = (0, 0)
    for number in sample.changed {
      let message = sample.messages[number]
      var decoder = MessageDecoder(options: Self.options)
      for earlier in sample.messages[..<number] { _ = try decoder.decode(earlier) }
      for bit in 0..<message.header.count * 8 {
        var changed = sample.messages
        changed[number].header[bit / 8] ^= 1 << UInt8(bit % 8)
        let isSound = try read(changed[number...], decoder, andWrite: bit % 8 == 0)
        if isSound { accepted += 1 } else { refused += 1 }
      }
    }
    // Padding, texts and numbers of other meaning make no difference; what says where things are does.
    #expect(accepted > 0)
    #expect(refused > 0)
  }

  @Test("bytes of the body", arguments: samples)
  func bytes(sample: Sample) throws {
    for number in sample.changed {
      let message = sample.messages[number]
      var decoder = MessageDecoder(options: Self.options)
      for earlier in sample.messages[..<number] { _ = try decoder.decode(earlier) }
      for index in message.body.indices {
        for change in [0x01, 0x80] as [UInt8] {
          var changed = sample.messages
          changed[number].body[index] ^= change
          _ = try read(changed[number...], decoder)
        }
      }
    }
  }

  @Test("every truncation", arguments: samples)
  func truncations(sample: Sample) throws {
    for number in sample.changed {
      let message = sample.messages[number]
      var decoder = MessageDecoder(options: Self.options)
      for earlier in sample.messages[..<number] { _ = try decoder.decode(earlier) }
      for count in message.header.indices {
        var changed = sample.messages
        changed[number].header.removeLast(message.header.count - count)
        _ = try read(changed[number...], decoder)
      }
      for count in message.body.indices {
        let cut = SentMessage(header: message.header, body: Array(message.body[..<count]))
        #expect(decoder.refusal(of: cut)?.code == .truncated)
      }
    }
  }

  @Test("random bytes", arguments: 1...4 as ClosedRange<UInt64>)
  func random(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<3000 {
      let count = Int.random(in: 0..<200, using: &generator)
      // Small numbers, so that some point to something.
      let header = (0..<count).map { _ in
        UInt8.random(in: Bool.random(using: &generator) ? 0...12 : 0...255, using: &generator)
      }
      #expect(try read([SentMessage(header: header, body: header)], MessageDecoder(options: Self.options)) == false)
    }
  }

  /// Decodes messages, and reads all that comes of them; whether it was a batch.
  private func read(
    _ messages: ArraySlice<SentMessage>, _ decoder: MessageDecoder, andWrite: Bool = false
  ) throws -> Bool {
    var decoder = decoder
    var last: RecordBatch?
    for message in messages {
      do throws(IPCError) {
        last = try decoder.decode(message).batch
      } catch {
        #expect(error.message != "")
        return false
      }
    }
    guard let last else { return false }
    #expect(try last.canonicalColumns().allSatisfy { $0.count == last.rowCount })
    // What is sound goes out again, and comes back. A type may have become one that is not written.
    if andWrite, let messages = try? last.messages().map(SentMessage.init) {
      var second = MessageDecoder()
      #expect(try second.batch(messages)?.canonicalColumns() == last.canonicalColumns())
    }
    return true
  }
}
