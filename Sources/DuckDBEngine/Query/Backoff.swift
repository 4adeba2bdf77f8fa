#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Pauses between looks at something that DuckDB offers no way to wait for: short at first, longer while nothing comes.
struct Backoff {
  private static let shortest: useconds_t = 50
  private static let longest: useconds_t = 1_000

  private var microseconds = shortest

  /// Whether the pauses have become as long as they get.
  var isLong: Bool { microseconds == Self.longest }

  mutating func pause() {
    usleep(microseconds)
    microseconds = min(microseconds * 3 / 2, Self.longest)
  }

  mutating func reset() { microseconds = Self.shortest }
}
