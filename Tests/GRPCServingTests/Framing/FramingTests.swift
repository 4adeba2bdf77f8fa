#if Server
  @testable import GRPCServing
  import NIOCore
  import Testing

  extension Serving {
    @Suite("Framing") struct FramingTests {
      private static func prefix(_ length: Int, flag: UInt8 = 0) -> [UInt8] {
        [flag] + RawFrame.bigEndian(UInt32(length))
      }

      @Test(
        "messages may come in pieces of any size, and end at multiples of 16 in memory",
        arguments: [1, 2, 4, 5, 6, 7, 100, 1000, 1_000_000])
      func pieces(size: Int) throws {
        let lengths = [0, 1, 15, 16, 17, 1000, 4095, 100_000, 3, 0, 0, 70_000]
        let messages = lengths.enumerated().map { number, length in
          (0..<length).map { UInt8(truncatingIfNeeded: $0 + number) }
        }
        let bytes = messages.flatMap { Self.prefix($0.count) + $0 }
        var reader = MessageReader(limit: 100_000, allocator: ByteBufferAllocator())
        var read: [ByteBuffer] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
          reader.append(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
          while let message = try reader.next() { read.append(message) }
        }
        #expect(read.map { Array(buffer: $0) } == messages)
        #expect(!reader.isWithinMessage)
        for message in read where message.readableBytes > 0 {
          let end = message.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) + UInt($0.count) }
          #expect(end % 16 == 0)
        }
      }

      @Test("memory grows with what has come")
      func growth() throws {
        var reader = MessageReader(limit: 1 << 30, allocator: ByteBufferAllocator())
        reader.append(ByteBuffer(bytes: Self.prefix(1 << 30)))
        let message = try reader.next()
        #expect(message == nil)
        let before = try residentBytes()
        for _ in 0..<64 {
          reader.append(ByteBuffer(repeating: 1, count: 1 << 16))
          let message = try reader.next()
          #expect(message == nil)
        }
        #expect(reader.isWithinMessage)
        // 4 MiB came.
        #expect(try residentBytes() - before < 16 << 20)
      }

      @Test(
        "many small messages in many pieces are read in a time that is proportional to them", .timeLimit(.minutes(30)))
      func small() throws {
        var reader = MessageReader(limit: 100, allocator: ByteBufferAllocator())
        for _ in 0..<200_000 { reader.append(ByteBuffer(bytes: Self.prefix(1) + [7])) }
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == 200_000)
      }

      @Test("what is too large or compressed is found at the prefix")
      func problems() {
        func problem(_ bytes: [UInt8]) -> MessageReader.Problem? {
          var reader = MessageReader(limit: 10, allocator: ByteBufferAllocator())
          reader.append(ByteBuffer(bytes: bytes))
          do throws(MessageReader.Problem) {
            _ = try reader.next()
            return nil
          } catch {
            return error
          }
        }
        #expect(problem(Self.prefix(11)) == .tooLarge(length: 11, limit: 10))
        #expect(problem([0, 0xFF, 0xFF, 0xFF, 0xFF]) == .tooLarge(length: 0xFFFF_FFFF, limit: 10))
        #expect(problem([1]) == .compressed)
        #expect(problem([9]) == .unknownFlag(9))
      }

      @Test("parts become one message, large ones without a copy")
      func parts() throws {
        let large = ByteBuffer(repeating: 5, count: 10_000)
        let parts = [
          ByteBuffer(string: "ab"), large, ByteBuffer(), ByteBuffer(string: "c"), ByteBuffer(string: "d"), large, large,
        ]
        let buffers = try #require(MessageWriter.buffers(of: parts, allocator: ByteBufferAllocator()))
        #expect(buffers.map(\.readableBytes) == [7, 10_000, 2, 10_000, 10_000])
        #expect(buffers.flatMap { Array(buffer: $0) } == Self.prefix(30_004) + parts.flatMap { Array(buffer: $0) })
        #expect(
          MessageWriter.buffers(of: [], allocator: ByteBufferAllocator())?.map { Array(buffer: $0) } == [
            [0, 0, 0, 0, 0]
          ])
      }

      @Test("texts are cut before the first character that does not fit", arguments: 0...40)
      func percent(limit: Int) {
        let encoded = PercentEncoding.encode("a%ä🦆\nz", atMost: limit)
        #expect(encoded.utf8.count <= limit)
        let whole = "a%25%C3%A4%F0%9F%A6%86%0Az"
        let ends = [0, 1, 4, 10, 22, 25, 26]
        #expect(encoded == String(whole.prefix(ends.last { $0 <= limit } ?? 0)))
      }

      @Test(
        "timeouts in all units",
        arguments: [
          ("1H", Duration.seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)), ("4m", .milliseconds(4)),
          ("5u", .microseconds(5)),
          ("6n", .nanoseconds(6)), ("99999999H", .seconds(99_999_999 * 3600)), ("00000001S", .seconds(1)),
          ("0S", .zero),
        ])
      func timeouts(text: String, duration: Duration) { #expect(RequestTimeout.parse(text) == duration) }

      @Test(
        "texts that are no timeouts",
        arguments: ["", "S", "1", "1s", "+1S", "-1S", "1 S", "1.0S", "123456789S", "１S", "0x1S"])
      func noTimeouts(text: String) { #expect(RequestTimeout.parse(text) == nil) }
    }
  }
#endif
