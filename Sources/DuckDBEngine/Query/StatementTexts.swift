import HostSupport

/// Cuts a text of SQL at the semicolons between its statements, as DuckDB's parser does but without its help: DuckDB
/// counts statements and does not tell where they stand.
struct StatementTexts {
  private let bytes: [UInt8]
  private var position = 0
  private var start = 0
  private var hasToken = false
  private var texts: [String] = []

  /// The statements; those that hold nothing but spaces and comments are left out.
  static func of(_ sql: String) -> [String] {
    var cutter = StatementTexts(bytes: Array(sql.utf8))
    return cutter.cut()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private subscript(_ offset: Int) -> UInt8? {
    bytes.indices.contains(position + offset) ? bytes[position + offset] : nil
  }

  private mutating func cut() -> [String] {
    while let byte = self[0] {
      switch Unicode.Scalar(byte) {
      case ";":
        endStatement()
        position += 1
        start = position
      case "-" where self[1] == UInt8(ascii: "-"): skip { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      case "/" where self[1] == UInt8(ascii: "*"): skipComment()
      case "'": skipQuoted(byte, hasEscapes: isEscapeString)
      case "\"": skipQuoted(byte, hasEscapes: false)
      case "$" where !isInWord: skipDollarQuoted()
      case " ", "\t", "\n", "\r", "\u{b}", "\u{c}": position += 1
      default:
        hasToken = true
        position += 1
      }
    }
    endStatement()
    return texts
  }

  private mutating func endStatement() {
    if hasToken { texts.append(String(decoding: bytes[start..<min(position, bytes.count)], as: UTF8.self)) }
    hasToken = false
  }

  private mutating func skip(until isEnd: (UInt8) -> Bool) {
    while let byte = self[0], !isEnd(byte) { position += 1 }
  }

  /// Comments of this kind stand inside one another.
  private mutating func skipComment() {
    var depth = 0
    repeat {
      switch (self[0], self[1]) {
      case (UInt8(ascii: "/"), UInt8(ascii: "*")): (depth, position) = (depth + 1, position + 2)
      case (UInt8(ascii: "*"), UInt8(ascii: "/")): (depth, position) = (depth - 1, position + 2)
      default: position += 1
      }
    } while depth > 0 && position < bytes.count
  }

  /// Two quotes in a row are one in the text, and here the end of one text and the beginning of the next.
  private mutating func skipQuoted(_ quote: UInt8, hasEscapes: Bool) {
    hasToken = true
    position += 1
    while let byte = self[0], byte != quote { position += hasEscapes && byte == UInt8(ascii: "\\") ? 2 : 1 }
    position += 1
  }

  /// `$$...$$` or `$tag$...$tag$`; `$1` is a parameter.
  private mutating func skipDollarQuoted() {
    hasToken = true
    var end = 1
    while let byte = self[end], Self.isWord(byte), byte != UInt8(ascii: "$") { end += 1 }
    guard self[end] == UInt8(ascii: "$"), self[1].map({ !(48...57).contains($0) }) ?? false else {
      position += 1
      return
    }
    let tag = bytes[position...position + end]
    position += tag.count
    while position < bytes.count, !bytes[position...].starts(with: tag) { position += 1 }
    position += tag.count
  }

  /// Whether the quote here belongs to a text such as `E'it\'s'`.
  private var isEscapeString: Bool {
    guard let letter = self[-1], letter | 32 == UInt8(ascii: "e") else { return false }
    return self[-2].map { !Self.isWord($0) } ?? true
  }

  private var isInWord: Bool { self[-1].map(Self.isWord) ?? false }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "$": true
    default: byte >= 128
    }
  }
}
