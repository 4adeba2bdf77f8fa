/// Values inside values, as DuckDB writes them.
package enum NestedText {
  /// Appends `count` elements between brackets.
  package static func append(
    _ count: Int, _ open: Character, _ close: Character, to text: inout [UInt8],
    _ append: (_ index: Int, _ text: inout [UInt8]) -> Void
  ) {
    text += open.utf8
    for index in 0..<count {
      if index > 0 { text += ", ".utf8 }
      append(index, &text)
    }
    text += close.utf8
  }

  /// Appends a text that stands inside another: in quotes if it could be mistaken for the other's punctuation.
  package static func append(_ value: ArraySlice<UInt8>, to text: inout [UInt8]) {
    if needsQuotes(value) { appendQuoted(value, to: &text) } else { text += value }
  }

  package static func appendQuoted(_ value: some Sequence<UInt8>, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "'"))
    for byte in value {
      if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
      text.append(byte)
    }
    text.append(UInt8(ascii: "'"))
  }

  private static func needsQuotes(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first, let last = text.last else { return true }
    if isSpace(first) || isSpace(last) || isNull(text) { return true }
    return text.contains { byte in
      switch Unicode.Scalar(byte) {
      case "\"", "'", "(", ")", ",", ":", "=", "[", "]", "{", "}", "\\": true
      default: false
      }
    }
  }

  /// Whether it is the word, in whatever case.
  private static func isNull(_ text: ArraySlice<UInt8>) -> Bool {
    text.count == 4 && zip(text, "null".utf8).allSatisfy { $0 | 32 == $1 }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
}
