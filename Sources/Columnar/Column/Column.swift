/// An immutable Arrow array: rows of one type.
///
/// The layout is Arrow's, whatever the type: a validity bitmap, buffers, children and a dictionary,
/// of which rows `offset ..< offset + count` are shown. Typed views (``values(as:)``,
/// ``booleans()``, ``strings()``, ``binary()``, ``lists()``, ``fieldColumns()``) sit on top. A copy shares the memory.
///
/// A column always has buffers that are large enough for its rows. What is in them is checked only
/// by ``validate(_:)``.
public struct Column: Sendable {
  /// The type of the rows.
  public let type: ColumnType
  /// The number of rows.
  public let count: Int
  /// The position in the buffers of the first row, in rows.
  public let offset: Int
  /// The number of null rows.
  public let nullCount: Int
  /// The columns that a nested type is made of, as they lie in memory: this column's ``offset`` is not applied. Empty
  /// for all others.
  public let children: [Column]

  /// The validity bits, in which row 0 is at bit `offset`.
  package let validityBuffer: Buffer?
  /// The buffers in Arrow's order, without the validity.
  package let buffers: [Buffer]
  private let dictionaryBox: ColumnBox?

  /// The values that the rows of a dictionary encoded column refer to.
  public var dictionary: Column? { dictionaryBox?.column }

  /// Puts a column together from its parts, which may come from outside.
  ///
  /// - Parameters:
  ///   - nullCount: nil when unknown; it is then counted.
  ///   - validity: nil when no row is null.
  ///   - buffers: in Arrow's order, without the validity.
  ///
  /// Throws `invalidType`, `invalidLayout` or `invalidOffsets` when the parts are not what `.structural` validation
  /// asks for.
  package init(
    type: ColumnType, count: Int, offset: Int = 0, nullCount: Int? = nil, validity: Buffer? = nil,
    buffers: [Buffer], children: [Column] = [], dictionary: Column? = nil
  ) throws(ColumnError) {
    try Column.checkStructure(
      type: type, count: count, offset: offset, nullCount: nullCount, validity: validity,
      buffers: buffers, children: children, dictionary: dictionary)
    self.init(
      unchecked: type, count: count, offset: offset, nullCount: nullCount, validity: validity,
      buffers: buffers, children: children, dictionary: dictionary)
  }

  /// The same for parts that were made here.
  init(
    unchecked type: ColumnType, count: Int, offset: Int = 0, nullCount: Int?, validity: Buffer?,
    buffers: [Buffer], children: [Column] = [], dictionary: Column? = nil
  ) {
    self.type = type
    self.count = count
    self.offset = offset
    self.validityBuffer = validity
    self.buffers = buffers
    self.children = children
    self.dictionaryBox = dictionary.map(ColumnBox.init)
    if type == .null {
      self.nullCount = count
    } else if let nullCount {
      self.nullCount = nullCount
    } else if let validity {
      self.nullCount =
        count - Bitmap(unchecked: validity, offset: offset, count: count).countSet()
    } else {
      self.nullCount = 0
    }
  }

  /// Which rows have a value, row 0 at index 0 whatever the offset; nil when no row is null, and
  /// for the type `null`, which has no bitmap.
  public var validity: Bitmap? {
    guard nullCount > 0, let validityBuffer else { return nil }
    return Bitmap(unchecked: validityBuffer, offset: offset, count: count)
  }

  /// Whether `row`, which must be below ``count``, is null. A loop over all rows is faster with
  /// ``validity``, taken once.
  public func isNull(_ row: Int) -> Bool {
    precondition(row >= 0 && row < count, "row \(row) of a column of \(count) rows")
    if let validity { return !validity[row] }
    return type == .null
  }

  /// The rows of `range`, which must be inside `0 ..< count`, without a copy.
  ///
  /// Costs a count of the validity bits of the range when this column has nulls. The slice keeps
  /// all of this column's memory alive.
  public func slice(_ range: Range<Int>) -> Column {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count,
      "rows \(range) of a column of \(count) rows")
    return Column(
      unchecked: type, count: range.count, offset: offset + range.lowerBound,
      nullCount: nullCount == 0 ? 0 : nil, validity: validityBuffer, buffers: buffers,
      children: children, dictionary: dictionary)
  }
}

/// Gives a column a place on the heap, since a struct cannot hold itself.
private final class ColumnBox: Sendable {
  let column: Column

  init(_ column: Column) { self.column = column }
}
