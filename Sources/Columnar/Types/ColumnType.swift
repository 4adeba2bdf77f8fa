/// The logical type of a column, in Arrow's terms.
///
/// The parameters of a type are not checked here but when a column is made. Arrow's unions and run-end encoding have
/// no case yet. More types will be added, so code outside this package should have a default in a switch.
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
  case float16, float32, float64
  /// Whole multiples of 10 to the power of `-scale`, with at most `precision` decimal digits: 1 to 38.
  case decimal128(precision: Int, scale: Int)
  /// The same with up to 76 digits.
  case decimal256(precision: Int, scale: Int)
  /// Days since 1970-01-01.
  case date32
  /// Milliseconds since 1970-01-01, of whole days.
  case date64
  /// The time of day, in seconds or milliseconds.
  case time32(TimeUnit)
  /// The time of day, in microseconds or nanoseconds.
  case time64(TimeUnit)
  /// Time since 1970-01-01 00:00: in UTC, to be shown in the time zone; a wall clock's time when there is none.
  case timestamp(TimeUnit, timeZone: String?)
  /// A length of time.
  case duration(TimeUnit)
  /// A length of time in the calendar.
  case interval(IntervalUnit)
  /// Text as UTF-8: with 32-bit offsets, so at most 2 GiB in a column.
  case utf8
  /// Text as UTF-8 with 64-bit offsets.
  case largeUTF8
  /// Text as UTF-8, short ones in their row, longer ones anywhere in any number of buffers.
  case utf8View
  /// Bytes with 32-bit offsets, so at most 2 GiB in a column.
  case binary
  /// Bytes with 64-bit offsets.
  case largeBinary
  /// Bytes, short ones in their row, longer ones anywhere in any number of buffers.
  case binaryView
  /// Bytes, in every row as many.
  case fixedSizeBinary(byteWidth: Int)
  /// Lists of any length, with 32-bit offsets into the elements.
  case list(Field)
  /// Lists of any length, with 64-bit offsets into the elements.
  case largeList(Field)
  /// Lists that all have `count` elements.
  case fixedSizeList(Field, count: Int)
  /// Lists with 32-bit offsets and sizes, in any order, that may share elements.
  case listView(Field)
  /// Lists with 64-bit offsets and sizes, in any order, that may share elements.
  case largeListView(Field)
  /// One value for each of the fields.
  case `struct`([Field])
  /// Lists of keys with their values.
  case map(key: Field, value: Field, keysSorted: Bool)
  /// Positions in a column of distinct values. The type of the positions is one of the integers.
  case dictionary(index: ColumnType, value: ColumnType, isOrdered: Bool)
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
    case .float16, .float32, .float64: true
    default: false
    }
  }

  /// Whether rows are text, whatever the layout.
  public var isText: Bool {
    switch self {
    case .utf8, .largeUTF8, .utf8View: true
    default: false
    }
  }

  /// The bits that a row takes in the column itself; nil when rows vary in width, take no memory (`null`), or are
  /// made of children.
  public var bitWidth: Int? {
    switch layout {
    case .bits: 1
    case .fixedWidth(let byteWidth): byteWidth * 8
    default: nil
    }
  }
}
