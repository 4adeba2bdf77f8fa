import Synchronization

/// How often code of any interpreter asked to be told of lines or calls: of what does not run in Python nobody is told, so
/// whoever leaves Python out asks the interpreter again once this has changed.
package enum TraceRequests {
  private static let counter = Atomic<Int>(0)

  package static var count: Int { counter.load(ordering: .relaxed) }

  static func note() { counter.add(1, ordering: .relaxed) }
}
