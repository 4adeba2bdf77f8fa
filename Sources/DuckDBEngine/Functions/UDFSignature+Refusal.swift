import HostSupport
import Columnar
import Functions

extension UDFSignature {
  /// Why arguments of these types cannot be taken, or nil when they can.
  func refusal(of arguments: [BoundArgument]) -> String? {
    let call = "\(name)(\(arguments.map(\.type.description).listed(each: TextLimit.message)))"
    guard let parameters = parameters(forArguments: arguments.count) else {
      let given = arguments.count == 1 ? "1 was" : "\(arguments.count) were"
      return "\(call): the UDF takes \(argumentCounts(of: "argument")), but \(given) given: \(sqlDescription)"
    }
    for (index, (parameter, argument)) in zip(parameters, arguments).enumerated() {
      if parameter.type.takesDatesAsTimestamps, argument.type == .plain(.date) { continue }
      if case .failure = argument.cast { continue }
      if argument.isHidden { continue }
      guard let field = argument.givenType.field(named: parameter.name) else {
        return """
          \(call): argument \(index + 1) ('\(parameter.name)') is \(argument.type.shown), which has no form in Python; cast it, as in \
          CAST(... AS VARCHAR)
          """
      }
      guard parameter.type.accepts(field) else {
        return """
          \(call): argument \(index + 1) ('\(parameter.name)', \(parameter.type)) is \(argument.type.shown), but takes \
          \(parameter.type.acceptedSQLTypes); cast it, as in CAST(... AS \(parameter.type.shownSQLName)). The UDF is \
          \(sqlDescription)
          """
      }
    }
    return nil
  }
}

extension UDFType {
  /// The SQL types that a parameter of this type takes, in words.
  fileprivate var acceptedSQLTypes: String {
    switch self {
    case .int, .int8, .int16, .int32, .uint8, .uint16, .uint32, .uint64, .int128: "an integer type"
    case .float, .float32: "DOUBLE, FLOAT, DECIMAL or an integer type"
    case .decimal, .decimalText: "DECIMAL or an integer type"
    case .string: "VARCHAR"
    case .enumeration: "VARCHAR or an ENUM"
    case .timestamp(_, nil): "TIMESTAMP or TIMESTAMPTZ"
    case .json: "JSON or VARCHAR"
    case .nanoseconds: "TIMESTAMP or TIME"
    case .list(let element): "a LIST or ARRAY of \(element.acceptedSQLTypes)"
    case .map(let key, let value): "a MAP from \(key.acceptedSQLTypes) to \(value.acceptedSQLTypes)"
    default: shownSQLName
    }
  }
}

extension SQLType {
  /// What it is called in a message.
  fileprivate var shown: String { description.cut(to: TextLimit.message) }

  /// DuckDB's type number 0: not known yet.
  var isUndecided: Bool { self == .unsupported("type number 0") }
}
