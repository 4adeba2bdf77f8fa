import Synchronization

/// How many rows of an async function may be under way at the same time, in all interpreters that run it together.
package final class ConcurrentPlaces: Sendable {
  private let limit: Int
  private let taken = Mutex(0)

  package init(_ limit: Int) { self.limit = limit }

  fileprivate func take() -> Bool {
    taken.withLock { taken in
      guard taken < limit else { return false }
      taken += 1
      return true
    }
  }

  fileprivate func give(back count: Int) { taken.withLock { $0 -= count } }

  /// The places that one call takes. They come back when this is closed, also those of a call that was given up and still
  /// has them.
  package final class Lease: Sendable {
    private let places: ConcurrentPlaces
    /// How many it has; nil when it has been closed.
    private let count = Mutex<Int?>(0)

    package init(_ places: ConcurrentPlaces) { self.places = places }

    deinit { close() }

    /// Takes a place for another row; gives false when there is none now.
    package func take() -> Bool {
      count.withLock { count in
        guard let taken = count else { return true }
        guard places.take() else { return false }
        count = taken + 1
        return true
      }
    }

    /// Gives a place back.
    package func giveBack() {
      count.withLock { count in
        guard let taken = count, taken > 0 else { return }
        count = taken - 1
        places.give(back: 1)
      }
    }

    /// Gives all places back; what a call that goes on all the same takes from now on does not count.
    package func close() {
      count.withLock { count in
        if let taken = count.take() { places.give(back: taken) }
      }
    }
  }
}
