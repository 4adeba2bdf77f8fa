#if Server
  /// The encoding of `grpc-message`: UTF-8, with everything but printable ASCII, and the percent sign, as `%XX`.
  enum PercentEncoding {
    /// - Parameter limit: Bytes of the result. A longer text is cut before the first character that does not fit whole.
    static func encode(_ text: String, atMost limit: Int) -> String {
      var encoded: [UInt8] = []
      encoded.reserveCapacity(min(text.utf8.count, limit))
      for character in text.unicodeScalars {
        let bytes = UTF8.encode(character)
        // By scalar and not by grapheme: one grapheme may be of any length.
        guard let bytes else { continue }
        let plain = bytes.count == 1 && bytes.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "%") }
        guard encoded.count + (plain ? 1 : 3 * bytes.count) <= limit else { break }
        if plain {
          encoded.append(contentsOf: bytes)
        } else {
          for byte in bytes { encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        }
      }
      // A header's value has no blanks at its ends: a client would strip them, or refuse it.
      while let last = encoded.last, last == UInt8(ascii: " ") { encoded.removeLast() }
      return String(decoding: encoded.drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
  }
#endif
