extension Column {
  /// The same rows with other names and metadata of the fields that the type is made of, without a copy; nil for a type that
  /// is made of anything else.
  package func relabelled(_ type: ColumnType) -> Column? {
    if self.type == type { return self }
    guard self.type.hasSameShape(as: type) else { return nil }
    let fields = type.childFields
    guard fields.count == children.count else { return nil }
    var parts: [Column] = []
    for (field, child) in zip(fields, children) {
      guard let part = child.relabelled(field.type) else { return nil }
      parts.append(part)
    }
    return Column(
      unchecked: type, count: count, offset: offset, nullCount: nullCount, validity: validityBuffer, buffers: buffers,
      children: parts, dictionary: dictionary)
  }
}

extension ColumnType {
  /// Whether both are the same but for the names, the metadata and the nullability of fields.
  fileprivate func hasSameShape(as other: ColumnType) -> Bool {
    let (mine, others) = (childFields, other.childFields)
    guard !mine.isEmpty, mine.count == others.count else { return self == other }
    // With the other's children the rest must be equal.
    return replacingChildren(others) == other && zip(mine, others).allSatisfy { $0.type.hasSameShape(as: $1.type) }
  }
}
