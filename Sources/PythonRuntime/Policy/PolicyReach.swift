/// How far the policy of an interpreter lets its code reach, for who can hold the whole process to that.
package struct PolicyReach: Sendable, Hashable {
  /// The files and folders that may be read, with everything below, those of Python and of its packages included; nil for all.
  package let readable: [String]?
  /// Those that may be written; nil for all.
  package let writable: [String]?
  /// Whether there is any network.
  package let hasNetwork: Bool
  /// Whether processes may be started and signalled.
  package let hasProcesses: Bool
}

extension Python {
  /// How far the interpreter's policy lets its code reach; nil where it may do everything.
  package var policyReach: PolicyReach? { state.policyGuard?.reach }
}

extension PolicyGuard {
  /// More than the guard itself allows in two ways: folders that modules are imported from may be read as a whole, and what
  /// is never written may be where it lies in a folder that may.
  fileprivate var reach: PolicyReach {
    let everythingRead = [readable, writable, libraries, modules, programs, installation, timeZones].flatMap(\.roots)
    return PolicyReach(
      readable: policy.read == .all || policy.write == .all ? nil : everythingRead,
      writable: policy.write == .all ? nil : writable.roots,
      hasNetwork: !policy.network.isNone, hasProcesses: policy.processes)
  }
}
