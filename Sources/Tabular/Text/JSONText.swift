/// The strings of JSON (RFC 8259).
enum JSONText {
  static func appendString(_ value: some Sequence<UInt8>, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in value {
      switch Unicode.Scalar(byte) {
      case "\"": text += "\\\"".utf8
      case "\\": text += "\\\\".utf8
      case "\n": text += "\\n".utf8
      case "\r": text += "\\r".utf8
      case "\t": text += "\\t".utf8
      case "\0"..<" ":
        text += byte < 16 ? "\\u000".utf8 : "\\u00".utf8
        text += String(byte, radix: 16).utf8
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }

  /// Line ends in JSON stand between tokens only, where a space says the same.
  static func appendOnOneLine(_ json: some Sequence<UInt8>, to text: inout [UInt8]) {
    for byte in json { text.append(byte == 10 || byte == 13 ? 32 : byte) }
  }
}
