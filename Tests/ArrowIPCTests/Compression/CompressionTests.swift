@testable import ArrowIPC
import Columnar
import TestSupport
import Testing

@Suite("Compressed bodies", .timeLimit(.minutes(30))) struct CompressionTests {
  private static let zeros = Column((0..<100_000).map { _ in 0 as Int64? })

  @Test("what can be made smaller is, and the rest stays as it is", arguments: IPCCompression.allCases)
  func sizes(compression: IPCCompression) throws {
    var generator = SplitMix64(seed: 1)
    let noise = Column((0..<1000).map { _ in Int64.random(in: .min ... .max, using: &generator) as Int64? })
    let batch = try Samples.batch([("zeros", Self.zeros.slice(0..<1000)), ("noise", noise)])
    let message = try #require(try batch.messages(compression).last)
    #expect(message.body.count { $0.byteCount == 8000 } == 1)
    #expect(message.bodyByteCount < 8200)
    var decoder = MessageDecoder()
    let back = try decoder.batch(batch.messages(compression).map(SentMessage.init))
    #expect(try back?.canonicalColumns() == batch.canonicalColumns())
  }

  /// A message with one compressed column of `int64`, whose buffer says that it becomes `declared` bytes.
  private func message(
    _ compression: IPCCompression, _ column: Column, declared: Int64?, cutting: Int = 0
  ) throws -> (MessageDecoder, SentMessage) {
    let messages = try Samples.batch([("x", column)]).messages(compression).map(SentMessage.init)
    var decoder = MessageDecoder(options: IPCReadOptions(maxDecompressedBytes: 4 << 20))
    _ = try decoder.decode(messages[0])
    var message = messages[1]
    if let declared { message.body.replaceSubrange(0..<8, with: FlatWriter.bytes(declared)) }
    if cutting > 0 {
      // The buffer's size is in the metadata: the first number that is it, as it is a large one.
      let size = try #require(try compressedSize(compression, column))
      let bytes = FlatWriter.bytes(Int64(size))
      let start = try #require(
        (0..<message.header.count - 8).last { Array(message.header[$0..<$0 + 8]) == bytes })
      message.header.replaceSubrange(start..<start + 8, with: FlatWriter.bytes(Int64(size - cutting)))
    }
    return (decoder, message)
  }

  private func compressedSize(_ compression: IPCCompression, _ column: Column) throws -> Int? {
    try compression.codec.compressed(column.buffers[0]).first?.byteCount
  }

  @Test("sizes that are said are not believed", arguments: IPCCompression.allCases)
  func declaredSizes(compression: IPCCompression) throws {
    let cases: [(Int64, IPCError.Code)] = [
      (1 << 40, .invalidMessage), (.max, .invalidMessage), (-2, .invalidMessage), (.min, .invalidMessage),
      (799_999, .compression), (800_001, .invalidMessage), (0, .invalidColumn),
      (8, .compression),
    ]
    for (declared, code) in cases {
      let (decoder, message) = try message(compression, Self.zeros, declared: declared)
      let error = try #require(decoder.refusal(of: message), "\(declared)")
      #expect(error.code == code, "\(declared): \(error)")
    }
    let (decoder, sound) = try message(compression, Self.zeros, declared: nil)
    #expect(decoder.refusal(of: sound) == nil)
  }

  @Test("a body that would become too much is refused before it does", arguments: IPCCompression.allCases)
  func bomb(compression: IPCCompression) throws {
    let large = Column((0..<600_000).map { _ in 0 as Int64? })
    let (decoder, message) = try message(compression, large, declared: nil)
    #expect(message.body.count < 40_000)
    let error = decoder.refusal(of: message)
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.contains("becomes 4800000 bytes, and only 4194304 more") == true)
    #expect(error?.message.contains("raise maxDecompressedBytes") == true)
    // The limit is one of the message, whatever the number of its columns.
    let batch = try Samples.batch((0..<6).map { ("c\($0)", Self.zeros) })
    var limited = MessageDecoder(options: IPCReadOptions(maxDecompressedBytes: 6 * 800_000 - 1))
    #expect { try limited.batch(batch.messages(compression).map(SentMessage.init)) } throws: {
      ($0 as? IPCError)?.code == .limitExceeded
    }
  }

  @Test("compressed bytes that are cut short or spoilt are refused", arguments: IPCCompression.allCases)
  func broken(compression: IPCCompression) throws {
    let numbers = Column((0..<1000).map { Int64($0 * $0) as Int64? })
    let size = try #require(try compressedSize(compression, numbers))
    for cutting in [1, 4, 100, size - 9, size - 8] {
      let (decoder, message) = try message(compression, numbers, declared: nil, cutting: cutting)
      #expect(decoder.refusal(of: message) != nil, "\(cutting)")
    }
    for index in 0..<16 {
      var (decoder, message) = try message(compression, numbers, declared: nil)
      message.body[8 + index] ^= 0xFF
      // Some bits of a frame say nothing, or change a value.
      if let error = decoder.refusal(of: message) {
        #expect([.compression, .invalidMessage].contains(error.code))
      } else {
        let batch = try decoder.decode(message).batch
        #expect(batch?.rowCount == 1000)
      }
    }
  }

  @Test("without its library, an error says what to install")
  func missing() {
    #expect {
      try CodecLibrary("Zstandard", files: ["libnowhere-to-be-found.so.9"], package: "libzstd1 on Debian")
    } throws: { error in
      (error as? IPCError)?.code == .missingLibrary
        && "\(error)"
          == "the columns are compressed with Zstandard, whose library (libnowhere-to-be-found.so.9) cannot be "
          + "loaded; install it (libzstd1 on Debian), or have them sent without compression"
    }
    #expect {
      try CodecLibrary("LZ4", files: CodecLibrary.files("liblz4"), package: "").function("LZ4F_nothing", as: Int.self)
    } throws: {
      "\($0)".contains("lacks the function LZ4F_nothing")
    }
  }
}
