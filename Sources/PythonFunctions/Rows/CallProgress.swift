package import Synchronization

/// How far a call is, for those who watch it from other threads, and whether it is to stop.
package final class CallProgress: @unchecked Sendable {
  // Sendable because what both constants stand for is atomic.

  /// The row that is under way, counted from 1; 0 before the first. Written by the interpreter's thread for every row.
  ///
  /// At an address of its own, where a handler reads it should the process die of a fault; there until this object goes.
  package let row: UnsafeMutablePointer<Atomic<Int>>
  /// Whether the call is to stop; read by the interpreter's thread before every row.
  package let isStopped = Atomic(false)
  /// How often a step of the event loop has begun or ended: odd while one is under way. For calls of async functions.
  package let beats = Atomic(0)

  /// Notes that a step of the event loop begins or ends; by the interpreter's thread alone.
  func beat(begins: Bool) {
    let beats = self.beats.load(ordering: .relaxed)
    self.beats.store((beats + 1) & ~1 + (begins ? 1 : 2), ordering: .relaxed)
  }

  package init() {
    row = .allocate(capacity: 1)
    row.initialize(to: Atomic(0))
  }

  deinit {
    row.deinitialize(count: 1)
    row.deallocate()
  }

  /// The row that is under way, counted from 0; nil before the first.
  package var currentRow: Int? {
    let row = row.pointee.load(ordering: .relaxed)
    return row > 0 ? row - 1 : nil
  }
}
