/// The JSON that `vectorize.py` writes: lists, texts, whole numbers and null.
///
/// Read by hand, since a decoder takes ten times as long, and functions are read at each start.
enum SyntaxNode {
  case list([SyntaxNode])
  case text(String)
  case number(Int)
  case null

  /// - Throws: `UnreadableSyntax` for what is none, or is nested too deeply.
  init(_ text: String) throws(UnreadableSyntax) {
    var reader = Reader(bytes: Array(text.utf8))
    self = try reader.node(depth: 0)
    reader.skipBlanks()
    guard reader.place == reader.bytes.count else { throw UnreadableSyntax() }
  }

  private struct Reader {
    static let mostDepth = 512

    let bytes: [UInt8]
    var place = 0

    /// The byte that comes next; zero at the end, which stands in no such text.
    var next: UInt8 { place < bytes.count ? bytes[place] : 0 }

    mutating func skip(_ byte: UInt8) -> Bool {
      guard next == byte else { return false }
      place += 1
      return true
    }

    mutating func skipBlanks() {
      while [0x20, 0x0A, 0x0D, 0x09].contains(next) { place += 1 }
    }

    mutating func node(depth: Int) throws(UnreadableSyntax) -> SyntaxNode {
      skipBlanks()
      switch next {
      case UInt8(ascii: "["):
        guard depth < Self.mostDepth else { throw UnreadableSyntax() }
        return .list(try list(depth: depth))
      case UInt8(ascii: "\""): return .text(try string())
      case UInt8(ascii: "n"):
        guard bytes[place...].starts(with: "null".utf8) else { throw UnreadableSyntax() }
        place += 4
        return .null
      default:
        let start = place
        while next == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { place += 1 }
        guard let number = Int(String(decoding: bytes[start..<place], as: UTF8.self)) else { throw UnreadableSyntax() }
        return .number(number)
      }
    }

    private mutating func list(depth: Int) throws(UnreadableSyntax) -> [SyntaxNode] {
      place += 1
      skipBlanks()
      if skip(UInt8(ascii: "]")) { return [] }
      var nodes: [SyntaxNode] = []
      repeat {
        nodes.append(try node(depth: depth + 1))
        skipBlanks()
      } while skip(UInt8(ascii: ","))
      guard skip(UInt8(ascii: "]")) else { throw UnreadableSyntax() }
      return nodes
    }

    private mutating func string() throws(UnreadableSyntax) -> String {
      place += 1
      var units: [UInt8] = []
      while true {
        let start = place
        while next >= 0x20, next != UInt8(ascii: "\""), next != UInt8(ascii: "\\") { place += 1 }
        units += bytes[start..<place]
        if skip(UInt8(ascii: "\"")) { return String(decoding: units, as: UTF8.self) }
        guard skip(UInt8(ascii: "\\")) else { throw UnreadableSyntax() }
        units += try escaped()
      }
    }

    /// What stands for one character behind a backslash, in UTF-8.
    private mutating func escaped() throws(UnreadableSyntax) -> [UInt8] {
      let letter = next
      place += 1
      switch letter {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
      case UInt8(ascii: "b"): return [0x08]
      case UInt8(ascii: "f"): return [0x0C]
      case UInt8(ascii: "n"): return [0x0A]
      case UInt8(ascii: "r"): return [0x0D]
      case UInt8(ascii: "t"): return [0x09]
      case UInt8(ascii: "u"):
        var value = try unit()
        if 0xD800..<0xDC00 ~= value {
          // Beyond 16 bits a character is written as two.
          guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else { throw UnreadableSyntax() }
          let low = try unit()
          guard 0xDC00..<0xE000 ~= low else { throw UnreadableSyntax() }
          value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw UnreadableSyntax() }
        return Array(String(Character(scalar)).utf8)
      default: throw UnreadableSyntax()
      }
    }

    /// Four hexadecimal digits.
    private mutating func unit() throws(UnreadableSyntax) -> UInt32 {
      let digits = bytes[place...].prefix(4)
      guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
      else { throw UnreadableSyntax() }
      place += 4
      return value
    }
  }
}
