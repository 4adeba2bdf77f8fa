extension SQLType: CustomStringConvertible {
  /// The type as DuckDB writes it, such as `STRUCT(a INTEGER, b VARCHAR[])`.
  public var description: String {
    switch self {
    case .plain(let plain): plain.rawValue
    case .decimal(let width, let scale): "DECIMAL(\(width),\(scale))"
    case .enumeration(let names): "ENUM(\(names.map { Self.quoted($0, with: "'") }.joined(separator: ", ")))"
    case .list(let element): "\(element)[]"
    case .array(let element, let count): "\(element)[\(count)]"
    case .structure(let fields): "STRUCT(\(Self.text(of: fields)))"
    case .map(let key, let value): "MAP(\(key), \(value))"
    case .union(let members): "UNION(\(Self.text(of: members)))"
    case .unsupported(let name): name
    }
  }

  private static func text(of fields: [Field]) -> String {
    fields.map { $0.name.isEmpty ? "\($0.type)" : "\(identifier($0.name)) \($0.type)" }.joined(
      separator: ", ")
  }

  /// DuckDB also quotes its keywords; the list of those changes with its version and is not kept here.
  private static func identifier(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    return isPlain && name.first?.isNumber == false ? name : quoted(name, with: "\"")
  }

  private static func quoted(_ text: String, with quote: Character) -> String {
    "\(quote)\(text.map { $0 == quote ? "\(quote)\(quote)" : String($0) }.joined())\(quote)"
  }
}
