import Columnar
import Tabular

/// How far time zones are from UTC, and when that changes, as DuckDB's own rules have it: those of the system may be of
/// another version, and do not know all of the names.
///
/// DuckDB gives the offset of a moment and not the moments of change, which are therefore searched for, in blocks of 34
/// years: first day by day, then in halves.
struct TimeZoneOffsets {
  private static let blockBits: Int64 = 30
  /// What DuckDB's timestamps reach, less the two days by which the local time may differ.
  private static let range: ClosedRange<Int64> = -9_223_371_849_600...9_223_371_849_600

  private struct Block: Hashable {
    let timeZone: String
    let number: Int64
  }

  private var blocks: [Block: [TimeZoneSpan]] = [:]

  /// The span around a moment; nil when its block has not been searched yet.
  func span(_ timeZone: String, at seconds: Int64) -> TimeZoneSpan? {
    blocks[Block(timeZone: timeZone, number: seconds >> Self.blockBits)].map { Self.span(in: $0, at: seconds) }
  }

  mutating func add(_ spans: [TimeZoneSpan], of timeZone: String, at seconds: Int64) -> TimeZoneSpan {
    blocks[Block(timeZone: timeZone, number: seconds >> Self.blockBits)] = spans
    return Self.span(in: spans, at: seconds)
  }

  /// The spans of a block are in order, without gaps, and at least one.
  private static func span(in spans: [TimeZoneSpan], at seconds: Int64) -> TimeZoneSpan {
    var (low, high) = (0, spans.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if seconds < spans[middle].seconds.upperBound { high = middle } else { low = middle + 1 }
    }
    return spans[low]
  }

  /// All spans of the block with a moment.
  static func spans(
    of timeZone: String, around seconds: Int64, on connection: DuckDBConnection
  ) throws(DuckDBError) -> [TimeZoneSpan] {
    let number = seconds >> blockBits
    let block = number << blockBits..<(number + 1) << blockBits
    let (first, end) = (max(block.lowerBound, range.lowerBound), min(block.upperBound, range.upperBound))
    // Beyond the last day that can be asked about, it is as on that day.
    guard first < end else {
      let near = seconds < 0 ? range.lowerBound : range.upperBound
      let offset = try offsets(of: timeZone, at: "(VALUES (\(near))) v(s)", on: connection)
      return [TimeZoneSpan(seconds: block, offsetSeconds: offset[0])]
    }
    let days = Array(stride(from: first, to: end, by: 86_400)) + [end - 1]
    let daily = try offsets(
      of: timeZone, at: "(SELECT unnest([\(end - 1)] || range(\(first), \(end), 86400))) v(s)", on: connection)
    guard daily.count == days.count else {
      throw DuckDBError(.query, "DuckDB does not say how far the time zone \(timeZone) is from UTC")
    }
    var changes: [Change] = []
    for index in 1..<days.count where daily[index] != daily[index - 1] {
      changes.append(Change(after: days[index - 1], before: days[index], from: daily[index - 1], to: daily[index]))
    }
    changes = try narrowed(changes, timeZone, connection)
    var spans: [TimeZoneSpan] = []
    var (start, offset) = (block.lowerBound, daily[0])
    for change in changes {
      spans.append(TimeZoneSpan(seconds: start..<change.before, offsetSeconds: offset))
      (start, offset) = (change.before, change.to)
    }
    return spans + [TimeZoneSpan(seconds: start..<block.upperBound, offsetSeconds: offset)]
  }

  /// The offset changes somewhere between two moments.
  private struct Change {
    var after, before: Int64
    var from, to: Int32
  }

  /// Halves the time of all changes together, until they are known to the second.
  private static func narrowed(
    _ changes: [Change], _ timeZone: String, _ connection: DuckDBConnection
  ) throws(DuckDBError) -> [Change] {
    var changes = changes
    while true {
      let open = changes.indices.filter { changes[$0].before - changes[$0].after > 1 }
      if open.isEmpty { return changes }
      let middles = open.map { (changes[$0].after + changes[$0].before) / 2 }
      let list = middles.map(String.init).joined(separator: ", ")
      let found = try offsets(of: timeZone, at: "(SELECT unnest([\(list)])) v(s)", on: connection)
      var narrower: [Change] = []
      var next = 0
      for change in changes {
        guard next < open.count, change.before - change.after > 1 else {
          narrower.append(change)
          continue
        }
        let (middle, offset) = (middles[next], found[next])
        next += 1
        // A third offset in between makes two changes of one.
        if offset != change.from {
          narrower.append(Change(after: change.after, before: middle, from: change.from, to: offset))
        }
        if offset != change.to {
          narrower.append(Change(after: middle, before: change.before, from: offset, to: change.to))
        }
      }
      changes = narrower
    }
  }

  /// - Parameter moments: a table of different moments `s`.
  /// - Returns: the offsets in the order of the moments.
  private static func offsets(
    of timeZone: String, at moments: String, on connection: DuckDBConnection
  ) throws(DuckDBError) -> [Int32] {
    let name = timeZone.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    let query = """
      SELECT (epoch_us(timezone('\(name)', to_timestamp(s))) // 1000000 - s)::INTEGER FROM \(moments) ORDER BY s
      """
    var offsets: [Int32] = []
    let statements = try connection.execute(query)
    while let result = try statements.next() {
      while let batch = try result.nextBatch() {
        let values = try? batch.columns[0].toArray(of: Int32.self)
        offsets += values?.compactMap(\.self) ?? []
      }
    }
    return offsets
  }
}
