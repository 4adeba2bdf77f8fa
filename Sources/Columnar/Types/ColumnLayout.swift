/// How a column lies in memory; several types share a layout.
package enum ColumnLayout: Sendable, Hashable {
  /// No memory.
  case null
  /// One buffer of packed bits.
  case bits
  /// One buffer of values.
  case fixedWidth(byteWidth: Int)
  /// A buffer of offsets, one more than rows, and one of data.
  case variableWidth(offsetByteWidth: Int)
}

extension ColumnLayout {
  /// The buffers a column must have, its validity not counted.
  package var bufferCount: Int {
    switch self {
    case .null: 0
    case .bits, .fixedWidth: 1
    case .variableWidth: 2
    }
  }
}

extension ColumnType {
  /// How columns of this type lie in memory.
  package var layout: ColumnLayout {
    switch self {
    case .null: .null
    case .bool: .bits
    case .int8, .uint8: .fixedWidth(byteWidth: 1)
    case .int16, .uint16: .fixedWidth(byteWidth: 2)
    case .int32, .uint32, .float32: .fixedWidth(byteWidth: 4)
    case .int64, .uint64, .float64: .fixedWidth(byteWidth: 8)
    case .utf8, .binary: .variableWidth(offsetByteWidth: 4)
    case .largeUTF8, .largeBinary: .variableWidth(offsetByteWidth: 8)
    }
  }

  /// The children a column of this type must have.
  package var childCount: Int { 0 }
}
