import Columnar
import TestSupport

/// Makes foreign arrays at random, sound and broken ones; the same ones for the same seed.
///
/// Nothing is broken but what a consumer can find out: a buffer has the bytes that lengths and offsets say, or more, or
/// they say what cannot be.
struct ArrayFuzzer {
  private var state: UInt64
  /// Of how many decisions one is a wrong one.
  private let rarity: Int

  init(seed: UInt64, rarity: Int) { (state, self.rarity) = (seed, rarity) }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
  private mutating func goesWrong() -> Bool { below(rarity) == 0 }
  private mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }

  // MARK: Types

  private static let plain: [ColumnType] = [
    .null, .bool, .int8, .uint16, .int32, .float64, .float16, .decimal128(precision: 38, scale: 2),
    .decimal256(precision: 76, scale: 5), .date32, .timestamp(.microsecond, timeZone: "UTC"), .interval(.dayTime),
    .interval(.monthDayNano), .utf8, .largeUTF8, .utf8View, .binary, .largeBinary, .binaryView,
    .fixedSizeBinary(byteWidth: 3), .fixedSizeBinary(byteWidth: 0),
  ]

  mutating func type(depth: Int) -> ColumnType {
    guard depth > 0, below(3) > 0 else { return one(of: Self.plain) }
    let field = Field(name: "item", type: type(depth: depth - 1))
    switch below(9) {
    case 0: return .list(field)
    case 1: return .largeList(field)
    case 2: return .listView(field)
    case 3: return .largeListView(field)
    case 4: return .fixedSizeList(field, count: below(4))
    case 5: return .map(from: type(depth: 0), to: field.type)
    case 6: return .dictionary(index: one(of: [.int8, .uint8, .int32, .uint64]), value: field.type, isOrdered: false)
    case 7: return .struct([])
    default: return .struct([field, Field(name: "b", type: type(depth: 0))])
    }
  }

  // MARK: Arrays

  /// - Parameter rows: how many its parent needs.
  mutating func array(_ type: ColumnType, rows: Int) -> ExchangeArray {
    let offset = below(9)
    var array = ExchangeArray(length: Int64(rows), offset: Int64(offset), buffers: [])
    let end = rows + offset
    if type != .null { array.buffers.append(validity(type, end)) }
    switch type.layout {
    case .null: break
    case .bits: array.buffers.append(bytes((end + 7) / 8))
    case .fixedWidth(let byteWidth):
      array.buffers.append(type.dictionaryType == nil ? bytes(end * byteWidth) : integers(end, byteWidth, below: 6))
    case .variableWidth(let byteWidth):
      let size = below(60)
      array.buffers += [offsets(end, byteWidth, upTo: size), text(size)]
    case .views: array.buffers += views(end)
    case .list(let byteWidth): array.buffers.append(offsets(end, byteWidth, upTo: 12))
    case .listViews(let byteWidth):
      array.buffers += [integers(end, byteWidth, below: 8), integers(end, byteWidth, below: 5)]
    case .fixedSizeList, .structure: break
    }
    array.children = children(type, end)
    if let value = type.dictionaryType { array.dictionary = Indirect(self.array(value, rows: 6)) }
    spoil(&array)
    return array
  }

  private mutating func children(_ type: ColumnType, _ end: Int) -> [ExchangeArray] {
    let rows =
      switch type.layout {
      case .fixedSizeList(let size): end * size
      case .structure: end
      default: 12
      }
    var children: [ExchangeArray] = []
    for field in type.childFields {
      // The entries and the keys of a map have a value each.
      var child = array(field.type, rows: goesWrong() ? below(rows + 1) : rows)
      if case .map = type, !goesWrong() {
        Self.removeNulls(from: &child)
        if !child.children.isEmpty { Self.removeNulls(from: &child.children[0]) }
      }
      children.append(child)
    }
    return children
  }

  private static func removeNulls(from array: inout ExchangeArray) {
    guard !array.buffers.isEmpty else { return }
    array.buffers[0] = nil
    array.nullCount = 0
  }

  private mutating func spoil(_ array: inout ExchangeArray) {
    guard goesWrong() else { return }
    let lengths: [Int64] = [.max, .max - 1, 1 << 62, 1 << 61 + 1, 1 << 56, 1 << 48, -1, .min]
    switch below(8) {
    case 0: array.length = one(of: lengths)
    case 1: array.offset = one(of: lengths)
    case 2: array.nullCount = one(of: lengths + [0, 1, 3])
    case 3: if !array.buffers.isEmpty { array.buffers[below(array.buffers.count)] = nil }
    case 4: array.buffers = array.buffers.dropLast()
    case 5: array.children = array.children.dropLast()
    case 6: array.dictionary = nil
    default: array.length = 0
    }
  }

  // MARK: Buffers

  private mutating func validity(_ type: ColumnType, _ end: Int) -> String? {
    below(3) == 0 ? bytes((end + 7) / 8) : nil
  }

  private mutating func bytes(_ count: Int) -> String {
    Hexadecimal.text((0..<count).map { _ in UInt8(truncatingIfNeeded: next()) })
  }

  private mutating func text(_ count: Int) -> String {
    let isText = !goesWrong()
    return Hexadecimal.text((0..<count).map { _ in UInt8(isText ? 97 + below(26) : below(256)) })
  }

  private func packed(_ values: [Int], _ byteWidth: Int) -> String {
    Hexadecimal.text(values.flatMap { value in (0..<byteWidth).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } })
  }

  private mutating func integers(_ count: Int, _ byteWidth: Int, below limit: Int) -> String {
    var values = (0..<count).map { _ in below(limit) }
    if count > 0, goesWrong() { values[below(count)] = one(of: [-1, .min, .max, 127, Int(Int32.max)]) }
    return packed(values, byteWidth)
  }

  private mutating func offsets(_ count: Int, _ byteWidth: Int, upTo limit: Int) -> String {
    var values = (0...count).map { _ in below(limit + 1) }.sorted()
    if goesWrong() { values[below(count + 1)] = one(of: [-1, .min, .max, 1 << 50, 0]) }
    return packed(values, byteWidth)
  }

  /// Views with two buffers of data.
  private mutating func views(_ count: Int) -> [String?] {
    let data = [text(40), text(30)]
    var views = ""
    for _ in 0..<count {
      let buffer = below(2)
      let (start, size) = (below(8), 13 + below(8))
      if below(2) == 0 {
        let short = below(13)
        views += packed([short], 4) + text(short) + String(repeating: "00", count: 12 - short)
      } else {
        let prefix = data[buffer].dropFirst(start * 2).prefix(8)
        views += packed([goesWrong() ? one(of: [-1, 40, Int(Int32.max)]) : size], 4) + prefix
        views += packed([goesWrong() ? one(of: [-1, 2]) : buffer, goesWrong() ? one(of: [-1, 39]) : start], 4)
      }
    }
    let sizes = [40, goesWrong() ? one(of: [-1, .max, .min, 1 << 50, 0]) : 30]
    return [views, data[0], data[1], packed(sizes, 8)]
  }
}
