/// How closely ``Column/validate(_:)`` looks.
public enum ValidationLevel: Sendable, Hashable {
  /// Nothing beyond what every column was checked for when it was made. For data of a producer that is trusted.
  case none
  /// The number, sizes and alignment of buffers and children, and the last offset. Costs nothing
  /// per row.
  case structural
  /// Everything: offsets, text and the null count too. Reads all rows.
  case full
}
