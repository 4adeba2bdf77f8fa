import Synchronization

/// How many batches a server may have, running and waiting, whatever their functions.
package final class BatchLimit: Sendable {
  private let most: Int
  private let count = Atomic(0)

  package init(_ most: Int) { self.most = most }

  /// How many there are.
  package var current: Int { count.load(ordering: .relaxed) }

  /// Counts one more.
  ///
  /// - Throws: `FlightError` with `unavailable`, since another server may have room, when that would be too many.
  func enter() throws(FlightError) {
    guard count.add(1, ordering: .relaxed).newValue > most else { return }
    leave()
    throw FlightError(
      .unavailable,
      "the server has \(most) batches running and waiting, and takes no more; try another server, send fewer at once, or "
        + "raise --max-concurrent-batches")
  }

  func leave() { count.subtract(1, ordering: .relaxed) }
}

/// The queue for the interpreters of one file: first come, first served.
///
/// A batch runs when one of the places is free. Waiting blocks no thread.
package final class BatchQueue: Sendable {
  private struct State {
    var free: Int
    var waiting: [(number: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    var next = 0
    /// Those that wait, or are about to.
    var pending: Set<Int> = []
    /// What came for those that were about to wait.
    var refused: [Int: any Error] = [:]
  }

  private let state: Mutex<State>
  private let limit: BatchLimit
  private let patience: Duration?
  /// How many batches run at the same time at most.
  package let places: Int

  /// - Parameters:
  ///   - places: how many batches run at the same time.
  ///   - limit: of all the server's batches.
  ///   - patience: how long a batch waits at most; nil for any time.
  package init(places: Int, limit: BatchLimit, patience: Duration?) {
    self.places = max(1, places)
    state = Mutex(State(free: max(1, places)))
    (self.limit, self.patience) = (limit, patience)
  }

  /// How many batches wait.
  package var waitingCount: Int { state.withLock(\.waiting.count) }

  /// Runs work when it is its turn.
  ///
  /// - Throws: `FlightError` with `unavailable` when there are too many batches, or it waits for too long;
  ///   `CancellationError`; and what the work throws.
  package func run<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
    try limit.enter()
    defer { limit.leave() }
    try await wait()
    defer { leave() }
    return try await work()
  }

  /// Runs work now, if its turn is now.
  ///
  /// - Returns: nil when it would have to wait, or gives nil itself.
  /// - Throws: as `run`.
  package func runAtOnce<Value>(_ work: () throws -> Value?) throws -> Value? {
    let isFree = state.withLock { state in
      guard state.free > 0, state.waiting.isEmpty else { return false }
      state.free -= 1
      return true
    }
    guard isFree else { return nil }
    defer { leave() }
    try limit.enter()
    defer { limit.leave() }
    return try work()
  }

  private func wait() async throws {
    let number = state.withLock { state -> Int? in
      if state.free > 0, state.waiting.isEmpty {
        state.free -= 1
        return nil
      }
      state.next += 1
      state.pending.insert(state.next)
      return state.next
    }
    guard let number else { return }
    let timer = patience.map { patience in
      Task { [weak self] in
        try await Task.sleep(for: patience)
        self?.refuse(
          number,
          FlightError(
            .unavailable,
            "the batch has waited \(patience) for an interpreter; try another server, add interpreters, or raise "
              + "--queue-seconds"))
      }
    }
    defer {
      timer?.cancel()
      state.withLock { state in
        state.pending.remove(number)
        state.refused[number] = nil
      }
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let refusal = state.withLock { state -> (any Error)? in
          if let error = state.refused[number] { return error }
          // One may have become free meanwhile.
          if state.free > 0 {
            state.free -= 1
            continuation.resume()
          } else {
            state.waiting.append((number, continuation))
          }
          return nil
        }
        if let refusal { continuation.resume(throwing: refusal) }
      }
    } onCancel: {
      refuse(number, CancellationError())
    }
  }

  private func refuse(_ number: Int, _ error: any Error) {
    let continuation = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      guard let index = state.waiting.firstIndex(where: { $0.number == number }) else {
        if state.pending.contains(number) { state.refused[number] = error }
        return nil
      }
      return state.waiting.remove(at: index).continuation
    }
    continuation?.resume(throwing: error)
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst().continuation
    }
    next?.resume()
  }
}
