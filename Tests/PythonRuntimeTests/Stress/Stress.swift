import Foundation

/// How long the stress tests are: `CLUTCH_STRESS=N` makes them N times longer.
enum Stress {
  static let factor = ProcessInfo.processInfo.environment["CLUTCH_STRESS"].flatMap { Int($0) } ?? 1

  static func scaled(_ count: Int, atMost most: Int = .max) -> Int { min(count * factor, most) }

  /// How long a test may take.
  static let minutes = 10 * factor

  /// How long a process of a test's own may take.
  static let seconds = 250 * factor
}
