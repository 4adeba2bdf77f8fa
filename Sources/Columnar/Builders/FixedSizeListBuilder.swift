/// Builds a `fixed_size_list` column around its elements, which are built beside it.
///
/// Every row here stands for ``size`` elements, a null row too.
public struct FixedSizeListBuilder: ColumnBuilder, ~Copyable {
  /// The elements that each row has.
  public let size: Int
  @usableFromInline var rows = StructBuilder()

  /// Creates a builder without rows. Throws `invalidType` for a size below zero or over 2,147,483,647.
  public init(size: Int) throws(ColumnError) {
    try ColumnType.fixedSizeList(Field(name: "item", type: .null), count: size).checkParameters()
    self.size = size
  }

  /// The number of rows so far.
  public var count: Int { rows.count }

  /// Does nothing: rows take no memory before one of them is null.
  public mutating func reserveCapacity(_ rows: Int) {}

  /// Adds a row with the next ``size`` elements.
  @inlinable
  public mutating func append() { rows.append() }

  /// Adds a null row. It stands for ``size`` elements too, which may be null.
  @inlinable
  public mutating func appendNull() { rows.appendNull() }

  /// Takes back all rows but the first `count`; their elements are taken back from their own builder.
  public mutating func truncate(to count: Int) { rows.truncate(to: count) }

  /// Ends building. Nothing is copied.
  ///
  /// `field` describes the elements, and is called `item` when left out. Throws `lengthMismatch` unless `elements` has
  /// ``size`` rows for each row, and `typeMismatch` when the field has another type.
  public consuming func finish(elements: Column, field: Field? = nil) throws(ColumnError) -> Column {
    let (size, field) = (size, field ?? Field(name: "item", type: elements.type))
    try checkChild(elements, field, count: count * size)
    return rows.finish(as: .fixedSizeList(field, count: size), [elements])
  }
}
