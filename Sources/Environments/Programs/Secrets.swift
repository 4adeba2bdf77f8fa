/// Passwords and tokens that a program is given, which nobody is to read in what it says: in addresses
/// (`https://NAME:PASSWORD@HOST`), and in environment variables whose names say so.
struct Secrets: Sendable {
  private static let mask = "****"
  /// Shorter ones are found in many words; in an address they are hidden all the same.
  private static let leastLength = 4
  private static let telling = [
    "PASSWORD", "PASSWD", "TOKEN", "SECRET", "CREDENTIAL", "API_KEY", "APIKEY", "PRIVATE_KEY",
  ]

  /// The longest first, because one may be in another.
  private let texts: [String]

  /// - Parameter others: further texts that may have addresses.
  init(_ environment: [String: String], _ others: [String] = []) {
    var found: Set<String> = []
    for (name, value) in environment {
      let name = name.uppercased()
      if Self.telling.contains(where: name.contains) { found.insert(value) }
      found.formUnion(Self.inAddresses(of: value))
    }
    for text in others { found.formUnion(Self.inAddresses(of: text)) }
    found.formUnion(found.compactMap(Self.decoded))
    texts = found.filter { $0.count >= Self.leastLength }.sorted { ($0.count, $0) > ($1.count, $1) }
  }

  /// What an address has percent signs for; nil when that is no text.
  static func decoded(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
        let decoded = UInt8(digits, radix: 16)
      else { return nil }
      bytes.append(decoded)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// A text in which none of them is.
  func masked(_ text: String) -> String {
    texts.reduce(Self.withoutUsers(text, mask: Self.mask + "@")) { $0.replacing($1, with: Self.mask) }
  }

  /// Addresses without the names and passwords in them.
  static func withoutUsers(_ text: String) -> String { withoutUsers(text, mask: "") }

  private static func withoutUsers(_ text: String, mask: String) -> String {
    text.replacing(/(?<scheme>[A-Za-z][A-Za-z0-9+.\-]*:\/\/)(?<user>[^\/\s@'"<>]*(?:@[^\/\s@'"<>]*)*)@/) { match in
      match.output.scheme + mask
    }
  }

  /// The password, or the name where there is none, of each address.
  private static func inAddresses(of text: String) -> Set<String> {
    var found: Set<String> = []
    for match in text.matches(of: /[A-Za-z][A-Za-z0-9+.\-]*:\/\/(?<user>[^\/\s'"<>]+)@/) {
      let user = match.output.user
      guard let colon = user.firstIndex(of: ":") else {
        found.insert(String(user))
        continue
      }
      found.insert(String(user[user.index(after: colon)...]))
    }
    return found
  }
}
