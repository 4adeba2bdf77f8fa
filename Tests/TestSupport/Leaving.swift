import Foundation

extension ThisProcess {
  /// Exits with status 7, and ends by a signal instead if that takes too long.
  ///
  /// It should take no second; the deadline is ten, because a machine under load is slow. `CLUTCH_EXIT_SECONDS=1` holds it
  /// to the goal.
  package static func leave() -> Never {
    end(after: ProcessInfo.processInfo.environment["CLUTCH_EXIT_SECONDS"].flatMap { Int($0) } ?? 10)
    exit(7)
  }
}
