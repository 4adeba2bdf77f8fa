/// Cuts SQL at the semicolons between its statements, as DuckDB's parser does but without its help: DuckDB counts
/// statements and does not tell where they stand, and it cannot say of a text that ends within a statement that more is to
/// come.
///
/// Takes the SQL in pieces that end at the ends of lines, and keeps only the statement that has begun.
package struct StatementCutter {
  /// A statement without its semicolon.
  package struct Statement: Sendable, Hashable {
    /// With the spaces and comments in front of it.
    package let whole: String
    /// From its first word on.
    package let text: String
    /// The line of its first word in all that was added, counted from 1.
    package let line: Int
  }

  /// What the text ends within.
  package enum Inside: Sendable, Hashable {
    /// Nothing that has an end of its own.
    case code
    case lineComment
    /// How deep: comments of this kind stand inside one another.
    case comment(Int)
    /// The quote, and whether a backslash takes the character behind it along.
    case quotes(UInt8, hasEscapes: Bool)
    /// The tag with its dollar signs.
    case dollarQuotes([UInt8])
  }

  package private(set) var inside = Inside.code
  /// Of the statement that has begun, and what stands in front of it.
  private var bytes: [UInt8] = []
  /// Where what is kept begins, while SQL is being added.
  private var start = 0
  private var position = 0
  /// Where its first word stands.
  private var token: Int?
  private var tokenLine = 1
  private var line = 1
  private var found: [Statement] = []

  package init() {}

  /// Whether a word of a statement has come whose semicolon has not.
  package var hasBegun: Bool { token != nil }

  /// Whether a dot command may follow: neither a statement nor a comment has begun.
  package var isBetweenStatements: Bool {
    switch inside {
    case .code, .lineComment: token == nil
    case .comment, .quotes, .dollarQuotes: false
    }
  }

  /// Adds SQL up to the end of a line, or to the end of all, and gives the statements that it completes.
  package mutating func add(_ sql: some Sequence<UInt8>) -> [Statement] {
    bytes += sql
    while position < bytes.count { step() }
    bytes.removeFirst(start)
    position -= start
    token = token.map { $0 - start }
    start = 0
    defer { found = [] }
    return found
  }

  /// The statement that has no semicolon; nil when nothing but spaces and comments is left.
  package mutating func end() -> Statement? {
    endStatement()
    (bytes, start, position) = ([], 0, 0)
    defer { found = [] }
    return found.first
  }

  // MARK: Steps

  private subscript(_ offset: Int) -> UInt8? {
    bytes.indices.contains(position + offset) ? bytes[position + offset] : nil
  }

  /// Goes on, and not beyond what there is.
  private mutating func skip(_ count: Int) {
    let end = min(position + count, bytes.count)
    for index in position..<end where bytes[index] == UInt8(ascii: "\n") { line += 1 }
    position = end
  }

  private mutating func step() {
    switch inside {
    case .code: stepInCode()
    case .lineComment:
      if self[0] == UInt8(ascii: "\n") || self[0] == UInt8(ascii: "\r") { inside = .code }
      skip(1)
    case .comment(let depth):
      switch (self[0], self[1]) {
      case (UInt8(ascii: "/"), UInt8(ascii: "*")):
        inside = .comment(depth + 1)
        skip(2)
      case (UInt8(ascii: "*"), UInt8(ascii: "/")):
        inside = depth > 1 ? .comment(depth - 1) : .code
        skip(2)
      default: skip(1)
      }
    case .quotes(let quote, let hasEscapes):
      // Two quotes in a row are one in the text, and here the end of one text and the beginning of the next.
      if self[0] == quote { inside = .code }
      skip(hasEscapes && self[0] == UInt8(ascii: "\\") ? 2 : 1)
    case .dollarQuotes(let tag):
      let isEnd = self[0] == UInt8(ascii: "$") && bytes[position...].starts(with: tag)
      if isEnd { inside = .code }
      skip(isEnd ? tag.count : 1)
    }
  }

  private mutating func stepInCode() {
    guard let byte = self[0] else { return }
    switch Unicode.Scalar(byte) {
    case ";": endStatement()
    case "-" where self[1] == UInt8(ascii: "-"):
      inside = .lineComment
      skip(2)
    case "/" where self[1] == UInt8(ascii: "*"):
      inside = .comment(1)
      skip(2)
    case "'":
      inside = .quotes(byte, hasEscapes: isEscapeString)
      beginToken(1)
    case "\"":
      inside = .quotes(byte, hasEscapes: false)
      beginToken(1)
    case "$" where !isInWord:
      let tag = dollarTag
      if let tag { inside = .dollarQuotes(tag) }
      beginToken(tag?.count ?? 1)
    case " ", "\t", "\n", "\r", "\u{b}", "\u{c}": skip(1)
    default: beginToken(1)
    }
  }

  private mutating func beginToken(_ count: Int) {
    if token == nil { (token, tokenLine) = (position, line) }
    skip(count)
  }

  private mutating func endStatement() {
    if let token {
      found.append(
        Statement(
          whole: String(decoding: bytes[start..<position], as: UTF8.self),
          text: String(decoding: bytes[token..<position], as: UTF8.self), line: tokenLine))
    }
    token = nil
    skip(1)
    start = position
  }

  /// That of `$$...$$` or `$tag$...$tag$`; `$1` is a parameter.
  private var dollarTag: [UInt8]? {
    var end = 1
    while let byte = self[end], Self.isWord(byte), byte != UInt8(ascii: "$") { end += 1 }
    guard self[end] == UInt8(ascii: "$"), self[1].map({ !(48...57).contains($0) }) ?? false else { return nil }
    return Array(bytes[position...position + end])
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

/// The texts of a script's statements.
enum StatementTexts {
  /// The statements, with what stands in front of each; those that hold nothing but spaces and comments are left out.
  static func of(_ sql: String) -> [String] {
    var cutter = StatementCutter()
    return (cutter.add(sql.utf8) + [cutter.end()].compactMap { $0 }).map(\.whole)
  }
}
