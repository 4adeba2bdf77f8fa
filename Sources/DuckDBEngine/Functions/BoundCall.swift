internal import CDuckDBABI
import Columnar
import Functions
internal import Synchronization

/// An argument of one use of a function in a query, as it is when the query is bound.
struct BoundArgument: Sendable {
  /// What the vectors hold; `unknown` for what DuckDB does not show, which is what holds a subquery.
  var type: SQLType
  /// Whether it is a constant.
  let isConstant: Bool
  /// A constant that was cast, once per row of a full vector, or why it cannot be; nil where the vectors are read.
  var cast: Result<(type: SQLType, values: Column), DuckDBError>?

  /// Whether its type is known only when there are vectors.
  var isHidden: Bool { type == .unknown }

  /// The type that the function gets.
  var givenType: SQLType {
    switch cast {
    case .success(let cast): cast.type
    default: type
    }
  }
}

/// The call of one use of a function in a query: the types of its arguments, and what is looked up by them.
final class BoundCall: Sendable {
  private enum Source: Sendable {
    case vector(VectorShape)
    /// Dates that become timestamps.
    case dates(VectorShape)
    case constant(Column)
  }

  private let sources: [Source]
  private let schema: Schema
  /// The time zone in which DuckDB shows moments in the query; nil when no argument is one.
  let timeZone: String?
  /// Why the call cannot be made.
  private let refusal: DuckDBError?
  /// Whether all arguments are constants, so that DuckDB may make the call while it plans.
  let isConstant: Bool
  /// That call, if it failed, until the query makes it again.
  private let failure = Mutex<PlannedFailure?>(nil)

  /// - Parameter timeZone: of the session.
  /// - Throws: `invalidArgument` for a type without a column.
  init(
    _ arguments: [BoundArgument], for signature: UDFSignature, timeZone: () -> String
  ) throws(DuckDBError) {
    var sources: [Source] = []
    var fields: [Field] = []
    var refusal: DuckDBError?
    let parameters = signature.parameters(forArguments: arguments.count) ?? []
    for (parameter, argument) in zip(parameters, arguments) {
      var type = argument.givenType
      switch argument.cast {
      case .success(let cast): sources.append(.constant(cast.values))
      case .failure(let error):
        refusal = refusal ?? error
        sources.append(.vector(try VectorShape(argument.type)))
      case nil where parameter.type.takesDatesAsTimestamps && type == .plain(.date):
        sources.append(.dates(try VectorShape(type)))
        type = .plain(.timestamp)
      case nil: sources.append(.vector(try VectorShape(type)))
      }
      if let field = type.field(named: parameter.name) { fields.append(field) }
    }
    self.sources = sources
    self.refusal = refusal
    isConstant = arguments.allSatisfy(\.isConstant)
    schema = Schema(fields)
    self.timeZone = arguments.contains { $0.givenType.contains(.timestampTZ) } ? timeZone() : nil
  }

  /// The arguments of a chunk.
  func batch(of chunk: duckdb_data_chunk, _ vectors: VectorColumns) throws -> RecordBatch {
    if let refusal { throw refusal }
    let duckdb = vectors.functions.pointee
    let rows = Int(duckdb.data_chunk_get_size(chunk))
    let columns = try sources.enumerated().map { index, source in
      if case .constant(let values) = source { return values.slice(0..<rows) }
      guard let vector = duckdb.data_chunk_get_vector(chunk, idx_t(index)) else {
        throw DuckDBError(.invalidArgument, "DuckDB gave no vector for argument \(index + 1)")
      }
      switch source {
      case .vector(let shape): return try vectors.column(vector, shape: shape, count: rows)
      case .dates(let shape): return try vectors.column(vector, shape: shape, count: rows).datesAsTimestamps()
      case .constant(let values): return values.slice(0..<rows)
      }
    }
    return try RecordBatch(schema: schema(for: columns), columns: columns, rowCount: rows)
  }

  /// The arguments of a call that has only constants, in one row.
  ///
  /// - Throws: why one cannot be cast.
  func constants() throws -> RecordBatch {
    if let refusal { throw refusal }
    let columns = sources.compactMap { source -> Column? in
      if case .constant(let values) = source { values.slice(0..<1) } else { nil }
    }
    return try RecordBatch(schema: schema(for: columns), columns: columns, rowCount: 1)
  }

  /// The schema, with the large types of columns that have too much text or too many elements for others.
  private func schema(for columns: [Column]) -> Schema {
    guard zip(schema.fields, columns).contains(where: { $0.type != $1.type }) else { return schema }
    return Schema(
      zip(schema.fields, columns).map { field, column in
        var field = field
        field.type = column.type
        return field
      })
  }

  // MARK: Calls with constants

  func keep(_ failure: PlannedFailure) { self.failure.withLock { $0 = failure } }

  /// How the call failed while the query was planned; the query itself is given it once.
  func plannedFailure(isPlanning: Bool) -> PlannedFailure? {
    guard isConstant else { return nil }
    return failure.withLock { failure in
      defer { if !isPlanning { failure = nil } }
      return failure
    }
  }
}

extension UDFType {
  /// Whether DuckDB would cast a date for a parameter of this type without being asked.
  var takesDatesAsTimestamps: Bool {
    if case .timestamp(_, nil) = self { true } else { false }
  }
}

extension Column {
  /// The beginnings of days, in microseconds; an infinite day stays infinite, and so is one out of a timestamp's range.
  fileprivate func datesAsTimestamps() throws -> Column {
    let days = try storage(as: Int32.self)
    var builder = try FixedWidthBuilder<Int64>(type: .timestamp(.microsecond, timeZone: nil))
    builder.reserveCapacity(count)
    for row in 0..<count {
      if isNull(row) {
        builder.appendNull()
      } else {
        let (start, overflow) = Int64(days[row]).multipliedReportingOverflow(by: 86_400_000_000)
        let isInfinite = overflow || days[row] == .max || days[row] == -.max
        builder.append(isInfinite ? (days[row] < 0 ? -.max : .max) : start)
      }
    }
    return builder.finish()
  }
}
