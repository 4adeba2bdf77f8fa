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
    /// How many calls have been bound in this attempt.
    var calls = 0
    var hidden: Set<Place> = []
    /// What this attempt has met first that cannot be seen, and is of one call.
    var found: Set<Place> = []
  }

  /// An argument, by the place of its call in the order of binding, which is the same in each attempt.
  struct Place: Hashable, Sendable {
    let call, argument: Int
  }

  private let state = Mutex(State())

  /// - Parameter hidden: the arguments that DuckDB must not be asked for.
  init(hiding hidden: Set<Place> = []) { state.withLock { $0.hidden = hidden } }

  /// The arguments that DuckDB must not be asked for, as asking fails the statement: those that hold a subquery.
  var hidden: Set<Place> { state.withLock(\.hidden) }

  /// Runs what may plan, on the calling thread.
  func during<Value>(_ body: () -> Value) -> Value {
    state.withLock { ($0.calls, $0.found) = (0, []) }
    return Planning.$current.withValue(self) { body() }
  }

  /// Notes a function that a call in the statement reaches, and answers the call's place.
  func note(_ function: ScalarFunction, arguments: Int) -> Int {
    state.withLock { state in
      if arguments == 0 { state.bare.append(function) }
      if !state.functions.contains(where: { $0 === function }) { state.functions.append(function) }
      defer { state.calls += 1 }
      return state.calls
    }
  }

  /// Notes an argument that cannot be seen; what follows the first such call may be of another attempt's order.
  func note(hidden place: Place) {
    state.withLock { state in
      if state.found.allSatisfy({ $0.call == place.call }) { state.found.insert(place) }
    }
  }

  /// Whether another attempt is worth making, because this one has met an argument that cannot be seen.
  func learn() -> Bool {
    state.withLock { state in
      let isNew = !state.found.isSubset(of: state.hidden)
      state.hidden.formUnion(state.found)
      return isNew
    }
  }

  func note(_ failure: PlannedFailure) { state.withLock { $0.failures.append(failure) } }

  /// The functions that the statement calls, as far as it has been bound.
  var functions: [ScalarFunction] { state.withLock(\.functions) }

  /// DuckDB's refusal of the statement, with what a UDF has to do with it. Tells failing rows if they are the reason.
  func explained(_ error: DuckDBError, in database: DuckDBDatabase) -> DuckDBError {
    for failure in state.withLock(\.failures) where error.message.contains(failure.message) { failure.tell() }
    if let explained = TableFunction.explained(error, in: database) { return explained }
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
