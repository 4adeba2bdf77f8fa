extension Column {
  /// The rows as an array, null as nil. For tests and small uses; throws as ``values(as:)`` does.
  public func toArray<T: FixedWidthColumnElement>(of element: T.Type) throws(ColumnError) -> [T?] {
    let values = try values(as: T.self)
    var result: [T?] = []
    result.reserveCapacity(count)
    for row in 0..<count { result.append(isNull(row) ? nil : values[row]) }
    return result
  }

  /// The rows as an array, null as nil. For tests and small uses; throws as ``booleans()`` does.
  public func toArray(of element: Bool.Type) throws(ColumnError) -> [Bool?] {
    let bits = try booleans()
    return (0..<count).map { isNull($0) ? nil : bits[$0] }
  }

  /// The rows as an array, null as nil. For tests and small uses; throws as ``strings()`` does.
  public func toArray(of element: String.Type) throws(ColumnError) -> [String?] {
    let strings = try strings()
    return (0..<count).map { strings[$0] }
  }

  /// The rows as an array, null as nil. For tests and small uses; throws as ``binary()`` does.
  public func toArray(of element: [UInt8].Type) throws(ColumnError) -> [[UInt8]?] {
    let binary = try binary()
    return (0..<count).map { binary[$0] }
  }
}
