internal import CLinuxABI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A pipe of this process's, which no other process that is started gets.
package struct PipeEnds: Sendable {
  package let reading: Int32
  package let writing: Int32

  package init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    #if os(Linux)
      let status = pipe2(&ends, O_CLOEXEC)
    #else
      let status = pipe(&ends)
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    #endif
    guard status == 0 else { throw SystemError(errno) }
    (reading, writing) = (ends[0], ends[1])
  }
}
