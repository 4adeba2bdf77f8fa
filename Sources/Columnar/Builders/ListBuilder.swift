/// Builds a `list` or `map` column around its elements.
public typealias ListBuilder = GenericListBuilder<Int32>

/// Builds a `large_list` column around its elements.
public typealias LargeListBuilder = GenericListBuilder<Int64>

/// Builds the rows of a column of lists; the elements are built beside it, with a builder of their own.
///
/// First append the elements of a row to their builder, then say here how many they were. Use it by its names
/// ``ListBuilder`` and ``LargeListBuilder``.
public struct GenericListBuilder<Offset: ColumnOffset>: ColumnBuilder, ~Copyable {
  @usableFromInline var offsets = GrowableBuffer()
  @usableFromInline var validity = ValidityBuilder()
  @usableFromInline var rowCapacity = 0
  @usableFromInline var rowCount = 0
  @usableFromInline var total: Offset = 0
  @usableFromInline var elementLimit = Int(clamping: Offset.max)
  /// Up to how many elements the column gets 32-bit offsets, whatever they are here.
  private var shortReach: Int?

  /// Creates a builder without rows.
  public init() {}

  /// The number of rows so far.
  public var count: Int { rowCount }

  /// The number of elements of all rows so far.
  public var elementCount: Int { Int(total) }

  /// Makes room for `rows` rows in total.
  public mutating func reserveCapacity(_ rows: Int) {
    guard rows > rowCapacity else { return }
    let width = MemoryLayout<Offset>.stride
    offsets.grow(toFit: (rows + 1) * width, keeping: rowCapacity == 0 ? 0 : (rowCount + 1) * width)
    if rowCapacity == 0 { offsets.base.storeBytes(of: 0, as: Offset.self) }
    rowCapacity = offsets.byteCapacity / width - 1
  }

  /// Adds a row with the next `elementCount` elements.
  ///
  /// Throws `capacityExceeded` when the elements of all rows would pass what the offsets can address (2,147,483,647 for
  /// `list`). The builder is then as it was before.
  @inlinable
  public mutating func append(elementCount: Int) throws(ColumnError) {
    precondition(elementCount >= 0, "a list cannot have \(elementCount) elements")
    let (end, overflow) = Int(total).addingReportingOverflow(elementCount)
    guard !overflow, end <= elementLimit else { throw capacityError(elementCount) }
    if rowCount == rowCapacity { reserveCapacity(rowCount + 1) }
    total = Offset(truncatingIfNeeded: end)
    rowCount &+= 1
    offsets.base.assumingMemoryBound(to: Offset.self)[rowCount] = total
  }

  /// Adds a null row, which has no elements.
  @inlinable
  public mutating func appendNull() {
    if rowCount == rowCapacity { reserveCapacity(rowCount + 1) }
    validity.markNull(row: rowCount)
    rowCount &+= 1
    offsets.base.assumingMemoryBound(to: Offset.self)[rowCount] = total
  }

  /// Takes back all rows but the first `count`; their elements are taken back from their own builder.
  public mutating func truncate(to count: Int) {
    guard count < rowCount else { return }
    validity.truncate(to: count, from: rowCount)
    rowCount = count
    total = offsets.base.assumingMemoryBound(to: Offset.self)[count]
  }

  /// Ends building. Nothing is copied.
  ///
  /// `field` describes the elements, and is called `item` when left out. Throws `lengthMismatch` unless `elements` has
  /// ``elementCount`` rows, and `typeMismatch` when the field has another type.
  public consuming func finish(elements: Column, field: Field? = nil) throws(ColumnError) -> Column {
    let field = field ?? Field(name: "item", type: elements.type)
    return try finish(as: isNarrowed ? .list(field) : Offset.listType(of: field), elements)
  }

  private var isNarrowed: Bool { shortReach.map { elementCount <= $0 } ?? false }

  private consuming func finish(as type: ColumnType, _ elements: Column) throws(ColumnError) -> Column {
    try checkChild(elements, type.childFields[0], count: elementCount)
    let (count, nullCount, width) = (rowCount, validity.nullCount, MemoryLayout<Offset>.stride)
    let ends =
      rowCapacity == 0
      ? Buffer.zeros(byteCount: width)
      : isNarrowed ? offsets.narrowedOffsets(count: count + 1) : offsets.freeze(byteCount: (count + 1) * width)
    return Column(
      unchecked: type, count: count, nullCount: nullCount, validity: validity.finish(count: count), buffers: [ends],
      children: [elements])
  }

  @usableFromInline
  func capacityError(_ elementCount: Int) -> ColumnError {
    ColumnError(
      code: .capacityExceeded,
      message: "row \(rowCount) would add \(elementCount) elements to \(total), and \(elementLimit) is the most that "
        + "the offsets can address; use large_list or smaller batches")
  }
}

extension GenericListBuilder<Int32> {
  /// Ends building as a column of maps. Nothing is copied.
  ///
  /// The fields are called `key` and `value` when left out. Throws `lengthMismatch` unless both columns have
  /// ``elementCount`` rows, `typeMismatch` when a field has another type, and `nullsNotAllowed` for null keys.
  public consuming func finishMap(
    keys: Column, values: Column, keyField: Field? = nil, valueField: Field? = nil, keysSorted: Bool = false
  ) throws(ColumnError) -> Column {
    try finishEntries(keys, values, keyField, valueField, keysSorted)
  }
}

extension GenericListBuilder<Int64> {
  /// A builder whose column gets 32-bit offsets where they reach.
  package init(reach: OffsetReach) {
    elementLimit = reach.limit
    shortReach = reach.short
  }

  /// Ends building as a column of maps, or as the large list that stands for one; throws as `finishMap`.
  package consuming func finishMap(
    keys: Column, values: Column, keyField: Field, valueField: Field
  ) throws(ColumnError) -> Column {
    try finishEntries(keys, values, keyField, valueField, false)
  }
}

extension GenericListBuilder {
  private consuming func finishEntries(
    _ keys: Column, _ values: Column, _ keyField: Field?, _ valueField: Field?, _ keysSorted: Bool
  ) throws(ColumnError) -> Column {
    let key = keyField ?? Field(name: "key", type: keys.type, isNullable: false)
    let value = valueField ?? Field(name: "value", type: values.type)
    try checkChild(keys, key, count: elementCount)
    try checkChild(values, value, count: elementCount)
    let entries = Column(
      unchecked: .struct([key, value]), count: elementCount, nullCount: 0, validity: nil, buffers: [],
      children: [keys, values])
    try entries.checkEntries()
    let type = ColumnType.map(key: key, value: value, keysSorted: keysSorted)
    let isLarge = MemoryLayout<Offset>.stride == 8 && !isNarrowed
    return try finish(as: isLarge ? type.withLargeOffsets : type, entries)
  }
}

/// Checks a column that is to become a child.
func checkChild(_ child: Column, _ field: Field, count: Int) throws(ColumnError) {
  guard child.type == field.type else {
    throw ColumnError(
      code: .typeMismatch,
      message: "the child column is \(child.type), but its field '\(field.name)' says \(field.type); change the field")
  }
  guard child.count == count else {
    throw ColumnError(
      code: .lengthMismatch,
      message: "the child column '\(field.name)' has \(child.count) rows; its parent needs \(count)")
  }
}
