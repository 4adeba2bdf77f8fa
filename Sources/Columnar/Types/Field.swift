/// The name and type of one column of a ``Schema``.
public struct Field: Sendable, Hashable {
  /// The name. A schema may use one more than once.
  public var name: String
  /// The type of the rows.
  public var type: ColumnType
  /// Whether rows may be null.
  public var isNullable: Bool
  /// Free text for applications, as in Arrow.
  public var metadata: [String: String]

  /// Creates a field.
  public init(
    name: String, type: ColumnType, isNullable: Bool = true, metadata: [String: String] = [:]
  ) {
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.metadata = metadata
  }
}

extension Field: CustomStringConvertible {
  /// Name and type, as in `price: float64 not null`.
  public var description: String { "\(name): \(type)\(isNullable ? "" : " not null")" }
}
