internal import CDuckDBABI
import Functions
internal import Synchronization

/// One use of a function in a query, with its call once the types of all arguments are known.
///
/// That is when the query is bound, but for an argument that holds a subquery: DuckDB cannot copy one, and shows nothing of
/// it. Its type is that of the vectors then, and the call is made with the first chunk.
final class FunctionUse: Sendable {
  private let arguments: [BoundArgument]
  private let signature: UDFSignature
  private let timeZone: String
  private let call = Mutex<Result<BoundCall, DuckDBError>?>(nil)

  /// - Parameter timeZone: of the session.
  /// - Throws: `query` when an argument that can be seen is of a wrong type; as `BoundCall`.
  init(_ arguments: [BoundArgument], for signature: UDFSignature, timeZone: () -> String) throws(DuckDBError) {
    self.arguments = arguments
    self.signature = signature
    let isHidden = arguments.contains(where: \.isHidden)
    self.timeZone = isHidden ? timeZone() : ""
    if let refusal = signature.refusal(of: arguments) { throw DuckDBError(.query, refusal) }
    guard !isHidden else { return }
    let made = try BoundCall(arguments, for: signature, timeZone: timeZone)
    call.withLock { $0 = .success(made) }
  }

  /// The call, for a chunk of its arguments.
  ///
  /// - Throws: as `init`, for the arguments that could not be seen.
  func call(for chunk: duckdb_data_chunk, _ functions: UnsafePointer<DuckDBFunctions>) throws(DuckDBError) -> BoundCall
  {
    try call.withLock { call in
      if let call { return call }
      let made = Result { () throws(DuckDBError) in try make(for: chunk, functions) }
      call = made
      return made
    }.get()
  }

  private func make(
    for chunk: duckdb_data_chunk, _ functions: UnsafePointer<DuckDBFunctions>
  ) throws(DuckDBError) -> BoundCall {
    var seen = arguments
    for index in seen.indices where seen[index].isHidden {
      guard let vector = functions.pointee.data_chunk_get_vector(chunk, idx_t(index)),
        let handle = functions.pointee.vector_get_column_type(vector)
      else { throw DuckDBError(.query, "\(signature.name): DuckDB does not say what argument \(index + 1) is") }
      let owner = LogicalType(handle, functions: functions)
      seen[index].type = withExtendedLifetime(owner) { SQLType(handle, functions: functions) }
    }
    if let refusal = signature.refusal(of: seen) { throw DuckDBError(.query, refusal) }
    return try BoundCall(seen, for: signature) { timeZone }
  }
}
