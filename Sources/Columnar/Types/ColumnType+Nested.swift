extension ColumnType {
  /// Lists of elements of that type, under the name that Arrow gives to elements: `item`.
  public static func list(of element: ColumnType) -> ColumnType { .list(Field(name: "item", type: element)) }

  /// Maps under the names that Arrow gives to keys and values.
  public static func map(from key: ColumnType, to value: ColumnType) -> ColumnType {
    .map(
      key: Field(name: "key", type: key, isNullable: false), value: Field(name: "value", type: value),
      keysSorted: false)
  }

  /// The fields of the children that a column of this type has: the element of a list, the fields of a struct, the
  /// entries (a struct) of a map. Empty for all others.
  public var childFields: [Field] {
    switch self {
    case .list(let field), .largeList(let field), .listView(let field), .largeListView(let field): [field]
    case .fixedSizeList(let field, _): [field]
    case .struct(let fields): fields
    case .map(let key, let value, _):
      [Field(name: "entries", type: .struct([key, value]), isNullable: false)]
    default: []
    }
  }

  /// The children a column of this type must have.
  package var childCount: Int {
    switch self {
    case .list, .largeList, .listView, .largeListView, .fixedSizeList, .map: 1
    case .struct(let fields): fields.count
    default: 0
    }
  }

  /// The type of the column that the rows of a dictionary encoded one refer to; nil for all others.
  package var dictionaryType: ColumnType? {
    guard case .dictionary(_, let value, _) = self else { return nil }
    return value
  }

  /// The plain integers that rows are stored as, where the type gives them a meaning of its own; nil for all others.
  package var storageType: ColumnType? {
    switch self {
    case .date32, .time32, .interval(.yearMonth): .int32
    case .date64, .time64, .timestamp, .duration: .int64
    case .dictionary(let index, _, _): index
    default: nil
    }
  }
}
