package import Synchronization

/// Where something lives that several steps of a call are about, when that is another process.
package final class RemotePlace: Sendable {
  /// What the other process calls it: no two in this process have the same.
  package let number = next.wrappingAdd(1, ordering: .relaxed).newValue
  /// Which of the processes it is in, by their own numbers; 0 before its first step.
  package let process = Atomic(0)

  private static let next = Atomic(0)

  package init() {}
}
