/// Keeps memory alive for the buffers that point into it, and gives it back when the last is gone.
///
/// Several buffers may share one owner: an array imported from elsewhere has one release for all
/// of its buffers.
package final class BufferOwner: Sendable {
  private let release: @Sendable () -> Void

  /// `release` is called exactly once, on whichever thread drops the last reference.
  package init(release: @escaping @Sendable () -> Void) {
    self.release = release
  }

  deinit { release() }
}
