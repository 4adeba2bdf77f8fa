extension Collection where Element == String {
  /// The texts of a list whose length and contents come from the user, for a message: "a, b, c and 17 more".
  ///
  /// - Parameters:
  ///   - separator: what stands between two of them.
  ///   - limit: how many are shown; the rest is counted only.
  ///   - size: how many characters of each are shown.
  package func listed(
    separator: String = ", ", atMost limit: Int = TextLimit.list, each size: Int = TextLimit.name
  ) -> String {
    let shown = prefix(limit).map { $0.cut(to: size) }.joined(separator: separator)
    let more = count - limit
    return more > 0 ? "\(shown) and \(more) more" : shown
  }
}
