import Columnar
import Functions

extension UDFType {
  /// The type of a result in DuckDB.
  ///
  /// A function's result type is fixed when it is registered, so a plain `Decimal` has the standard digits.
  ///
  /// - Throws: `invalidArgument` for more digits than DuckDB's decimals have.
  var sqlType: SQLType {
    get throws(DuckDBError) {
      switch self {
      case .any, .json: return .plain(.json)
      case .null: return .plain(.null)
      case .bool: return .plain(.boolean)
      case .int: return .plain(.bigint)
      case .int8: return .plain(.tinyint)
      case .int16: return .plain(.smallint)
      case .int32: return .plain(.integer)
      case .uint8: return .plain(.utinyint)
      case .uint16: return .plain(.usmallint)
      case .uint32: return .plain(.uinteger)
      case .uint64: return .plain(.ubigint)
      case .int128: return .plain(.hugeint)
      case .float: return .plain(.double)
      case .float32: return .plain(.float)
      case .string, .decimalText: return .plain(.varchar)
      case .bytes, .pickle: return .plain(.blob)
      case .decimal(let digits):
        let digits = digits ?? .standard
        guard digits.precision <= 38 else {
          throw DuckDBError(
            .invalidArgument, "DuckDB's DECIMAL has at most 38 digits, not \(digits.precision); use Decimal128, or str")
        }
        return .decimal(width: digits.precision, scale: digits.scale)
      case .date: return .plain(.date)
      case .time: return .plain(.time)
      case .timestamp(_, _?): return .plain(.timestampTZ)
      case .timestamp(.second, nil): return .plain(.timestampS)
      case .timestamp(.millisecond, nil): return .plain(.timestampMS)
      case .timestamp(.microsecond, nil): return .plain(.timestamp)
      case .timestamp(.nanosecond, nil), .nanoseconds: return .plain(.timestampNS)
      case .duration, .interval: return .plain(.interval)
      case .uuid: return .plain(.uuid)
      case .list(let element): return .list(try element.sqlType)
      case .map(let key, let value): return .map(key: try key.sqlType, value: try value.sqlType)
      case .structure(let structure):
        var fields: [SQLType.Field] = []
        for field in structure.fields { fields.append(.init(name: field.name, type: try field.type.sqlType)) }
        return .structure(fields)
      case .enumeration(let enumeration): return .enumeration(enumeration.values)
      }
    }
  }

  /// The type with what DuckDB's columns have: decimals of fixed digits, moments in microseconds.
  var storedInDuckDB: UDFType {
    switch self {
    case .decimal(nil): .decimal(.standard)
    case .timestamp(_, let zone?): .timestamp(.microsecond, timeZone: zone)
    case .list(let element): .list(element.storedInDuckDB)
    case .map(let key, let value): .map(key: key.storedInDuckDB, value: value.storedInDuckDB)
    case .structure(let structure): .structure(structure.mapTypes(\.storedInDuckDB))
    default: self
    }
  }
}
