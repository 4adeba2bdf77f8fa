/// The columns of a ``RecordBatch``, in order.
public struct Schema: Sendable, Hashable {
  /// The fields, one per column.
  public var fields: [Field]
  /// Free text for applications, as in Arrow.
  public var metadata: [String: String]

  /// Creates a schema.
  public init(_ fields: [Field], metadata: [String: String] = [:]) {
    self.fields = fields
    self.metadata = metadata
  }

  /// The number of fields.
  public var count: Int { fields.count }

  /// The field at `index`, which must be below ``count``.
  public subscript(index: Int) -> Field { fields[index] }

  /// The position of the first field with that name; nil when there is none.
  ///
  /// Looks through all fields, so ask once per batch and not once per row.
  public func index(of name: String) -> Int? {
    fields.firstIndex { $0.name == name }
  }
}

extension Schema: CustomStringConvertible {
  /// The fields, separated by commas.
  public var description: String {
    fields.map(\.description).joined(separator: ", ")
  }
}
