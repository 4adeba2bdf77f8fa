import HostSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What goes through a pipe: a question or an answer that lies in the shared memory, 40 bytes.
package struct Frame: Sendable, Hashable {
  /// Which call it is of.
  package var sequence: Int
  package var place: SharedMemory.Place
  /// Of an answer: how many events had been written before it. Of a question: nothing.
  package var events: Int
  /// Of an answer: up to where the worker still uses messages, which must stay.
  package var used: Int

  package init(_ sequence: Int, _ place: SharedMemory.Place, events: Int = 0, used: Int = 0) {
    (self.sequence, self.place, self.events, self.used) = (sequence, place, events, used)
  }

  private static let count = 6

  /// Writes it; gives false when nobody reads any more.
  package func write(to descriptor: Int32, isSocket: Bool = false) -> Bool {
    let words = [
      Int64(sequence), Int64(place.offset), Int64(place.valueByteCount), Int64(place.bufferByteCount), Int64(events),
      Int64(used),
    ]
    return words.withUnsafeBytes { Bytes.write($0, to: descriptor, isSocket: isSocket) }
  }

  /// Reads one; nil at the end.
  package static func read(from descriptor: Int32) -> Frame? {
    var words = [Int64](repeating: 0, count: count)
    guard words.withUnsafeMutableBytes({ Bytes.read($0, from: descriptor) }) else { return nil }
    return Frame(
      Int(words[0]),
      SharedMemory.Place(offset: Int(words[1]), valueByteCount: Int(words[2]), bufferByteCount: Int(words[3])),
      events: Int(words[4]), used: Int(words[5]))
  }
}

/// Small messages through a pipe: how many bytes, then these.
package enum SmallMessage {
  /// The longest there may be.
  static let limit = 16 << 20

  /// Writes one; gives false when nobody reads any more.
  package static func write(_ message: WireWriter, to descriptor: Int32, isSocket: Bool = false) -> Bool {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(message.bytes.count + 8)
    withUnsafeBytes(of: Int64(message.bytes.count)) { bytes.append(contentsOf: $0) }
    bytes += message.bytes
    return Bytes.write(bytes, to: descriptor, isSocket: isSocket)
  }

  /// What comes out of a pipe.
  package enum Received {
    case message(WireReader)
    /// Nobody writes any more.
    case end
    /// What comes is no message.
    case garbage
  }

  package static func receive(from descriptor: Int32) -> Received {
    var count: Int64 = 0
    guard withUnsafeMutableBytes(of: &count, { Bytes.read($0, from: descriptor) }) else { return .end }
    guard count >= 0, count <= limit else { return .garbage }
    return Bytes.read(Int(count), from: descriptor).map { .message(WireReader($0)) } ?? .end
  }

  /// Reads one; nil at the end, or when what comes is none.
  package static func read(from descriptor: Int32) -> WireReader? {
    if case .message(let message) = receive(from: descriptor) { message } else { nil }
  }
}
