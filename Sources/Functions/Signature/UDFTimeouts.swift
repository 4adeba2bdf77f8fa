/// How long calls of a function may take. A call that takes longer fails with the code `deadlineExceeded`.
///
/// A function that does not stop when it is told to, because it swallows the exception or hangs in a call into C, is
/// given up after a grace time of one second: its interpreter is abandoned, and a fresh one takes its place.
public struct UDFTimeouts: Sendable, Hashable {
  /// For one row; nil for any time.
  public var row: Duration?
  /// For all rows of a batch; nil for any time.
  public var batch: Duration?

  /// Creates timeouts.
  public init(row: Duration? = nil, batch: Duration? = nil) {
    self.row = row
    self.batch = batch
  }

  /// Whether there is any.
  public var isEmpty: Bool { row == nil && batch == nil }

  /// Those of `self`, and where it has none those of `other`.
  package func orElse(_ other: UDFTimeouts) -> UDFTimeouts {
    UDFTimeouts(row: row ?? other.row, batch: batch ?? other.batch)
  }
}

/// As the loader tells them: in seconds.
extension UDFTimeouts: Codable {
  private enum Key: String, CodingKey { case row, batch }

  /// Reads timeouts from the form in which they are encoded.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    row = try values.decodeIfPresent(Double.self, forKey: .row).map { .seconds($0) }
    batch = try values.decodeIfPresent(Double.self, forKey: .batch).map { .seconds($0) }
  }

  /// Writes the timeouts in a form that `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encodeIfPresent(row?.inSeconds, forKey: .row)
    try values.encodeIfPresent(batch?.inSeconds, forKey: .batch)
  }
}

extension Duration {
  package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
