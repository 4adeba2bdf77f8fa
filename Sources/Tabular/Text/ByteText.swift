/// Bytes, bits and UUIDs as DuckDB writes them.
package enum ByteText {
  /// Printable characters as they are, other bytes as `\xAA`.
  package static func append(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
    for byte in bytes {
      switch Unicode.Scalar(byte) {
      case "\\", "'", "\"": appendEscaped(byte, to: &text)
      case " "..."~": text.append(byte)
      default: appendEscaped(byte, to: &text)
      }
    }
  }

  private static func appendEscaped(_ byte: UInt8, to text: inout [UInt8]) {
    text += "\\x".utf8
    for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 48 + digit : UInt8(ascii: "A") + digit - 10) }
  }

  package static func appendUUID(_ value: UInt128, to text: inout [UInt8]) {
    for position in 0..<32 {
      if [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
      let digit = UInt8(truncatingIfNeeded: value >> UInt128(124 - 4 * position)) & 15
      text.append(digit < 10 ? 48 + digit : UInt8(ascii: "a") + digit - 10)
    }
  }

  package static func appendBits(_ bits: some Sequence<Bool>, to text: inout [UInt8]) {
    for bit in bits { text.append(bit ? UInt8(ascii: "1") : UInt8(ascii: "0")) }
  }
}

/// A string of bits as DuckDB stores it: the first byte says how many bits at the front of the second are padding.
package struct PackedBits: Sequence {
  package let bits: [Bool]

  package init(_ bytes: UnsafeRawBufferPointer) {
    guard let padding = bytes.first, padding < 8, bytes.count > 1 else {
      bits = []
      return
    }
    bits = (Int(padding)..<(bytes.count - 1) * 8).map { bit in
      bytes[1 + bit / 8] >> UInt8(7 - bit % 8) & 1 == 1
    }
  }

  package func makeIterator() -> Array<Bool>.Iterator { bits.makeIterator() }
}

/// A time of day with its distance from UTC, as DuckDB stores it.
package struct PackedZonedTime {
  package let microseconds: Int64
  package let offsetSeconds: Int32

  /// The upper 40 bits are microseconds. The lower 24 count down from the largest offset, so that
  /// comparing the whole orders by time and then from east to west.
  package init(_ bits: UInt64) {
    let largestOffset: Int32 = 16 * 60 * 60 - 1
    microseconds = Int64(bits >> 24)
    offsetSeconds = largestOffset - Int32(bits & 0xFF_FFFF)
  }
}
