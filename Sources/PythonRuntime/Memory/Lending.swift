internal import Synchronization

/// Memory of Python objects of the main interpreter that columns use where they lie, on threads that have no GIL.
///
/// The main interpreter, and so such memory, is there for as long as the process. What is not used any more waits until its
/// owner has the GIL again, which is with the next thing that is done in the interpreter.
package final class Lending: Sendable {
  /// Something to do under the GIL.
  private struct Return: @unchecked Sendable {
    // Sendable because the lock of `state` hands it on, and it is run once, under the GIL.
    let run: () -> Void
  }

  private struct State {
    var returns: [Return] = []
    var isOver = false
  }

  private let state = Mutex(State())
  /// Looked at each time that the GIL is taken.
  private let hasReturns = Atomic(false)

  /// What was lent by sources that have ended since.
  static let orphans = Lending()

  package init() {}

  /// Notes that memory is used until what this gives is called, once, on any thread.
  ///
  /// - Parameter takeBack: run under the GIL some time after that.
  package func lend(until takeBack: @escaping () -> Void) -> @Sendable () -> Void {
    let back = Return(run: takeBack)
    return { [self] in give(back) }
  }

  private func give(_ back: Return) {
    let isOver = state.withLock { state in
      if !state.isOver { state.returns.append(back) }
      return state.isOver
    }
    if isOver { Self.orphans.give(back) } else { hasReturns.store(true, ordering: .releasing) }
  }

  /// Takes back what is not used any more. Called under the GIL.
  package func takeBack() {
    guard hasReturns.load(ordering: .acquiring) else { return }
    let returns = state.withLock { state in
      hasReturns.store(false, ordering: .relaxed)
      defer { state.returns = [] }
      return state.returns
    }
    for back in returns { back.run() }
  }

  /// Takes back what is not used any more, for the last time; what comes later comes back to whoever is in the main
  /// interpreter then.
  func end() {
    state.withLock { $0.isOver = true }
    takeBack()
  }
}
