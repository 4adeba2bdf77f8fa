extension ColumnType {
  /// The type of the same rows with offsets of 64 bits; the type itself where there are none of 32.
  ///
  /// Arrow has no such maps: a map becomes a `large_list` of its entries, which ``largeMapFields`` tells from others.
  package var withLargeOffsets: ColumnType {
    switch self {
    case .utf8: .largeUTF8
    case .binary: .largeBinary
    case .list(let field): .largeList(field)
    case .map: .largeList(childFields[0])
    default: self
    }
  }

  /// The fields of keys and values of a `large_list` that stands for a map: its elements are called as the entries of a map
  /// are, and neither they nor their keys can be null.
  package var largeMapFields: (key: Field, value: Field)? {
    guard case .largeList(let entries) = self, entries.name == "entries", !entries.isNullable,
      case .struct(let fields) = entries.type, fields.count == 2, !fields[0].isNullable
    else { return nil }
    return (fields[0], fields[1])
  }

  /// The same type around children of other types, in the order of ``childFields``; as many are needed.
  package func withChildTypes(_ types: [ColumnType]) -> ColumnType {
    var fields = childFields
    guard fields.count == types.count, zip(fields, types).contains(where: { $0.type != $1 }) else { return self }
    for (index, type) in types.enumerated() { fields[index].type = type }
    return replacingChildren(fields)
  }

  /// The same type with other fields, in the order of ``childFields``; as many are needed.
  package func replacingChildren(_ fields: [Field]) -> ColumnType {
    guard fields.count == childFields.count, let first = fields.first else { return self }
    switch self {
    case .list: return .list(first)
    case .largeList: return .largeList(first)
    case .listView: return .listView(first)
    case .largeListView: return .largeListView(first)
    case .fixedSizeList(_, let count): return .fixedSizeList(first, count: count)
    case .struct: return .struct(fields)
    case .map(_, _, let keysSorted):
      let entries = first.type.childFields
      guard entries.count == 2 else { return self }
      return .map(key: entries[0], value: entries[1], keysSorted: keysSorted)
    default: return self
    }
  }
}
