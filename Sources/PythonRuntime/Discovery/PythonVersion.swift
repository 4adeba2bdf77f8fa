/// The version of a CPython, as in `3.13.0`.
public struct PythonVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The first number.
  public let major: Int
  /// The second number.
  public let minor: Int
  /// The third number.
  public let micro: Int

  /// A version from its three numbers.
  public init(_ major: Int, _ minor: Int, _ micro: Int = 0) {
    self.major = major
    self.minor = minor
    self.micro = micro
  }

  /// The version that a folder name or similar text starts with (`3.13.0`, `3.13`), or nil.
  public init?(parsing text: some StringProtocol) {
    let numbers = text.split(separator: ".").prefix(3).map { Int($0.prefix { $0.isNumber }) }
    guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return nil }
    self.init(major, minor, numbers.count > 2 ? numbers[2] ?? 0 : 0)
  }

  /// Orders versions from old to new.
  public static func < (one: PythonVersion, other: PythonVersion) -> Bool {
    (one.major, one.minor, one.micro) < (other.major, other.minor, other.micro)
  }

  /// The same in words.
  public var description: String { "\(major).\(minor).\(micro)" }

  /// The oldest version that is supported without reservation.
  public static let supported = PythonVersion(3, 13)

  /// The newest minor version that the tests were run on; a newer one loads, with a warning.
  public static let newest = PythonVersion(3, 15)

  /// The oldest version that loads at all, with a warning.
  public static let tolerated = PythonVersion(3, 12)

  /// The supported minor versions in words, as in `3.13 to 3.15`.
  package static let range = "\(supported.major).\(supported.minor) to \(newest.major).\(newest.minor)"
}
