/// What builds a column row by row.
///
/// Each builder has its own ways to add rows with values, and ends with a `finish` of its own: some need the columns that
/// their rows are made around. Generic code over builders is compiled for each of them.
public protocol ColumnBuilder: ~Copyable {
  /// The number of rows so far.
  var count: Int { get }
  /// Makes room for `rows` rows in total.
  mutating func reserveCapacity(_ rows: Int)
  /// Adds a null row.
  mutating func appendNull()
  /// Takes back all rows but the first `count`, which must not be negative. What they are made around, the elements of lists or the fields of structs,
  /// is taken back from its own builder.
  mutating func truncate(to count: Int)
}
