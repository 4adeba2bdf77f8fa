import HostSupport
import CPythonABI
import Synchronization

/// What one interpreter has allocated, and how much it may.
///
/// May be used from any thread, also after the end of the interpreter.
package final class MemoryAccount: Sendable {
  let counter: MemoryCounter

  /// - Parameter isOfMain: whether it is of code in the main interpreter; only what that allocates is charged then.
  init(limit: Int?, isOfMain: Bool) {
    counter = MemoryCounter(isOfMain: isOfMain)
    if let limit { counter.setLimit(limit) }
  }

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

  /// In the main interpreter there can be several, and the newest pays.
  private static let live = Mutex<[Int64: [MemoryAccount]]>([:])

  /// How many there are in the main interpreter; so the start of CPython does not pay for looking.
  private static let mainCount = Atomic(0)

  static func register(_ account: MemoryAccount, for interpreter: Int64) {
    if interpreter == 0 { mainCount.add(1, ordering: .relaxed) }
    live.withLock { $0[interpreter, default: []].append(account) }
  }

  /// - Parameter account: one that the caller keeps, so that it does not end under the lock.
  static func unregister(_ account: MemoryAccount, for interpreter: Int64) {
    if interpreter == 0 { mainCount.subtract(1, ordering: .relaxed) }
    live.withLock { live in
      live[interpreter]?.removeAll { $0 === account }
      if live[interpreter]?.isEmpty == true { live[interpreter] = nil }
    }
  }

  /// Whom to charge for what the calling thread allocates: the interpreter it was made for, or the one whose thread state
  /// it has, as a thread that user code started; nil where no interpreter is current, and in the main one while no user
  /// code runs there.
  static func current(_ api: PythonAPI) -> MemoryCounter? {
    if let counter = MemoryCounter.ofThread { return counter }
    let interpreter = api.currentInterpreter
    guard interpreter > 0 || interpreter == 0 && mainCount.load(ordering: .relaxed) > 0 else { return nil }
    return live.withLock { $0[interpreter]?.last?.counter }
  }

  /// Whom to charge for an arena of an interpreter's, whose id is given. The main one's arenas serve all that happens there,
  /// also while another interpreter is made or imports an extension module, which are not to pay for them.
  static func payer(ofArenaIn interpreter: Int64, _ api: PythonAPI) -> MemoryCounter? {
    guard interpreter >= 0, let counter = current(api), interpreter > 0 || counter.isOfMain else { return nil }
    return counter
  }
}

extension UnsafePointer<PythonFunctions> {
  /// The id of the interpreter whose thread state the calling thread has; -1 for none.
  var currentInterpreter: Int64 {
    guard let state = (pointee.PyThreadState_GetUnchecked ?? pointee._PyThreadState_UncheckedGet)?() else { return -1 }
    return pointee.PyInterpreterState_GetID(pointee.PyThreadState_GetInterpreter(state))
  }
}
