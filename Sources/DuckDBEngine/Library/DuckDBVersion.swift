/// The version that a library names, such as `v1.5.5`, as far as comparing needs it.
struct DuckDBVersion: Comparable {
  static let oldestSupported = DuckDBVersion(major: 1, minor: 5)

  var major: Int
  var minor: Int

  init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Nil for a text that does not begin with two numbers.
  init?(_ text: String) {
    let numbers = text.drop { $0 == "v" }.split(separator: ".", maxSplits: 2)
    guard numbers.count >= 2, let major = Int(numbers[0]),
      let minor = Int(numbers[1].prefix { $0.isASCII && $0.isNumber })
    else { return nil }
    self.init(major: major, minor: minor)
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}
