import HostSupport

package import Columnar

extension UDFSignature {
  /// Refuses columns that the parameters do not take.
  ///
  /// - Throws: `UDFError` with code `wrongArguments`.
  package func check(_ fields: [Field]) throws(UDFError) {
    guard let parameters = parameters(forArguments: fields.count) else {
      throw UDFError(
        .wrongArguments,
        """
        UDF \(sqlDescription) takes \(argumentCounts(of: "column")), but \(fields.count) \
        \(fields.count == 1 ? "was" : "were") given
        """)
    }
    for (index, (parameter, field)) in zip(parameters, fields).enumerated()
    where !parameter.type.accepts(field) {
      throw UDFError(
        .wrongArguments,
        """
        UDF \(name): column \(index + 1), for parameter '\(parameter.name)', is \(field.typeDescription), but \(parameter.type) \
        takes \(parameter.type.acceptedColumns)
        """)
    }
  }
}

extension Field {
  /// The type, with the name of the extension type if there is one.
  var typeDescription: String {
    (extensionName.map { "\(type) (\($0))" } ?? type.description).cut(to: TextLimit.message)
  }
}

extension UDFSignature {
  /// How far columns are from what the parameters are for; nil when they are not taken.
  package func distance(to fields: [Field]) -> Int? {
    guard let parameters = parameters(forArguments: fields.count) else { return nil }
    var sum = 0
    for (parameter, field) in zip(parameters, fields) {
      guard let distance = parameter.type.distance(to: field) else { return nil }
      sum += distance
    }
    return sum
  }
}
