import PythonUDF

extension UDFType {
  /// Whether a parameter of this type takes an argument of a SQL type. A bare NULL goes everywhere.
  func accepts(_ argument: SQLType) -> Bool {
    switch (self, argument) {
    case (_, .plain(.null)): true
    case (.int, .plain(let plain)): plain.isInteger
    case (.float, .plain(let plain)): plain.isInteger || plain == .float || plain == .double
    case (.float, .decimal): true
    case (.string, .plain(let plain)): plain == .varchar || plain == .json
    case (.bool, .plain(let plain)): plain == .boolean
    case (.bytes, .plain(let plain)): plain == .blob
    default: false
    }
  }

  /// The SQL types that a parameter of this type takes, in words.
  var acceptedSQLTypes: String {
    switch self {
    case .int: "an integer type"
    case .float: "DOUBLE, FLOAT, DECIMAL or an integer type"
    case .string: "VARCHAR"
    case .bool: "BOOLEAN"
    case .bytes: "BLOB"
    }
  }
}

extension SQLType {
  /// DuckDB's type number 0: not known yet.
  var isUndecided: Bool { self == .unsupported("type number 0") }
}

extension SQLType.Plain {
  fileprivate var isInteger: Bool {
    switch self {
    case .tinyint, .smallint, .integer, .bigint, .hugeint, .utinyint, .usmallint, .uinteger, .ubigint, .uhugeint:
      true
    default: false
    }
  }
}

extension UDFSignature {
  /// Why arguments of these types cannot be taken, or nil when they can.
  func refusal(of arguments: [SQLType]) -> String? {
    let call = "\(name)(\(arguments.map(\.description).joined(separator: ", ")))"
    guard let parameters = parameters(forArguments: arguments.count) else {
      let given = arguments.count == 1 ? "1 was" : "\(arguments.count) were"
      return "\(call): the UDF takes \(argumentCounts(of: "argument")), but \(given) given: \(sqlDescription)"
    }
    for (index, (parameter, argument)) in zip(parameters, arguments).enumerated()
    where !parameter.type.accepts(argument) {
      return """
        \(call): argument \(index + 1) ('\(parameter.name)', \(parameter.type)) is \(argument), but takes \
        \(parameter.type.acceptedSQLTypes); cast it, as in CAST(... AS \(parameter.type.sqlName)). The UDF is \
        \(sqlDescription)
        """
    }
    return nil
  }
}
