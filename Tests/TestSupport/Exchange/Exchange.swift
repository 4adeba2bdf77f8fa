/// A C schema and array as text, to and from another process. The Python side is `exchange.py`.
package struct Exchange: Codable, Sendable {
  package var type = ""
  package var schema: ExchangeSchema
  package var array: ExchangeArray
  package var values: [Canonical]?
  /// The values as Python shows them; see `shown.py`.
  package var shown: [String]?
}

package struct ExchangeSchema: Codable, Sendable {
  package var format: String
  package var name = ""
  package var flags: Int64 = 2
  package var metadata: String?
  package var children: [ExchangeSchema] = []
  package var dictionary: Indirect<ExchangeSchema>?

  package init(
    format: String, name: String = "", flags: Int64 = 2, metadata: String? = nil, children: [ExchangeSchema] = [],
    dictionary: Indirect<ExchangeSchema>? = nil
  ) {
    (self.format, self.name, self.flags, self.metadata) = (format, name, flags, metadata)
    (self.children, self.dictionary) = (children, dictionary)
  }
}

package struct ExchangeArray: Codable, Sendable {
  package var length: Int64
  package var nullCount: Int64 = -1
  package var offset: Int64 = 0
  /// Hexadecimal; nil for a null pointer.
  package var buffers: [String?]
  package var children: [ExchangeArray] = []
  package var dictionary: Indirect<ExchangeArray>?

  package init(
    length: Int64, nullCount: Int64 = -1, offset: Int64 = 0, buffers: [String?], children: [ExchangeArray] = [],
    dictionary: Indirect<ExchangeArray>? = nil
  ) {
    (self.length, self.nullCount, self.offset, self.buffers) = (length, nullCount, offset, buffers)
    (self.children, self.dictionary) = (children, dictionary)
  }

  package enum CodingKeys: String, CodingKey {
    case length, offset, buffers, children, dictionary
    case nullCount = "null_count"
  }
}

/// Gives a value a place on the heap, since a struct cannot hold itself.
package final class Indirect<Value: Codable & Sendable>: Codable, Sendable {
  package let value: Value

  package init(_ value: Value) { self.value = value }
  package init(from decoder: any Decoder) throws { value = try Value(from: decoder) }
  package func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}

package enum Hexadecimal {
  package static func bytes(_ text: String) -> [UInt8] {
    let digits = text.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
