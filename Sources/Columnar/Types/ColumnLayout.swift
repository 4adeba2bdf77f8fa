/// How a column lies in memory; several types share a layout.
package enum ColumnLayout: Sendable, Hashable {
  /// No memory.
  case null
  /// One buffer of packed bits.
  case bits
  /// One buffer of values. Of a dictionary encoded column they are the indices.
  case fixedWidth(byteWidth: Int)
  /// A buffer of offsets, one more than rows, and one of data.
  case variableWidth(offsetByteWidth: Int)
  /// A buffer of views, 16 bytes per row, and any number of buffers of data.
  case views
  /// A buffer of offsets, one more than rows, and a child.
  case list(offsetByteWidth: Int)
  /// A buffer of offsets, one of sizes, and a child.
  case listViews(offsetByteWidth: Int)
  /// Only a child, with `count` rows for each row.
  case fixedSizeList(count: Int)
  /// Only children, with a row for each row.
  case structure
}

extension ColumnLayout {
  /// The buffers a column must have, its validity not counted. Those with views may have more.
  package var bufferCount: Int {
    switch self {
    case .null, .fixedSizeList, .structure: 0
    case .bits, .fixedWidth, .views, .list: 1
    case .variableWidth, .listViews: 2
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
    case .int16, .uint16, .float16: .fixedWidth(byteWidth: 2)
    case .int32, .uint32, .float32, .date32, .time32, .interval(.yearMonth): .fixedWidth(byteWidth: 4)
    case .int64, .uint64, .float64, .date64, .time64, .timestamp, .duration, .interval(.dayTime):
      .fixedWidth(byteWidth: 8)
    case .decimal128, .interval(.monthDayNano): .fixedWidth(byteWidth: 16)
    case .decimal256: .fixedWidth(byteWidth: 32)
    case .fixedSizeBinary(let byteWidth): .fixedWidth(byteWidth: byteWidth)
    case .dictionary(let index, _, _): index.layout
    case .utf8, .binary: .variableWidth(offsetByteWidth: 4)
    case .largeUTF8, .largeBinary: .variableWidth(offsetByteWidth: 8)
    case .utf8View, .binaryView: .views
    case .list, .map: .list(offsetByteWidth: 4)
    case .largeList: .list(offsetByteWidth: 8)
    case .listView: .listViews(offsetByteWidth: 4)
    case .largeListView: .listViews(offsetByteWidth: 8)
    case .fixedSizeList(_, let count): .fixedSizeList(count: count)
    case .struct: .structure
    }
  }

  /// What the address of the first buffer must be a multiple of, so that its elements can be read in place.
  package var byteAlignment: Int {
    switch self {
    case .fixedSizeBinary: 1
    case .interval(.dayTime): 4
    case .interval(.monthDayNano): 8
    case .decimal128, .decimal256: 16
    case .dictionary(let index, _, _): index.byteAlignment
    default:
      switch layout {
      case .fixedWidth(let byteWidth): byteWidth
      case .variableWidth(let byteWidth), .list(let byteWidth), .listViews(let byteWidth): byteWidth
      case .views: 8
      case .null, .bits, .fixedSizeList, .structure: 1
      }
    }
  }
}
