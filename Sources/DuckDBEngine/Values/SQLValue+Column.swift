import Columnar
import Tabular

extension SQLValue {
  /// A row of a column of a result.
  init(_ column: Column, _ row: Int, _ type: SQLType) {
    guard !column.isNull(row), let value = try? SQLValue.present(column, row, type) else {
      self = .null
      return
    }
    self = value
  }

  /// - Throws: when the column is not one of that type.
  private static func present(_ column: Column, _ row: Int, _ type: SQLType) throws -> SQLValue {
    switch type {
    case .plain(let plain): return try SQLValue(column, row, plain)
    case .decimal(let width, let scale):
      return .decimal(try column.values(as: Int128.self)[row], width: width, scale: scale)
    case .enumeration(let names): return .text(names[try column.slice(row..<row + 1).dictionaryIndices()[0]])
    case .list(let element), .array(let element, _):
      let lists = try column.lists()
      return .list(lists.range(at: row).map { SQLValue(lists.elements, $0, element) })
    case .structure(let fields):
      return .structure(
        zip(fields, try column.fieldColumns()).map { Field(name: $0.name, value: SQLValue($1, row, $0.type)) })
    case .map(let key, let value):
      let lists = try column.lists()
      let members = try lists.elements.fieldColumns()
      return .map(
        lists.range(at: row).map { Entry(key: SQLValue(members[0], $0, key), value: SQLValue(members[1], $0, value)) })
    case .union(let members):
      let columns = try column.fieldColumns()
      guard let tag = try columns[0].slice(row..<row + 1).toArray(of: UInt8.self)[0].map(Int.init),
        members.indices.contains(tag)
      else { return .null }
      return .union(tag: members[tag].name, SQLValue(columns[tag + 1], row, members[tag].type))
    case .unsupported(let name): return .unsupported(name)
    }
  }

  private init(_ column: Column, _ row: Int, _ type: SQLType.Plain) throws {
    switch type {
    case .null: self = .null
    case .boolean: self = .boolean(try column.booleans()[row])
    case .tinyint: self = .integer(Int64(try column.values(as: Int8.self)[row]))
    case .smallint: self = .integer(Int64(try column.values(as: Int16.self)[row]))
    case .integer: self = .integer(Int64(try column.values(as: Int32.self)[row]))
    case .bigint: self = .integer(try column.values(as: Int64.self)[row])
    case .utinyint: self = .integer(Int64(try column.values(as: UInt8.self)[row]))
    case .usmallint: self = .integer(Int64(try column.values(as: UInt16.self)[row]))
    case .uinteger: self = .integer(Int64(try column.values(as: UInt32.self)[row]))
    case .ubigint:
      let value = try column.values(as: UInt64.self)[row]
      self = Int64(exactly: value).map { .integer($0) } ?? .hugeInteger(Int128(value))
    case .hugeint: self = .hugeInteger(column.stored(row))
    case .uhugeint: self = .unsignedHugeInteger(column.stored(row))
    case .float: self = .float(try column.values(as: Float.self)[row])
    case .double: self = .double(try column.values(as: Double.self)[row])
    case .varchar: self = .text(try column.strings()[row] ?? "")
    case .json: self = .json(try column.strings()[row] ?? "")
    case .blob: self = .blob(try column.binary()[row] ?? [])
    case .bit: self = .bits((try column.binary()[row] ?? []).withUnsafeBytes { PackedBits($0).bits })
    case .uuid:
      let (upper, lower): (UInt64, UInt64) = column.stored(row)
      self = .uuid(UInt128(upper.bigEndian) << 64 | UInt128(lower.bigEndian))
    case .date: self = .date(days: try column.storage(as: Int32.self)[row])
    case .time:
      self = .time(nanoseconds: try column.storage(as: Int64.self)[row].multipliedReportingOverflow(by: 1_000).0)
    case .timeNS: self = .time(nanoseconds: try column.storage(as: Int64.self)[row])
    case .timeTZ:
      let time = PackedZonedTime(column.stored(row))
      self = .zonedTime(microseconds: time.microseconds, offsetSeconds: time.offsetSeconds)
    case .timestampS: self = .timestamp(try column.storage(as: Int64.self)[row], .seconds, isUTC: false)
    case .timestampMS: self = .timestamp(try column.storage(as: Int64.self)[row], .milliseconds, isUTC: false)
    case .timestamp: self = .timestamp(try column.storage(as: Int64.self)[row], .microseconds, isUTC: false)
    case .timestampNS: self = .timestamp(try column.storage(as: Int64.self)[row], .nanoseconds, isUTC: false)
    case .timestampTZ: self = .timestamp(try column.storage(as: Int64.self)[row], .microseconds, isUTC: true)
    case .interval where column.type == .interval(.monthDayNano):
      let interval = try column.values(as: MonthDayNanoInterval.self)[row]
      self = .interval(months: interval.months, days: interval.days, microseconds: interval.nanoseconds / 1_000)
    case .interval:
      let interval: PackedInterval = column.stored(row)
      self = .interval(months: interval.months, days: interval.days, microseconds: interval.microseconds)
    }
  }
}

extension Column {
  /// A row of a type that only DuckDB has, as it is stored.
  fileprivate func stored<Value: BitwiseCopyable>(_ row: Int) -> Value {
    withExtendedLifetime(self) {
      unsafeValues.loadUnaligned(fromByteOffset: row * MemoryLayout<Value>.stride, as: Value.self)
    }
  }
}
