/// The logical type of a column, in Arrow's terms.
///
/// More types will be added, so code outside this package should have a default in a switch.
public indirect enum ColumnType: Sendable, Hashable {
  /// Every row is null; there is no memory at all.
  case null
  /// One bit per row.
  case bool
  /// Signed integers.
  case int8, int16, int32, int64
  /// Unsigned integers.
  case uint8, uint16, uint32, uint64
  /// IEEE 754 numbers.
  case float32, float64
  /// Text as UTF-8: with 32-bit offsets, so at most 2 GiB in a column.
  case utf8
  /// Text as UTF-8 with 64-bit offsets.
  case largeUTF8
  /// Bytes with 32-bit offsets, so at most 2 GiB in a column.
  case binary
  /// Bytes with 64-bit offsets.
  case largeBinary
}

extension ColumnType {
  /// Whether rows are signed or unsigned integers.
  public var isInteger: Bool {
    switch self {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: true
    default: false
    }
  }

  /// Whether rows are IEEE 754 numbers.
  public var isFloatingPoint: Bool {
    switch self {
    case .float32, .float64: true
    default: false
    }
  }

  /// The bits that a row takes; nil when rows vary in width, or take no memory (`null`).
  public var bitWidth: Int? {
    switch layout {
    case .bits: 1
    case .fixedWidth(let byteWidth): byteWidth * 8
    case .null, .variableWidth: nil
    }
  }
}

extension ColumnType: CustomStringConvertible {
  /// The name that Arrow gives the type.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .float32: "float32"
    case .float64: "float64"
    case .utf8: "utf8"
    case .largeUTF8: "large_utf8"
    case .binary: "binary"
    case .largeBinary: "large_binary"
    }
  }
}
