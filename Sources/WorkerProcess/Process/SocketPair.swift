#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

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
