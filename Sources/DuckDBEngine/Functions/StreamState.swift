internal import CDuckDBABI
import Columnar
import Functions
internal import Synchronization

/// What DuckDB keeps for one use of a function in one of its threads' part of a query: the stream that gets the chunks of
/// that part, one after the other.
///
/// DuckDB makes one for each part, and drops it with the query, whatever its end.
final class StreamState: Sendable {
  private let stream = Mutex<(any BatchStream)?>(nil)

  /// Gives the function another batch; begins to call it with the first.
  ///
  /// - Parameter options: of the first batch; the same holds for all.
  func next(
    _ batch: RecordBatch, of function: Int, _ provider: any FunctionProvider, _ options: CallOptions
  ) throws -> UDFResult {
    let open = try stream.withLock { stream in
      let open = try stream ?? provider.openStream(function, options)
      stream = open
      return open
    }
    return try open.nextAndWait(batch)
  }

  /// Lets the function come to its end. Nobody is there to see an error of the query; it has been logged.
  private func end() {
    try? stream.withLock { $0.take() }?.finishAndWait()
  }

  // MARK: As DuckDB has it

  /// Makes the state of one part of a query.
  static func begin(_ info: duckdb_init_info, _ functions: UnsafePointer<DuckDBFunctions>) {
    let state = Unmanaged.passRetained(StreamState())
    functions.pointee.scalar_function_init_set_state(info, state.toOpaque()) { state in
      guard let state else { return }
      Unmanaged<StreamState>.fromOpaque(state).takeRetainedValue().end()
    }
  }

  /// The state that a call belongs to; nil for a function without one.
  static func of(_ info: duckdb_function_info, _ functions: UnsafePointer<DuckDBFunctions>) -> StreamState? {
    functions.pointee.scalar_function_get_state(info).map {
      Unmanaged<StreamState>.fromOpaque($0).takeUnretainedValue()
    }
  }
}
