internal import CLinuxABI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A pipe of this process's, which no other process that is started gets.
package struct Pipe: Sendable {
  package let reading: Int32
  package let writing: Int32

  package init() throws(WorkerError) {
    var ends: [Int32] = [-1, -1]
    #if os(Linux)
      let status = pipe2(&ends, O_CLOEXEC)
    #else
      let status = pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    #endif
    guard status == 0 else { throw WorkerError("a worker cannot be started: \(lastProblem)") }
    (reading, writing) = (ends[0], ends[1])
  }
}

/// Two connected sockets. Unlike a pipe it can be written to when nobody reads any more: that is an error then, and no signal,
/// which would be the whole process's.
package struct SocketPair: Sendable {
  package let own: Int32
  package let other: Int32

  package init() throws(WorkerError) {
    var ends: [Int32] = [-1, -1]
    #if os(Linux)
      let status = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
    #else
      let status = socketpair(AF_UNIX, SOCK_STREAM, 0, &ends)
      var on: Int32 = 1
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        setsockopt(end, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
      }
    #endif
    guard status == 0 else { throw WorkerError("a worker cannot be started: \(lastProblem)") }
    (own, other) = (ends[0], ends[1])
  }
}

/// Bytes in and out of descriptors.
package enum Bytes {
  /// Writes all bytes; gives false when nobody reads any more.
  ///
  /// - Parameter isSocket: whether it is one of a ``SocketPair``.
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
}

#if os(Linux)
  private let noSignal = Int32(MSG_NOSIGNAL)
#else
  private let noSignal: Int32 = 0
#endif
private let systemWrite = write
private let systemRead = read
