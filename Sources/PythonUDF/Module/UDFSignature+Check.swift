package import Columnar

extension UDFSignature {
  /// Refuses columns that the parameters do not take.
  ///
  /// - Throws: `UDFError` with code `wrongArguments`.
  package func check(_ columns: [ColumnType]) throws(UDFError) {
    guard let parameters = parameters(forArguments: columns.count) else {
      throw UDFError(
        .wrongArguments,
        """
        UDF \(sqlDescription) takes \(argumentCounts(of: "column")), but \(columns.count) \
        \(columns.count == 1 ? "was" : "were") given
        """)
    }
    for (index, (parameter, column)) in zip(parameters, columns).enumerated()
    where !parameter.type.accepts(column) {
      throw UDFError(
        .wrongArguments,
        """
        UDF \(name): column \(index + 1), for parameter '\(parameter.name)', is \(column), but \(parameter.type) \
        takes \(parameter.type.acceptedColumns)
        """)
    }
  }
}
