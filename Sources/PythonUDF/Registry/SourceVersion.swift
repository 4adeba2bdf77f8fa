import Foundation
import Synchronization

/// One version of a source in a registry.
final class SourceVersion: Sendable {
  let pool: UDFPool
  private let state = Mutex((calls: 0, isRetired: false))
  /// For each registration with an engine that has called this version, the places of its functions here.
  private let places = Mutex<[Int: [Int?]]>([:])

  init(_ pool: UDFPool) { self.pool = pool }

  /// Begins a call, which `end` ends; gives false when another version has taken the place, which is to be asked for.
  func begin() -> Bool {
    state.withLock { state in
      guard !state.isRetired else { return false }
      state.calls += 1
      return true
    }
  }

  func end() {
    let isLast = state.withLock { state in
      state.calls -= 1
      return state.isRetired && state.calls == 0
    }
    if isLast { close() }
  }

  /// The places that a registration's functions have in this version, nil for those that it lacks: found once.
  func places(for registration: Int, of signatures: [UDFSignature]) -> [Int?] {
    places.withLock { places in
      if let known = places[registration] { return known }
      let current = pool.signatures
      let found = signatures.enumerated().map { index, old in
        // Overloads may differ in the names of their classes only, which do not count.
        current.indices.contains(index) && current[index].canReplace(old)
          ? index : current.firstIndex { $0.canReplace(old) }
      }
      places[registration] = found
      return found
    }
  }

  /// Whether calls are under way.
  var isCalled: Bool { state.withLock { $0.calls > 0 } }

  /// Takes no more calls, and ends after those under way.
  func retire() {
    let isIdle = state.withLock { state in
      defer { state.isRetired = true }
      return !state.isRetired && state.calls == 0
    }
    if isIdle { close() }
  }

  /// On a thread of its own: ending waits for user code that runs at the end.
  private func close() { Thread.detachNewThread { [pool] in pool.close() } }
}
