import Foundation
import Synchronization

/// The idle members of a pool, and those who wait for one, in the order they came.
final class IdleList<Member: Sendable>: Sendable {
  private struct State {
    var idle: [Member]
    /// Taken from `next`, so that serving one does not move the others.
    var waiting: [@Sendable (Result<Member, UDFError>) -> Void] = []
    var next = 0
    var isClosed = false
  }

  private let state: Mutex<State>

  init(_ members: [Member]) { state = Mutex(State(idle: members)) }

  /// Suspends the task until a member is idle.
  ///
  /// - Throws: `UDFError` with code `closed`.
  func take() async throws -> Member {
    try await withCheckedThrowingContinuation { continuation in
      take { continuation.resume(with: $0) }
    }
  }

  /// Blocks the thread until a member is idle.
  ///
  /// - Throws: `UDFError` with code `closed`.
  func takeAndWait() throws -> Member {
    if let member = state.withLock({ $0.isClosed ? nil : $0.idle.popLast() }) { return member }
    let taken = Mutex<Result<Member, UDFError>?>(nil)
    let ready = DispatchSemaphore(value: 0)
    take { result in
      taken.withLock { $0 = result }
      ready.signal()
    }
    ready.wait()
    guard let result = taken.withLock({ $0 }) else { throw Self.closed }
    return try result.get()
  }

  private func take(_ receive: @escaping @Sendable (Result<Member, UDFError>) -> Void) {
    let now: Result<Member, UDFError>? = state.withLock { state in
      if state.isClosed { return .failure(Self.closed) }
      if let member = state.idle.popLast() { return .success(member) }
      state.waiting.append(receive)
      return nil
    }
    if let now { receive(now) }
  }

  func give(back member: Member) {
    let waiting = state.withLock { state -> (@Sendable (Result<Member, UDFError>) -> Void)? in
      guard state.next < state.waiting.count else {
        state.idle.append(member)
        return nil
      }
      let first = state.waiting[state.next]
      state.next += 1
      // Under a load that never lets the list run empty, those already served must go all the same.
      if state.next * 2 >= state.waiting.count {
        state.waiting.removeFirst(state.next)
        state.next = 0
      }
      return first
    }
    waiting?(.success(member))
  }

  /// Refuses everyone who waits now or comes later.
  func close() {
    let waiting = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = [] }
      let left = state.waiting[state.next...]
      state.next = 0
      return left
    }
    for receive in waiting { receive(.failure(Self.closed)) }
  }

  private static var closed: UDFError { UDFError(.closed, "the pool of interpreters has been closed") }
}
