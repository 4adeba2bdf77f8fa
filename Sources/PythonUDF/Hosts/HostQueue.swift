import Functions
import Synchronization

/// The idle hosts of a pool, and those who wait for one, in the order they came.
final class HostQueue<Host: Sendable>: Sendable {
  typealias Receive = @Sendable (Result<Host, any Error>) -> Void

  private struct Waiting {
    let receive: Receive
    /// Whether a host will do; nil for any.
    let willDo: (@Sendable (Host) -> Bool)?
  }

  private struct State {
    var idle: [Host] = []
    /// Those before `next` have been served; one that has left is nil. Serving one does not move the others.
    var waiting: [Waiting?] = []
    var next = 0
    /// How many callers have been taken out of the front of `waiting`: a ticket is a place in the list as if none had.
    var served = 0
    /// How many wait.
    var count = 0
    /// Why nobody gets a host any more; nil while they do.
    var refusal: UDFError?

    /// Takes those out of the front who have been served or have left.
    mutating func forgetServed() {
      while next < waiting.count, waiting[next] == nil { next += 1 }
      // Under a load that never lets the list run empty, those already served must go all the same.
      guard next * 2 >= waiting.count else { return }
      waiting.removeFirst(next)
      served += next
      next = 0
    }

    /// Those who wait, who do not any more.
    mutating func empty() -> [Receive] {
      defer {
        served += waiting.count
        (waiting, next, count) = ([], 0, 0)
      }
      return waiting[next...].compactMap { $0?.receive }
    }
  }

  private let state = Mutex(State())
  private let limit: Int

  /// - Parameter limit: how many may wait; nil for any number.
  init(limit: Int? = nil) { self.limit = limit ?? Int.max }

  /// Hands over an idle host, now or when there is one.
  ///
  /// - Parameters:
  ///   - willDo: which host will do, for what has begun on one; then any number may wait. Nil for any host.
  ///   - receive: called once, by this call or on another thread: with a host, with why there is none (`UDFError`), or
  ///     with what `leave` was given.
  /// - Returns: a ticket for `leave` when the caller has to wait; nil when `receive` has been called.
  func take(where willDo: (@Sendable (Host) -> Bool)? = nil, _ receive: @escaping Receive) -> Int? {
    var ticket: Int?
    let now = state.withLock { state -> Result<Host, any Error>? in
      if let refusal = state.refusal { return .failure(refusal) }
      if let willDo {
        if let place = state.idle.firstIndex(where: willDo) { return .success(state.idle.remove(at: place)) }
      } else if let host = state.idle.popLast() {
        return .success(host)
      }
      guard willDo != nil || state.count < limit else {
        return .failure(
          UDFError(.busy, "\(limit) calls wait for an interpreter already; try again later, or allow more"))
      }
      state.waiting.append(Waiting(receive: receive, willDo: willDo))
      state.count += 1
      ticket = state.served + state.waiting.count - 1
      return nil
    }
    if let now { receive(now) }
    return ticket
  }

  /// Takes an idle host, if there is one.
  func takeIdle() -> Host? { state.withLock { $0.refusal == nil ? $0.idle.popLast() : nil } }

  /// Takes somebody out who waits, and gives them the error; does nothing when they have been served.
  func leave(_ ticket: Int, because error: any Error) {
    let receive = state.withLock { state -> Receive? in
      let place = ticket - state.served
      guard place >= state.next, place < state.waiting.count, let waiting = state.waiting[place].take() else {
        return nil
      }
      state.count -= 1
      return waiting.receive
    }
    receive?(.failure(error))
  }

  /// Serves who has waited longest of those whom this host will do for.
  func give(back host: Host) {
    let first = state.withLock { state -> Receive? in
      var place = state.next
      while place < state.waiting.count {
        defer { place += 1 }
        guard let waiting = state.waiting[place], waiting.willDo?(host) ?? true else { continue }
        state.waiting[place] = nil
        state.count -= 1
        state.forgetServed()
        return waiting.receive
      }
      state.idle.append(host)
      return nil
    }
    first?(.success(host))
  }

  /// Refuses those who wait for a host that is gone, for this reason.
  func refuseWaiting(for host: Host, because error: UDFError) {
    let refused = state.withLock { state in
      var refused: [Receive] = []
      for place in state.waiting.indices where state.waiting[place]?.willDo?(host) == true {
        if let waiting = state.waiting[place].take() { refused.append(waiting.receive) }
      }
      state.count -= refused.count
      return refused
    }
    for receive in refused { receive(.failure(error)) }
  }

  /// Refuses those who wait now, for this reason.
  func refuseWaiting(because error: UDFError) {
    for receive in state.withLock({ $0.empty() }) { receive(.failure(error)) }
  }

  /// Refuses everyone who waits now or comes later, for this reason.
  func close(because refusal: UDFError) {
    let waiting = state.withLock { state in
      state.refusal = refusal
      return state.empty()
    }
    for receive in waiting { receive(.failure(refusal)) }
  }

  /// How many wait.
  var count: Int { state.withLock(\.count) }

  /// The hosts that nobody has now.
  var idle: [Host] { state.withLock(\.idle) }
}
