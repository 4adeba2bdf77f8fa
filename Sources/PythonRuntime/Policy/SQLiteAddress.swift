/// What a database's name that begins with `file:` means to SQLite, as far as a policy is interested.
struct SQLiteAddress {
  /// The file, or nil when SQLite would refuse the address.
  private(set) var path: String?
  /// Whether the database is in memory, whatever the path is.
  private(set) var isInMemory = false
  /// Whether nothing is written to it.
  private(set) var isReadOnly = false

  /// Nil for a name that is no such address.
  init?(_ name: String) {
    guard name.utf8.starts(with: "file:".utf8) else { return nil }
    let rest = name.utf8.dropFirst(5).prefix { $0 != UInt8(ascii: "#") }
    let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
    var file = rest[..<mark]
    if file.starts(with: "//".utf8) {
      let authority = file.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
      guard authority.isEmpty || authority.elementsEqual("localhost".utf8) else { return }
      file = file[authority.endIndex...]
    }
    path = Self.decoded(file)
    let options = mark == rest.endIndex ? [] : rest[rest.index(after: mark)...].split(separator: UInt8(ascii: "&"))
    // If there are several of one name, all must say so.
    let modes = options.filter { Self.decoded($0)?.hasPrefix("mode=") ?? true }.map { Self.decoded($0) }
    isInMemory = path == ":memory:" || !modes.isEmpty && modes.allSatisfy { $0 == "mode=memory" }
    isReadOnly = !modes.isEmpty && modes.allSatisfy { $0 == "mode=ro" }
  }

  /// With `%20` and the like as what they stand for; nil when that is no text, or ends in the middle.
  private static func decoded(_ text: some Collection<UInt8>) -> String? {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit), high + low > 0 else {
        return nil
      }
      bytes.append(high * 16 + low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? { Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init) }
}
