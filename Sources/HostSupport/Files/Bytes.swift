#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Bytes in and out of descriptors.
package enum Bytes {
  /// Writes all bytes; gives false when nobody reads any more.
  ///
  /// - Parameter isSocket: whether it is a socket. When nobody reads any more that is an error then, and no signal.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, isSocket: Bool = false) -> Bool {
    var rest = bytes[...]
    while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
      let count = isSocket ? send(descriptor, start, rest.count, noSignal) : systemWrite(descriptor, start, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      rest = rest.dropFirst(count)
    }
    return true
  }

  package static func write(_ bytes: [UInt8], to descriptor: Int32, isSocket: Bool = false) -> Bool {
    bytes.withUnsafeBytes { write($0, to: descriptor, isSocket: isSocket) }
  }

  /// Reads so many bytes; gives false at the end.
  package static func read(_ target: UnsafeMutableRawBufferPointer, from descriptor: Int32) -> Bool {
    var filled = 0
    while filled < target.count, let start = target.baseAddress {
      let count = systemRead(descriptor, start + filled, target.count - filled)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      filled += count
    }
    return true
  }

  package static func read(_ count: Int, from descriptor: Int32) -> [UInt8]? {
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      isWhole = read(UnsafeMutableRawBufferPointer(target), from: descriptor)
      initialized = isWhole ? count : 0
    }
    return isWhole ? bytes : nil
  }

  /// Reads what there is, at most so many bytes; empty at the end.
  package static func readSome(_ most: Int, from descriptor: Int32) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: most) { target, initialized in
      var count = -1
      repeat { count = systemRead(descriptor, target.baseAddress, most) } while count < 0 && errno == EINTR
      initialized = max(0, count)
    }
  }

  /// Reads up to the end; nil when that cannot be read.
  package static func readToEnd(from descriptor: Int32) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = systemRead(descriptor, &piece, piece.count)
      if count == 0 { return bytes }
      if count > 0 { bytes += piece[..<count] } else if errno != EINTR { return nil }
    }
  }
}

#if os(Linux)
  private let noSignal = Int32(MSG_NOSIGNAL)
#else
  private let noSignal: Int32 = 0
#endif
private let systemWrite = write
private let systemRead = read
