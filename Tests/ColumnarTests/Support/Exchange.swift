/// A C schema and array as text, to and from another process. The Python side is `Files/exchange.py`.
struct Exchange: Codable, Sendable {
  var type = ""
  var schema: ExchangeSchema
  var array: ExchangeArray
  var values: [Canonical]?
}

struct ExchangeSchema: Codable, Sendable {
  var format: String
  var name = ""
  var flags: Int64 = 2
  var metadata: String?
  var children: [ExchangeSchema] = []
  var dictionary: Indirect<ExchangeSchema>?
}

struct ExchangeArray: Codable, Sendable {
  var length: Int64
  var nullCount: Int64 = -1
  var offset: Int64 = 0
  /// Hexadecimal; nil for a null pointer.
  var buffers: [String?]
  var children: [ExchangeArray] = []
  var dictionary: Indirect<ExchangeArray>?

  enum CodingKeys: String, CodingKey {
    case length, offset, buffers, children, dictionary
    case nullCount = "null_count"
  }
}

/// Gives a value a place on the heap, since a struct cannot hold itself.
final class Indirect<Value: Codable & Sendable>: Codable, Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
  init(from decoder: any Decoder) throws { value = try Value(from: decoder) }
  func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}

enum Hexadecimal {
  static func bytes(_ text: String) -> [UInt8] {
    let digits = text.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
