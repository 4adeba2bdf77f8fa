/// The versions of CPython that somebody asks for, written as `requires-python` has them: `>=3.13, <4`.
///
/// A version that is compared with is final: a pre-release (`3.14.0rc1`) counts as just before it, a post-release as just
/// after.
public struct PythonRequirement: Sendable, Hashable, CustomStringConvertible {
  /// Who asks, for messages; nil where nothing says.
  public let origin: String?
  /// The text, without blanks at its ends.
  public let description: String
  private let clauses: [Clause]

  /// Nil for a text that is no list of version specifiers.
  ///
  /// - Parameters:
  ///   - text: specifiers with commas between them, each of `>=`, `>`, `<=`, `<`, `==`, `!=`, `~=`, `===` and a version;
  ///     after `==` and `!=` it may end with `.*`.
  ///   - origin: who asks, for messages.
  public init?(_ text: some StringProtocol, of origin: String? = nil) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingBlanks }
    let clauses = parts.compactMap { Clause($0) }
    guard clauses.count == parts.count else { return nil }
    self.clauses = clauses
    self.origin = origin
    description = String(Substring(text).trimmingBlanks)
  }

  /// Whether a version is one of them.
  public func contains(_ version: PythonVersion) -> Bool { clauses.allSatisfy { $0.contains(version) } }

  /// Why an installation is not taken, or nil.
  func refusal(of version: PythonVersion) -> String? {
    guard !contains(version) else { return nil }
    return "CPython \(version) is none of those that \(origin ?? "the source") requires: \(description)"
  }
}

/// One specifier.
private struct Clause: Hashable {
  private enum Comparison: String, CaseIterable {
    case same = "===", compatible = "~=", equal = "==", unequal = "!=", atLeast = ">=", atMost = "<=", above = ">",
      below = "<"
  }
  private let comparison: Comparison
  private let release: [Int]
  /// -1 for a pre-release, 1 for a post-release.
  private let suffix: Int
  /// Whether only the given parts are compared.
  private let isPrefix: Bool

  init?(_ text: Substring) {
    // Those of several characters come first.
    guard let comparison = Comparison.allCases.first(where: { text.hasPrefix($0.rawValue) }) else { return nil }
    self.comparison = comparison
    var version = text.dropFirst(comparison.rawValue.count).trimmingBlanks
    if version.first == "v" { version = version.dropFirst() }
    isPrefix = version.hasSuffix(".*")
    if isPrefix {
      guard comparison == .equal || comparison == .unequal else { return nil }
      version = version.dropLast(2)
    }
    let digits = version.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let end = digits.last == "." ? digits.dropLast() : digits
    guard let suffix = Self.suffix(version.dropFirst(end.count)), !isPrefix || suffix == 0 else { return nil }
    let parts = end.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    release = parts.compactMap { $0 }
    guard release.count == parts.count, comparison != .compatible || release.count > 1 else { return nil }
    self.suffix = suffix
  }

  private static func suffix(_ text: Substring) -> Int? {
    guard !text.isEmpty else { return 0 }
    let letters = text.lowercased().drop { "._-".contains($0) }
    let name = letters.prefix { $0.isLetter }
    let number = letters.dropFirst(name.count).drop { "._-".contains($0) }
    guard number.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    switch name {
    case "a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "dev": return -1
    case "post", "rev", "r": return 1
    default: return nil
    }
  }

  func contains(_ version: PythonVersion) -> Bool {
    let parts = [version.major, version.minor, version.micro]
    switch comparison {
    case .same, .equal: return isPrefix ? begins(parts, release) : order(parts) == 0
    case .unequal: return isPrefix ? !begins(parts, release) : order(parts) != 0
    case .atLeast: return order(parts) >= 0
    case .atMost: return order(parts) <= 0
    case .above: return order(parts) > 0
    case .below: return order(parts) < 0
    case .compatible: return order(parts) >= 0 && begins(parts, Array(release.dropLast()))
    }
  }

  private func begins(_ parts: [Int], _ start: [Int]) -> Bool {
    start.enumerated().allSatisfy { $1 == ($0 < parts.count ? parts[$0] : 0) }
  }

  /// Below 0 for a version before this one, above 0 for one after it.
  private func order(_ parts: [Int]) -> Int {
    for place in 0..<max(parts.count, release.count) {
      let (given, own) = (place < parts.count ? parts[place] : 0, place < release.count ? release[place] : 0)
      if given != own { return given < own ? -1 : 1 }
    }
    return -suffix
  }
}

extension StringProtocol {
  fileprivate var trimmingBlanks: Substring {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let start = Substring(self).drop(while: isBlank)
    return start.lastIndex { !isBlank($0) }.map { start[...$0] } ?? ""
  }
}
