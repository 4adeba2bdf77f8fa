import Synchronization

/// Some dedicated threads together: what lives on them can be reached without a change of thread by whoever borrows them.
///
/// The threads end with the last reference. All members may be used from any thread.
public final class ThreadGroup: Sendable {
  package let threads: [DedicatedThread]

  private enum Loan {
    /// → `lent`.
    case free
    /// The borrower, who leaves the threads when this is called; → `free`.
    case lent(@Sendable () -> Void)
  }

  private let loan = Mutex(Loan.free)

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - count: how many, at least 1.
  ///   - name: what debuggers show.
  /// - Throws: `ThreadConfinementError.threadNotCreated`.
  public init(count: Int, name: String = "worker") throws {
    threads = try (0..<max(1, count)).map { _ in try DedicatedThread(name: name) }
  }

  /// How many threads there are.
  public var count: Int { threads.count }

  /// Whether somebody has borrowed the threads.
  public var isLent: Bool { loan.withLock { if case .lent = $0 { true } else { false } } }

  /// Lends the threads to one borrower; work that they have been given before is done first.
  ///
  /// - Parameter leave: called once, by `reclaim`; it must make the borrower's work on the threads end, and wait for that.
  /// - Throws: `ThreadConfinementError.lent` while another one has them, `givenUp` when one of them was.
  package func lend(leave: @escaping @Sendable () -> Void) throws(ThreadConfinementError) -> [DedicatedThread] {
    if threads.contains(where: \.isGivenUp) { throw .givenUp }
    let isFree = loan.withLock { loan in
      guard case .free = loan else { return false }
      loan = .lent(leave)
      return true
    }
    guard isFree else { throw .lent }
    return threads
  }

  /// Makes the borrower, if there is one, leave the threads, and waits for that.
  package func reclaim() {
    let leave: (@Sendable () -> Void)? = loan.withLock { loan in
      guard case .lent(let leave) = loan else { return nil }
      loan = .free
      return leave
    }
    leave?()
  }
}
