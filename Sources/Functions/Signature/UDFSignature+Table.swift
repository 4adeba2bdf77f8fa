public import Columnar

extension UDFSignature {
  /// The columns of a table function's rows: the fields of a NamedTuple, dataclass or TypedDict, `f0`, `f1` and so on of
  /// a tuple, and else one with the function's name. Of any other function its result, under the function's name.
  public var columns: [Field] { columnTypes.map { $0.type.field(named: $0.name) } }

  /// The same as the function has them.
  package var columnTypes: [(name: String, type: UDFType)] {
    if kind == .table, case .structure(let row) = result { return row.fields.map { ($0.name, $0.type) } }
    return [(columnName ?? name, result)]
  }

  /// Whether a row of one column may be a tuple of one, as in other systems: no value of the column's type is a tuple.
  package var takesTuplesOfOne: Bool {
    guard columnName != nil else { return false }
    switch result {
    case .any, .json, .list, .structure, .pickle: return false
    default: return true
    }
  }

  /// Of a table function, the function that gives all rows of a call in a list, which is called once for each row of its
  /// arguments; every other function itself.
  package var listing: UDFSignature {
    guard kind == .table else { return self }
    return UDFSignature(
      name: name, kind: .rows, parameters: parameters, result: .list(result), determinism: determinism,
      errorMode: errorMode, timeouts: timeouts, memoryLimit: memoryLimit, documentation: documentation, line: line,
      retriesRows: false, aggregate: nil, concurrency: nil, placement: placement, columnName: nil, decimals: decimals,
      batchForm: nil)
  }
}
