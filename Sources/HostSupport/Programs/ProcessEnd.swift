/// How a process has ended.
package enum ProcessEnd: Sendable, Hashable {
  case exited(status: Int32)
  case signalled(Int32)
  /// Somebody else has waited for it.
  case unknown

  /// - Parameter status: what `waitpid` gives.
  init(status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited(status: (status >> 8) & 0xff) : .signalled(signal)
  }
}
