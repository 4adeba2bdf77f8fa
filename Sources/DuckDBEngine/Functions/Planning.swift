internal import CDuckDBABI
internal import Synchronization

/// What is met of UDFs while DuckDB plans a statement: between its text and the first task.
///
/// DuckDB binds the functions then, and makes calls whose arguments are constants, also for EXPLAIN and in branches that
/// are never taken. An error of such a call it swallows, and makes the call again when the query needs it. So failing
/// rows are told later, when the error turns out to count.
final class Planning: Sendable {
  /// The planning that the calling thread is in; nil elsewhere, as when rows are computed.
  @TaskLocal static var current: Planning?

  private struct State {
    var functions: [ScalarFunction] = []
    /// Those that a call gives no arguments.
    var bare: [ScalarFunction] = []
    var failures: [PlannedFailure] = []
  }

  private let state = Mutex(State())

  /// Runs what may plan, on the calling thread.
  func during<Value>(_ body: () -> Value) -> Value { Planning.$current.withValue(self) { body() } }

  /// Notes a function that a call in the statement reaches.
  func note(_ function: ScalarFunction, arguments: Int) {
    state.withLock { state in
      if arguments == 0 { state.bare.append(function) }
      if !state.functions.contains(where: { $0 === function }) { state.functions.append(function) }
    }
  }

  func note(_ failure: PlannedFailure) { state.withLock { $0.failures.append(failure) } }

  /// The functions that the statement calls, as far as it has been bound.
  var functions: [ScalarFunction] { state.withLock(\.functions) }

  /// DuckDB's refusal of the statement, with what a UDF has to do with it. Tells failing rows if they are the reason.
  func explained(_ error: DuckDBError) -> DuckDBError {
    for failure in state.withLock(\.failures) where error.message.contains(failure.message) { failure.tell() }
    guard error.code == .query, Volatility.isReason(for: error.message) else { return error }
    let (functions, bare) = state.withLock { ($0.functions, $0.bare) }
    let sentences = functions.compactMap { function in
      function.signature.volatilityAdvice(withoutArguments: bare.contains { $0 === function })
    }
    guard !sentences.isEmpty else { return error }
    return DuckDBError(error.code, ([error.message] + sentences).joined(separator: "\n"))
  }
}

/// A call that failed while a statement was planned.
final class PlannedFailure: Sendable {
  let message: String
  /// What tells of the rows, once.
  private let tellings: Mutex<[@Sendable () -> Void]>

  init(_ message: String, _ tellings: [@Sendable () -> Void]) {
    self.message = message
    self.tellings = Mutex(tellings)
  }

  func tell() {
    let tellings = tellings.withLock { tellings in
      defer { tellings = [] }
      return tellings
    }
    for tell in tellings { tell() }
  }
}

/// What will tell of the failing rows of a call.
final class Postponed: Sendable {
  private let state = Mutex<[@Sendable () -> Void]>([])

  func add(_ telling: @escaping @Sendable () -> Void) { state.withLock { $0.append(telling) } }

  var tellings: [@Sendable () -> Void] { state.withLock { $0 } }
}
