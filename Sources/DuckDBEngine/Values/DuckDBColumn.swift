/// A column of a result.
public struct DuckDBColumn: Sendable, Hashable {
  /// The name; several columns of a result may have the same.
  public var name: String
  /// The type of the values.
  public var type: SQLType

  /// Makes a column from its parts.
  public init(name: String, type: SQLType) {
    self.name = name
    self.type = type
  }
}
