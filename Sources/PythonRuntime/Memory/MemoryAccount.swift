import HostSupport
import CPythonABI
import Synchronization

/// What one interpreter has allocated, and how much it may.
///
/// May be used from any thread, also after the end of the interpreter.
package final class MemoryAccount: Sendable {
  let counter = MemoryCounter()

  init(limit: Int?) { if let limit { counter.setLimit(limit) } }

  deinit { counter.close() }

  package var usage: MemoryUsage {
    MemoryUsage(current: counter.bytes, peak: counter.peak, limit: counter.limit)
  }

  /// Why nothing is counted in this process; nil when it is.
  package var obstacle: String? { RawDomain.obstacle }

  // MARK: The limit

  /// Lets the limit apply from now on.
  func beginLimiting() { counter.resumeLimit() }

  /// Takes the limit away, for the end of the interpreter. Under the GIL.
  func endLimiting() { counter.setLimit(MemoryCounter.unlimited) }

  /// Sets the limit unless a lower one is set. Under the GIL.
  func lowerLimit(to bytes: Int) { counter.setLimit(min(counter.limit ?? bytes, bytes)) }

  /// Lifts the limit by 64 MiB until `resumeLimit`: what Clutch itself does in Python, above all to say that the limit was
  /// reached, must not fail because of it. Under the GIL.
  package func suspendLimit() { counter.suspendLimit() }

  package func resumeLimit() { counter.resumeLimit() }

  /// Counts memory of ours that Python code keeps, until `discharge`. That it is more than the limit shows when Python asks
  /// for memory next.
  package func charge(_ bytes: Int) { counter.add(bytes) }

  package func discharge(_ bytes: Int) { counter.subtract(bytes) }

  /// How often the limit has refused memory.
  package var refusals: Int { counter.refusals }

  /// What the limit refused last, in words.
  package var refusalDescription: String {
    let (asked, used) = counter.lastRefusal
    return asked == 0
      ? "an import brought it to \(ByteCount(used))"
      : "\(ByteCount(used)) were in use and \(ByteCount(asked)) more were asked for"
  }

  // MARK: The accounts of the live interpreters, for threads that are not an interpreter's own

  private static let live = Mutex<[Int64: MemoryAccount]>([:])

  static func register(_ account: MemoryAccount, for interpreter: Int64) {
    live.withLock { $0[interpreter] = account }
  }

  static func unregister(_ interpreter: Int64) {
    // Let go of outside the lock.
    let account = live.withLock { $0.removeValue(forKey: interpreter) }
    _ = account
  }

  /// Whom to charge for what the calling thread allocates: the interpreter it was made for, or the one whose thread state
  /// it has, as a thread that user code started; nil for the main interpreter and where no interpreter is current.
  static func current(_ api: PythonAPI) -> MemoryCounter? {
    if let counter = MemoryCounter.ofThread { return counter }
    let interpreter = api.currentInterpreter
    guard interpreter > 0 else { return nil }
    return live.withLock { $0[interpreter]?.counter }
  }
}

extension UnsafePointer<PythonFunctions> {
  /// The id of the interpreter whose thread state the calling thread has; -1 for none.
  var currentInterpreter: Int64 {
    guard let state = (pointee.PyThreadState_GetUnchecked ?? pointee._PyThreadState_UncheckedGet)?() else { return -1 }
    return pointee.PyInterpreterState_GetID(pointee.PyThreadState_GetInterpreter(state))
  }
}
