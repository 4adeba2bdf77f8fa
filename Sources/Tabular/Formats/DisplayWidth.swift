/// How many cells of a terminal a text takes: two for East Asian wide characters and emoji, none
/// for combining ones. Terminals differ in the details; this follows most of them.
package enum DisplayWidth {
  package static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ (32..<127).contains($0) }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  static func of(_ character: Character) -> Int {
    // A cluster joined into one glyph is as wide as its widest part; U+FE0F asks for an emoji.
    var width = 0
    for scalar in character.unicodeScalars {
      width = max(width, scalar.value == 0xFE0F ? 2 : of(scalar))
    }
    return width
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 32..<127: return 1
    case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F1E6...0x1F1FF, 0x20000...0x3FFFD:
      return 2
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    return switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: 0
    default: 1
    }
  }

  /// The text if it fits, else its beginning and an ellipsis.
  package static func shortened(_ text: String, to limit: Int) -> String {
    if text.utf8.count <= limit || of(text) <= limit { return text }
    var result = ""
    var width = 1
    for character in text {
      width += of(character)
      if width > limit { break }
      result.append(character)
    }
    return result + "…"
  }
}
