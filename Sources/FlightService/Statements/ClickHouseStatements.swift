import Columnar
import Functions

/// The file of executable functions that ClickHouse reads (`user_defined_executable_functions_config`).
///
/// ClickHouse keeps a pool of processes for each function, and gives a block of rows to one of them.
struct ClickHouseStatements: StatementWriter {
  let command: String

  func document(_ declarations: [String]) -> String {
    "<functions>\n\(declarations.joined(separator: "\n"))\n</functions>\n"
  }

  func declaration(of signature: UDFSignature, as name: String) throws(StatementProblem) -> String {
    guard signature.kind != .table else {
      throw StatementProblem("ClickHouse calls no table functions in this way; return a list, and use arrayJoin")
    }
    guard !signature.parameters.isEmpty else {
      throw StatementProblem("without arguments ClickHouse does not say how many rows there are; give it a parameter")
    }
    var arguments: [String] = []
    for parameter in signature.declaredParameters {
      arguments.append(
        "    <argument><type>\(escaped(try Self.type(parameter.type)))</type><name>\(escaped(parameter.name))</name></argument>"
      )
    }
    // A function of ClickHouse's own wins over one of its name, and says nothing.
    let lines =
      [
        "  <function>", "    <type>executable_pool</type>",
        "    <name>clutch_\(escaped(name.replacing(".", with: "_")))</name>",
        "    <return_type>\(escaped(try Self.type(signature.result.declared)))</return_type>",
        "    <return_name>\(escaped(signature.name))</return_name>",
      ] + arguments + [
        "    <format>ArrowStream</format>", "    <execute_direct>0</execute_direct>", "    <pool_size>4</pool_size>",
        "    <command>\(escaped("\(command) --function '\(name)'"))</command>", "  </function>",
      ]
    return lines.joined(separator: "\n")
  }

  private static func type(_ type: UDFType, isNullable: Bool = true) throws(StatementProblem) -> String {
    let name = try plainName(type)
    // Only what is not made of other values can be null.
    switch type {
    case .list, .map, .structure: return name
    default: return isNullable ? "Nullable(\(name))" : name
    }
  }

  private static func plainName(_ type: UDFType) throws(StatementProblem) -> String {
    switch type {
    case .bool: return "Bool"
    case .int8: return "Int8"
    case .int16: return "Int16"
    case .int32: return "Int32"
    case .int: return "Int64"
    case .uint8: return "UInt8"
    case .uint16: return "UInt16"
    case .uint32: return "UInt32"
    case .uint64: return "UInt64"
    case .float32: return "Float32"
    case .float: return "Float64"
    case .decimal(let digits?): return "Decimal(\(digits.precision), \(digits.scale))"
    case .string, .json, .bytes, .pickle: return "String"
    case .date: return "Date32"
    case .timestamp(.second, _): return "DateTime"
    case .timestamp(.millisecond, _): return "DateTime64(3)"
    case .timestamp(.microsecond, _): return "DateTime64(6)"
    case .timestamp(.nanosecond, _), .nanoseconds: return "DateTime64(9)"
    case .list(let element): return "Array(\(try Self.type(element)))"
    case .map(let key, let value):
      return "Map(\(try Self.type(key, isNullable: false)), \(try Self.type(value)))"
    case .structure(let structure):
      var fields: [String] = []
      for field in structure.fields { fields.append("\(field.name) \(try Self.type(field.type))") }
      return "Tuple(\(fields.joined(separator: ", ")))"
    default: throw StatementProblem(type, in: "ClickHouse", instead: instead(of: type))
    }
  }

  private static func instead(of type: UDFType) -> String {
    switch type {
    case .decimalText, .decimal: "annotate it Annotated[Decimal, Decimal128(18, 4)], with the digits that are needed"
    case .int128: "annotate it Annotated[Decimal, Decimal128(38, 0)]"
    case .duration, .interval, .time: "annotate it int"
    default: "annotate it str"
    }
  }

  private func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
