/// A file of the time zone database (RFC 9636): from which moments on the clocks of a zone keep which distance from UTC.
struct ZoneFile: Sendable {
  /// In seconds since 1970-01-01 00:00 UTC, in ascending order.
  private var moments: [Int64] = []
  /// The distance from each of them on, in seconds.
  private var offsets: [Int32] = []
  /// The distance before the first.
  private var first: Int32 = 0
  /// What holds after the last.
  private var rule: ZoneRule?

  /// Nil for what is no such file.
  init?(_ bytes: [UInt8]) {
    var reader = Reader(bytes: bytes)
    guard var head = reader.head() else { return nil }
    var size = 4
    if head.version > 0 {
      // The same follows once more, with moments of 64 bits.
      guard reader.skip(head.byteCount(momentSize: 4)), let next = reader.head() else { return nil }
      (head, size) = (next, 8)
    }
    guard head.types > 0, let moments = reader.numbers(head.moments, size: size),
      let kinds = reader.numbers(head.moments, size: 1)
    else { return nil }
    var types: [Int32] = []
    for _ in 0..<head.types {
      guard let offset = reader.number(size: 4), reader.skip(2), abs(offset) < 86_400 * 7 else { return nil }
      types.append(Int32(offset))
    }
    guard zip(moments, moments.dropFirst()).allSatisfy(<), kinds.allSatisfy({ types.indices.contains(Int($0)) }) else {
      return nil
    }
    self.moments = moments
    offsets = kinds.map { types[Int($0)] }
    first = types[0]
    let rest = head.byteCount(momentSize: size) - head.moments * (size + 1) - head.types * 6
    guard size == 8, reader.skip(rest), let line = reader.lastLine(), !line.isEmpty else { return }
    guard let rule = ZoneRule(line) else { return nil }
    self.rule = rule
  }

  /// A stretch of time around a moment, and the distance in it.
  func span(at seconds: Int64) -> (seconds: Range<Int64>, offset: Int32) {
    var (low, high) = (0, moments.count)
    while low < high {
      let middle = (low + high) / 2
      if moments[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    guard low < moments.count else {
      let start = moments.last ?? .min
      guard let rule else { return (start..<Int64.max, offsets.last ?? first) }
      let span = rule.span(at: seconds)
      return (max(span.seconds.lowerBound, start)..<span.seconds.upperBound, span.offset)
    }
    return low == 0 ? (Int64.min..<moments[0], first) : (moments[low - 1]..<moments[low], offsets[low - 1])
  }

  private struct Head {
    let version, flags, marks, leaps, moments, types, letters: Int

    func byteCount(momentSize: Int) -> Int {
      moments * (momentSize + 1) + types * 6 + letters + leaps * (momentSize + 4) + marks + flags
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    var place = 0

    mutating func skip(_ count: Int) -> Bool {
      guard count >= 0, count <= bytes.count - place else { return false }
      place += count
      return true
    }

    /// The highest byte comes first.
    mutating func number(size: Int) -> Int64? {
      let start = place
      guard skip(size) else { return nil }
      let bits = bytes[start..<place].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return size == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
    }

    mutating func numbers(_ count: Int, size: Int) -> [Int64]? {
      guard count <= (bytes.count - place) / size else { return nil }
      return (0..<count).compactMap { _ in number(size: size) }
    }

    mutating func head() -> Head? {
      guard bytes[place...].starts(with: "TZif".utf8), skip(4), let version = number(size: 1), skip(15),
        let counts = numbers(6, size: 4), counts.allSatisfy({ (0..<1 << 20).contains($0) })
      else { return nil }
      let numbers = counts.map(Int.init)
      return Head(
        version: Int(version), flags: numbers[0], marks: numbers[1], leaps: numbers[2], moments: numbers[3],
        types: numbers[4], letters: numbers[5])
    }

    mutating func lastLine() -> String? {
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\n") else { return nil }
      return String(decoding: bytes[(place + 1)...].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
  }
}
