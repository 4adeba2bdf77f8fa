/// Builds a `fixed_size_list` column around its elements, which are built beside it.
///
/// Every row here stands for ``size`` elements, a null row too.
public struct FixedSizeListBuilder: ~Copyable {
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

  /// Adds a row with the next ``size`` elements.
  @inlinable
  public mutating func append() { rows.append() }

  /// Adds a null row. It stands for ``size`` elements too, which may be null.
  @inlinable
  public mutating func appendNull() { rows.appendNull() }

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
