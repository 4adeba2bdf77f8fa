import Essentials

/// A failure of a command itself; the usage line would not help.
struct CommandError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// Several errors as one, or the only one as it is.
  static func joining(_ errors: [any Error]) -> any Error {
    errors.count == 1 ? errors[0] : CommandError(errors.map { "\($0)" }.joined(separator: "\n"))
  }
}

/// Writes a line for a person to standard error.
func complain(_ text: String) { StandardError.write("clutch: \(text)\n") }

extension String {
  /// A C string that need not be UTF-8: what is not stands as `\xE9`.
  init(escaping text: UnsafePointer<CChar>) {
    self = ""
    var rest = UnsafeBufferPointer(start: text, count: Int(strlen(text))).map { UInt8(bitPattern: $0) }[...]
    while let byte = rest.first {
      let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
      if let length {
        self += String(decoding: rest.prefix(length), as: UTF8.self)
      } else {
        self += "\\x" + String(byte, radix: 16, uppercase: true)
      }
      rest = rest.dropFirst(length ?? 1)
    }
  }
}
