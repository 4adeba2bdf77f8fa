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
    let part = rest.prefix(Self.mostBytes - bytes.count)
    if let lineFeed = part.firstIndex(of: 0x0A) {
      bytes += part[..<lineFeed]
      rest = rest[(lineFeed + 1)...]
      return end()
    }
    bytes += part
    rest = rest[part.endIndex...]
    return bytes.count < Self.mostBytes ? nil : cut()
  }

  /// Ends the line before a character that is not complete, which begins the next one.
  private mutating func cut() -> Line? {
    let character = bytes.lastIndex { $0 & 0xC0 != 0x80 } ?? bytes.endIndex
    let length = character == bytes.endIndex ? 0 : max(1, (~bytes[character]).leadingZeroBitCount)
    let next = character + length > bytes.endIndex ? Array(bytes[character...]) : []
    bytes.removeLast(next.count)
    let row = row
    let line = end()
    if !next.isEmpty { (bytes, self.row, isBegun) = (next, row, true) }
    return line
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
