extension SQLValue {
  /// Appends the value as JSON (RFC 8259), on one line.
  ///
  /// Integers and decimals of any size are numbers with all their digits. NaN and infinities, which
  /// JSON has no numbers for, become `null`, as in JavaScript. Lists and structures without names
  /// are arrays, structures and maps are objects, a union is the value in it, and everything else is
  /// a string with the text of `description`.
  package func appendJSON(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .boolean, .integer, .hugeInteger, .unsignedHugeInteger: appendText(to: &text)
    case .decimal(let value, _, let scale): text += NumberText.decimal(value, scale: scale)
    case .float(let value): text += value.isFinite ? NumberText.shortest(value) : "null"
    case .double(let value): text += value.isFinite ? NumberText.shortest(value) : "null"
    case .text(let value): JSONText.appendString(value, to: &text)
    case .json(let value): JSONText.appendOnOneLine(value, to: &text)
    case .list(let elements): JSONText.appendArray(elements, to: &text)
    case .structure(let fields) where fields.first?.name.isEmpty == true:
      JSONText.appendArray(fields.map(\.value), to: &text)
    case .structure(let fields):
      JSONText.appendObject(fields.lazy.map { ($0.name, $0.value) }, to: &text)
    case .map(let entries):
      JSONText.appendObject(entries.lazy.map { ($0.key.description, $0.value) }, to: &text)
    case .union(_, let value): value.appendJSON(to: &text)
    case .blob, .bits, .uuid, .date, .time, .zonedTime, .timestamp, .interval, .unsupported:
      JSONText.appendString(description, to: &text)
    }
  }
}

/// The punctuation of JSON.
enum JSONText {
  static func appendString(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  /// Line ends in JSON stand between tokens only, where a space says the same.
  static func appendOnOneLine(_ json: String, to text: inout String) {
    for scalar in json.unicodeScalars {
      text.unicodeScalars.append(scalar == "\n" || scalar == "\r" ? " " : scalar)
    }
  }

  static func appendArray(_ elements: [SQLValue], to text: inout String) {
    text += "["
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      element.appendJSON(to: &text)
    }
    text += "]"
  }

  static func appendObject(_ members: some Sequence<(String, SQLValue)>, to text: inout String) {
    text += "{"
    for (index, member) in members.enumerated() {
      if index > 0 { text += "," }
      appendString(member.0, to: &text)
      text += ":"
      member.1.appendJSON(to: &text)
    }
    text += "}"
  }
}
