/// Texts in quotes: single and double ones, in one line, or three of them over many lines.
extension TOMLSettings {
  private static let backslash = UInt8(ascii: "\\")

  mutating func string(mayBeLong: Bool) throws(Problem) -> String {
    let quote = peek()
    let start = place
    let isLong = mayBeLong && peek(1) == quote && peek(2) == quote
    place += isLong ? 3 : 1
    // A line's end right after the quotes does not count.
    if isLong { _ = skipNewline() }
    var content: [UInt8] = []
    while true {
      guard !isAtEnd else { throw problem("the text has no closing quotes", at: start) }
      if peek() == quote {
        guard isLong else {
          place += 1
          break
        }
        let quotes = (0..<5).prefix { peek($0) == quote }.count
        place += max(quotes, 1)
        // Of four or five quotes at the end the first ones belong to the text.
        content += Array(repeating: quote, count: quotes < 3 ? quotes : quotes - 3)
        if quotes >= 3 { break }
      } else if peek() == Self.backslash, quote == UInt8(ascii: "\"") {
        try escape(into: &content, isLong: isLong)
      } else if isLong, isNext("\r\n") || isNext("\n") {
        // The end of a line is one character, however it is written.
        _ = skipNewline()
        content.append(UInt8(ascii: "\n"))
      } else {
        if !isLong, isNext("\r\n") || isNext("\n") { throw problem("the text has no closing quotes", at: start) }
        guard Self.isAllowed(peek()) else { throw problem("a text has a control character; write it as \\u001B") }
        content.append(peek())
        place += 1
      }
    }
    return String(decoding: content, as: UTF8.self)
  }

  private mutating func escape(into content: inout [UInt8], isLong: Bool) throws(Problem) {
    let start = place
    place += 1
    let simple: [UInt8: UInt8] = [
      UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10, UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13,
      UInt8(ascii: "\""): UInt8(ascii: "\""), Self.backslash: Self.backslash,
    ]
    if let byte = simple[peek()] {
      place += 1
      return content.append(byte)
    }
    if peek() == UInt8(ascii: "u") || peek() == UInt8(ascii: "U") {
      let count = peek() == UInt8(ascii: "u") ? 4 : 8
      place += 1
      let digits = place
      while place < digits + count, Character(UnicodeScalar(peek())).isHexDigit { place += 1 }
      guard place == digits + count, let code = UInt32(text(since: digits), radix: 16), let scalar = UnicodeScalar(code)
      else {
        throw problem("\\u takes four hexadecimal digits, and \\U eight, of a character that there is", at: start)
      }
      return content.append(contentsOf: String(Character(scalar)).utf8)
    }
    // A backslash at the end of a line: the end does not count, nor do the blanks and ends that follow.
    if isLong {
      var isLineOver = false
      while true {
        if peek() == UInt8(ascii: " ") || peek() == UInt8(ascii: "\t") {
          place += 1
        } else if skipNewline() {
          isLineOver = true
        } else {
          break
        }
      }
      if isLineOver { return }
    }
    throw problem(
      "a backslash in double quotes begins \\n, \\t, \\\", \\\\ or \\u; in single quotes it is itself", at: start)
  }
}
