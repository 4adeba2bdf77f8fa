import CPythonABI
import Synchronization

/// The policy of the main interpreter, which stays while sources come and go there, and the guards of these.
///
/// Two sources there may have different folders and logs of denials, so each thread of ours has its own source's guard.
/// Threads of other origin, such as those that code there starts, are asked by the newest one.
enum MainPolicy {
  /// Written once, before there is any other interpreter.
  nonisolated(unsafe) static var interpreter: OpaquePointer?

  private struct State {
    var policy: InterpreterPolicy?
    var places: PolicyPlaces?
  }

  private static let state = Mutex(State())
  private static let newest = Atomic<UInt>(0)

  /// The guard that code in the main interpreter is asked by on the calling thread.
  static var guardOfThread: PolicyGuard? {
    if BuiltinModules.isThreadKnown { return BuiltinModules.guardOfThread }
    guard let newest = UnsafeRawPointer(bitPattern: newest.load(ordering: .acquiring)) else { return nil }
    return Unmanaged<PolicyGuard>.fromOpaque(newest).takeUnretainedValue()
  }

  /// Lets a policy hold in the main interpreter for as long as the process lives. Under its GIL.
  ///
  /// - Parameter change: changes the interpreter's modules, which cannot be changed back.
  /// - Returns: nil for a policy that allows everything.
  /// - Throws: `PythonRuntimeError` with code `badPolicy` when another one holds.
  static func places(_ policy: InterpreterPolicy, change: () throws -> PolicyPlaces) throws -> PolicyPlaces? {
    let known = state.withLock { ($0.policy, $0.places) }
    if let held = known.0 {
      guard held == policy else {
        throw PythonRuntimeError(
          .badPolicy,
          """
          the main interpreter has the policy "\(held.name)" for as long as the process lives, because code has run there \
          under it; a source with another policy ("\(policy.name)") needs an isolated interpreter or a process of its own
          """)
      }
      return known.1
    }
    let places = policy.isUnrestricted ? nil : try change()
    state.withLock { ($0.policy, $0.places) = (policy, places) }
    return places
  }

  /// Notes the guard of a source; it is kept for ever, as threads that the source started may outlive it.
  static func add(_ policyGuard: PolicyGuard) {
    newest.store(UInt(bitPattern: Unmanaged.passRetained(policyGuard).toOpaque()), ordering: .releasing)
  }
}
