import Synchronization

/// Stops calls that are under way; those that begin later run as usual.
package final class Interruption: Sendable {
  private let count = Atomic(0)

  package init() {}

  /// How often it has happened; a call that sees this change ends.
  @inline(__always)
  var generation: Int { count.load(ordering: .relaxed) }

  func interrupt() { count.add(1, ordering: .relaxed) }
}
