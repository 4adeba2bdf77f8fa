package import Synchronization

/// How far a call is, for those who watch it from other threads, and whether it is to stop.
package final class CallProgress: @unchecked Sendable {
  // Sendable because what the constants stand for is atomic.

  /// The row that is under way, counted from 1; 0 before the first. Written by the interpreter's thread for every row.
  ///
  /// At an address of its own, where a handler reads it should the process die of a fault; there until this object goes.
  package let row: UnsafeMutablePointer<Atomic<Int>>
  /// Whether the call is to stop; read by the interpreter's thread before every row.
  package let isStopped = Atomic(false)
  /// How often a step of the event loop has begun or ended: odd while one is under way. For calls of async functions.
  package let beats: UnsafeMutablePointer<Atomic<Int>>
  /// What has the memory of both; nil where it is this object's own.
  private let owner: (any Sendable)?
  /// The same call in another process, which notes how far it is.
  private let elsewhere = Mutex<CallProgress?>(nil)

  /// Notes that a step of the event loop begins or ends; by the interpreter's thread alone.
  func beat(begins: Bool) {
    let beats = self.beats.pointee.load(ordering: .relaxed)
    self.beats.pointee.store((beats + 1) & ~1 + (begins ? 1 : 2), ordering: .relaxed)
  }

  package init() {
    row = .allocate(capacity: 1)
    row.initialize(to: Atomic(0))
    beats = .allocate(capacity: 1)
    beats.initialize(to: Atomic(0))
    owner = nil
  }

  /// The progress of a call that is noted in memory of somebody else's, from the beginning.
  package init(
    row: UnsafeMutablePointer<Atomic<Int>>, beats: UnsafeMutablePointer<Atomic<Int>>, owner: any Sendable
  ) {
    (self.row, self.beats, self.owner) = (row, beats, owner)
    row.pointee.store(0, ordering: .relaxed)
    beats.pointee.store(0, ordering: .relaxed)
  }

  deinit {
    guard owner == nil else { return }
    row.deinitialize(count: 1)
    row.deallocate()
    beats.deinitialize(count: 1)
    beats.deallocate()
  }

  /// Says how far the call is by what another process notes, from now on.
  package func follow(_ other: CallProgress) { elsewhere.withLock { $0 = other } }

  /// The row that is under way, counted from 1, and the steps of the event loop, wherever the call is.
  package var seen: (row: Int, beats: Int) {
    let noted = elsewhere.withLock { $0 } ?? self
    return (noted.row.pointee.load(ordering: .relaxed), noted.beats.pointee.load(ordering: .relaxed))
  }

  /// The row that is under way, counted from 0; nil before the first.
  package var currentRow: Int? {
    let row = seen.row
    return row > 0 ? row - 1 : nil
  }
}
