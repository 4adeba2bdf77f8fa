/// A part of a FlatBuffers message that is to be written.
indirect enum FlatNode: Sendable {
  case string(String)
  /// Fields by their number.
  case table([Int: FlatField])
  case tables([FlatNode])
  /// Structs or numbers, whose largest member has eight bytes, one after the other.
  case words(count: Int, [UInt8])

  /// Structs, each given as the 64-bit words that it is made of.
  static func structs(_ structs: [[Int64]]) -> FlatNode {
    .words(count: structs.count, structs.flatMap { $0.flatMap(FlatWriter.bytes) })
  }
}

/// A field of a table that is to be written.
enum FlatField: Sendable {
  case int8(UInt8)
  case int16(Int16)
  case int32(Int32)
  case int64(Int64)
  case node(FlatNode)

  static func bool(_ value: Bool) -> FlatField { .int8(value ? 1 : 0) }
}
