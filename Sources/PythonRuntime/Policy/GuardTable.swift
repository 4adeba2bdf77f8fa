import Synchronization

/// The guards of the interpreters that have a policy, by the address of the interpreter.
///
/// Read at every audit event of every interpreter, so reading takes no lock. An entry is written before its interpreter
/// runs user code and taken out after it has ended, both on its thread, so that whoever looks up an address that can
/// still change looks up somebody else's. Entries never move.
final class GuardTable: @unchecked Sendable {
  // Sendable: the slots are atomics that live as long as the process; who may change them is decided by `writing`.
  private let keys: UnsafeMutablePointer<Atomic<UInt>>
  private let guards: UnsafeMutablePointer<Atomic<UInt>>
  private let writing = Mutex(())

  /// More interpreters than fit into a machine's memory.
  private static let capacity = 4096
  /// An entry that was taken out; the ones behind it must still be found.
  private static let removed: UInt = 1

  init() {
    keys = .allocate(capacity: Self.capacity)
    guards = .allocate(capacity: Self.capacity)
    for slot in 0..<Self.capacity {
      (keys + slot).initialize(to: Atomic(0))
      (guards + slot).initialize(to: Atomic(0))
    }
  }

  /// The guard of an interpreter, or nil when it has no policy.
  @inline(__always)
  func find(_ interpreter: OpaquePointer) -> PolicyGuard? {
    let key = UInt(bitPattern: interpreter)
    var slot = Self.home(key)
    for _ in 0..<Self.capacity {
      let found = keys[slot].load(ordering: .acquiring)
      if found == 0 { return nil }
      if found == key {
        let address = guards[slot].load(ordering: .relaxed)
        guard let pointer = UnsafeRawPointer(bitPattern: address) else { return nil }
        return Unmanaged<PolicyGuard>.fromOpaque(pointer).takeUnretainedValue()
      }
      slot = (slot + 1) & (Self.capacity - 1)
    }
    return nil
  }

  /// False when there is no room, or an entry for the interpreter already.
  func insert(_ policyGuard: PolicyGuard, for interpreter: OpaquePointer) -> Bool {
    writing.withLock { _ in
      guard find(interpreter) == nil else { return false }
      var slot = Self.home(UInt(bitPattern: interpreter))
      for _ in 0..<Self.capacity {
        if keys[slot].load(ordering: .relaxed) <= Self.removed {
          let kept = Unmanaged.passRetained(policyGuard).toOpaque()
          guards[slot].store(UInt(bitPattern: kept), ordering: .relaxed)
          keys[slot].store(UInt(bitPattern: interpreter), ordering: .releasing)
          return true
        }
        slot = (slot + 1) & (Self.capacity - 1)
      }
      return false
    }
  }

  /// Does nothing for an interpreter without a policy.
  func remove(_ interpreter: OpaquePointer) {
    writing.withLock { _ in
      var slot = Self.home(UInt(bitPattern: interpreter))
      for _ in 0..<Self.capacity {
        let found = keys[slot].load(ordering: .relaxed)
        if found == 0 { return }
        if found == UInt(bitPattern: interpreter) { return clear(slot) }
        slot = (slot + 1) & (Self.capacity - 1)
      }
    }
  }

  private func clear(_ slot: Int) {
    let address = guards[slot].load(ordering: .relaxed)
    let next = (slot + 1) & (Self.capacity - 1)
    // Marks with nothing behind them become free again, or every search would end up passing thousands of them.
    if keys[next].load(ordering: .relaxed) == 0 {
      var last = slot
      repeat {
        keys[last].store(0, ordering: .releasing)
        last = (last - 1) & (Self.capacity - 1)
      } while keys[last].load(ordering: .relaxed) == Self.removed
    } else {
      keys[slot].store(Self.removed, ordering: .releasing)
    }
    if let pointer = UnsafeRawPointer(bitPattern: address) {
      Unmanaged<PolicyGuard>.fromOpaque(pointer).release()
    }
  }

  @inline(__always)
  private static func home(_ key: UInt) -> Int {
    Int(truncatingIfNeeded: (UInt64(key) &* 0x9E37_79B9_7F4A_7C15) >> 52)
  }
}
