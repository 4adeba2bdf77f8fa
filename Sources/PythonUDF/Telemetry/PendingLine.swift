/// A line of a standard stream that has not ended yet: Python writes it in parts.
struct PendingLine {
  /// A whole line, without its end, and the row in which it began.
  struct Line {
    let text: String
    let row: Int?
  }

  private var bytes: [UInt8] = []
  private var row: Int?
  private var isBegun = false

  /// Longer lines are cut into several messages: a function may well never end one.
  private static let mostBytes = 64 * 1024

  /// Takes bytes up to the end of the line out of `rest`; gives the line if it has ended there and is not empty.
  mutating func take(_ rest: inout Slice<UnsafeRawBufferPointer>, _ currentRow: Int?) -> Line? {
    if !isBegun { (isBegun, row) = (true, currentRow) }
    let room = Self.mostBytes - bytes.count
    let lineFeed = rest.prefix(room).firstIndex(of: 0x0A)
    bytes += rest.prefix(upTo: lineFeed ?? rest.index(rest.startIndex, offsetBy: min(room, rest.count)))
    rest = rest[(lineFeed.map { $0 + 1 } ?? rest.index(rest.startIndex, offsetBy: min(room, rest.count)))...]
    return lineFeed != nil || bytes.count >= Self.mostBytes ? end() : nil
  }

  /// Ends the line where it is; nil for an empty one.
  mutating func end() -> Line? {
    guard isBegun else { return nil }
    defer {
      bytes.removeAll(keepingCapacity: bytes.capacity <= 1024)
      (isBegun, row) = (false, nil)
    }
    if bytes.last == 0x0D { bytes.removeLast() }
    return bytes.isEmpty ? nil : Line(text: String(decoding: bytes, as: UTF8.self), row: row)
  }
}
