package import Synchronization

/// How far a call is, for those who watch it from other threads, and whether it is to stop.
package final class CallProgress: Sendable {
  /// The row that is under way, counted from 1; 0 before the first. Written by the interpreter's thread for every row.
  package let row = Atomic<Int>(0)
  /// Whether the call is to stop; read by the interpreter's thread before every row.
  package let isStopped = Atomic(false)

  package init() {}

  /// The row that is under way, counted from 0; nil before the first.
  package var currentRow: Int? {
    let row = row.load(ordering: .relaxed)
    return row > 0 ? row - 1 : nil
  }
}
