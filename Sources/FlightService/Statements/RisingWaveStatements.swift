import Columnar
import Functions

/// `CREATE FUNCTION ... USING LINK`, as RisingWave has it.
struct RisingWaveStatements: StatementWriter {
  let address: String

  func declaration(of signature: UDFSignature, as name: String) throws(StatementProblem) -> String {
    var types: [String] = []
    for parameter in signature.declaredParameters { types.append(try Self.type(parameter.type)) }
    var result = "RETURNS \(try Self.type(signature.result.declared))"
    if signature.kind == .table {
      var columns: [String] = []
      for column in signature.columnTypes {
        columns.append("\(UDFType.identifier(column.name)) \(try Self.type(column.type.declared))")
      }
      result = "RETURNS TABLE (\(columns.joined(separator: ", ")))"
    }
    return """
      CREATE FUNCTION \(sqlName(name))(\(types.joined(separator: ", "))) \(result)
        AS \(quoted(name)) USING LINK \(quoted(address));
      """
  }

  private static func type(_ type: UDFType) throws(StatementProblem) -> String {
    switch type {
    case .bool: return "BOOLEAN"
    case .int16: return "SMALLINT"
    case .int32: return "INT"
    case .int: return "BIGINT"
    case .float32: return "REAL"
    case .float: return "DOUBLE PRECISION"
    case .decimalText: return "DECIMAL"
    case .string: return "VARCHAR"
    case .bytes, .pickle: return "BYTEA"
    case .json: return "JSONB"
    case .date: return "DATE"
    case .time: return "TIME"
    case .timestamp(.microsecond, nil): return "TIMESTAMP"
    case .timestamp(.microsecond, _?): return "TIMESTAMPTZ"
    case .interval: return "INTERVAL"
    case .list(let element): return "\(try Self.type(element))[]"
    case .map(let key, let value): return "MAP(\(try Self.type(key)), \(try Self.type(value)))"
    case .structure(let structure):
      var fields: [String] = []
      for field in structure.fields {
        fields.append("\(UDFType.identifier(field.name)) \(try Self.type(field.type))")
      }
      return "STRUCT<\(fields.joined(separator: ", "))>"
    default: throw StatementProblem(type, in: "RisingWave", instead: instead(of: type))
    }
  }

  private static func instead(of type: UDFType) -> String {
    switch type {
    case .int8, .uint8: "annotate it Int16"
    case .uint16: "annotate it Int32"
    case .uint32: "annotate it int"
    case .uint64, .int128, .decimal: "annotate it Decimal"
    case .timestamp, .nanoseconds: "annotate it datetime"
    case .duration: "annotate it Interval"
    default: "annotate it str"
    }
  }
}
