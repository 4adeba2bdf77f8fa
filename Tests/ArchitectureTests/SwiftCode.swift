/// The code of a Swift file: its text without comments and without what literals say. Interpolations are code and stay,
/// and so do the ends of lines.
struct SwiftCode {
  private(set) var text = ""

  init(_ source: String) {
    var scanner = Scanner(source: Array(source.utf8))
    scanner.scanCode(inInterpolation: false)
    text = String(decoding: scanner.code, as: UTF8.self)
  }

  private static let kinds: Set<Substring> = ["actor", "class", "enum", "protocol", "struct", "typealias"]

  /// The words that begin with a capital letter, names of types and little else, without those that the file itself
  /// declares anywhere: its own `Code` is not another folder's.
  var usedTypes: Set<String> {
    let words = words(of: text[...])
    let used = Set(words.filter { $0.first?.isUppercase == true })
    let own = Set(zip(words, words.dropFirst()).filter { Self.kinds.contains($0.0) }.map(\.1))
    return Set(used.subtracting(own).map(String.init))
  }

  /// The types, protocols and aliases that other files may use: those declared at the left edge of the file, or of the
  /// `#if` that is around all of it.
  var declaredTypes: Set<String> {
    let hidden: Set<Substring> = ["private", "fileprivate", "extension", "func", "import"]
    var names: Set<String> = []
    let lines = text.split(separator: "\n")
    let edge = lines.first { $0.contains { !$0.isWhitespace } }?.hasPrefix("#if ") == true ? "  " : ""
    for line in lines where line.hasPrefix(edge) {
      let line = line.dropFirst(edge.count)
      guard line.first?.isLetter == true || line.first == "@" else { continue }
      let words = words(of: line)
      guard let kind = words.firstIndex(where: Self.kinds.contains), kind + 1 < words.count else { continue }
      guard hidden.isDisjoint(with: words[..<kind]) else { continue }
      names.insert(String(words[kind + 1]))
    }
    return names
  }

  /// The modules of its import declarations.
  var imports: Set<String> {
    var modules: Set<String> = []
    for line in text.split(separator: "\n") {
      let words = words(of: line)
      guard let place = words.firstIndex(of: "import"), place + 1 < words.count else { continue }
      // `import struct Module.Name` too.
      let kinds: Set<Substring> = ["class", "enum", "func", "let", "protocol", "struct", "typealias", "var"]
      let module = kinds.contains(words[place + 1]) ? words.dropFirst(place + 2).first : words[place + 1]
      if let module { modules.insert(String(module)) }
    }
    return modules
  }

  private func words(of line: Substring) -> [Substring] {
    line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
  }
}

private struct Scanner {
  let source: [UInt8]
  var code: [UInt8] = []
  private var position = 0

  init(source: [UInt8]) { self.source = source }

  /// Up to the end, or up to the parenthesis that closes an interpolation.
  mutating func scanCode(inInterpolation: Bool) {
    var depth = 0
    while position < source.count {
      if starts("//") {
        while position < source.count, source[position] != UInt8(ascii: "\n") { position += 1 }
      } else if starts("/*") {
        skipComment()
      } else if let pounds = literalAhead() {
        skipLiteral(pounds: pounds)
      } else {
        let byte = source[position]
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") { depth -= 1 }
        if inInterpolation, depth < 0 { return }
        code.append(byte)
        position += 1
      }
    }
  }

  /// Comments of this form nest.
  private mutating func skipComment() {
    var depth = 0
    repeat {
      if starts("/*") {
        (depth, position) = (depth + 1, position + 2)
      } else if starts("*/") {
        (depth, position) = (depth - 1, position + 2)
      } else {
        keepEndOfLine()
      }
    } while depth > 0 && position < source.count
  }

  /// How many `#` stand before the quote of a literal that begins here.
  private func literalAhead() -> Int? {
    var end = position
    while end < source.count, source[end] == UInt8(ascii: "#") { end += 1 }
    return end < source.count && source[end] == UInt8(ascii: "\"") ? end - position : nil
  }

  private mutating func skipLiteral(pounds: Int) {
    let hashes = String(repeating: "#", count: pounds)
    position += pounds
    let quote = starts("\"\"\"") ? "\"\"\"" : "\""
    position += quote.utf8.count
    code.append(UInt8(ascii: " "))
    while position < source.count {
      if starts(quote + hashes) {
        position += quote.utf8.count + pounds
        return
      } else if starts("\\" + hashes + "(") {
        position += pounds + 2
        code.append(UInt8(ascii: " "))
        scanCode(inInterpolation: true)
        position += 1
      } else if starts("\\" + hashes) {
        position += pounds + 2
      } else {
        keepEndOfLine()
      }
    }
  }

  private mutating func keepEndOfLine() {
    if source[position] == UInt8(ascii: "\n") { code.append(source[position]) }
    position += 1
  }

  private func starts(_ text: String) -> Bool { source[position...].starts(with: text.utf8) }
}
