import Columnar
import Functions

/// `CREATE FUNCTION ... HANDLER ... ADDRESS`, as Databend has it.
struct DatabendStatements: StatementWriter {
  let address: String

  func declaration(of signature: UDFSignature, as name: String) throws(StatementProblem) -> String {
    var types: [String] = []
    for parameter in signature.declaredParameters { types.append(try Self.type(parameter.type)) }
    var result = try Self.type(signature.result.declared)
    if signature.kind == .table {
      var columns: [String] = []
      for column in signature.columnTypes {
        columns.append("\(UDFType.identifier(column.name)) \(try Self.type(column.type.declared))")
      }
      result = "TABLE (\(columns.joined(separator: ", ")))"
    }
    return """
      CREATE OR REPLACE FUNCTION \(sqlName(name)) (\(types.joined(separator: ", "))) RETURNS \(result)
        LANGUAGE python HANDLER = \(quoted(name)) ADDRESS = \(quoted(address));
      """
  }

  private static func type(_ type: UDFType) throws(StatementProblem) -> String {
    switch type {
    case .bool: return "BOOLEAN"
    case .int8: return "TINYINT"
    case .int16: return "SMALLINT"
    case .int32: return "INT"
    case .int: return "BIGINT"
    case .uint8: return "TINYINT UNSIGNED"
    case .uint16: return "SMALLINT UNSIGNED"
    case .uint32: return "INT UNSIGNED"
    case .uint64: return "BIGINT UNSIGNED"
    case .float32: return "FLOAT"
    case .float: return "DOUBLE"
    case .decimal(let digits?): return "DECIMAL(\(digits.precision), \(digits.scale))"
    case .string: return "VARCHAR"
    case .bytes, .pickle: return "BINARY"
    case .json: return "VARIANT"
    case .date: return "DATE"
    case .timestamp(.microsecond, _): return "TIMESTAMP"
    case .list(let element): return "ARRAY(\(try part(element)))"
    case .map(let key, let value): return "MAP(\(try Self.type(key)), \(try part(value)))"
    case .structure(let structure):
      var fields: [String] = []
      for field in structure.fields { fields.append(try part(field.type)) }
      return "TUPLE(\(fields.joined(separator: ", ")))"
    default: throw StatementProblem(type, in: "Databend", instead: instead(of: type))
    }
  }

  /// What a list, a map or a tuple is made of is null nowhere unless it is declared so, and the server's columns are null
  /// everywhere; Databend compares the two.
  private static func part(_ type: UDFType) throws(StatementProblem) -> String { "\(try Self.type(type)) NULL" }

  private static func instead(of type: UDFType) -> String {
    switch type {
    case .decimalText, .decimal: "annotate it Annotated[Decimal, Decimal128(18, 4)], with the digits that are needed"
    case .int128: "annotate it Annotated[Decimal, Decimal128(38, 0)]"
    case .timestamp, .nanoseconds: "annotate it datetime"
    case .duration, .interval: "annotate it int, and give microseconds"
    default: "annotate it str"
    }
  }
}
