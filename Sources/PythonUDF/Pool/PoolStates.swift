import Columnar
public import Functions
import Logging
import PythonFunctions
import Synchronization

/// The states of an aggregate function of a pool: all of them live in one host, which the first step chooses.
final class PoolStates: Sendable {
  private let pool: UDFPool
  private let table: StateTable
  private let options: CallOptions
  /// Called once, when the states are gone.
  private let done: @Sendable () -> Void

  private enum Place {
    case nowhere
    case on(any FunctionHost)
    case closed
  }

  private let place = Mutex(Place.nowhere)

  /// How long dropping states may take, of which the finalizers can be user code.
  private static let closeTimeout = Duration.seconds(10)

  init(_ pool: UDFPool, _ function: Int, _ options: CallOptions, done: @escaping @Sendable () -> Void) {
    self.pool = pool
    self.options = options
    self.done = done
    table = StateTable(function, keepsRows: options.keepsRows && pool.signatures[function].aggregate?.canMerge == false)
  }

  func perform(_ step: AggregateStep) async throws -> AggregateAnswer {
    let (hosts, host) = try home()
    let call = context(step)
    return try answer(
      await call.outcome { pool.begin(.aggregate(table, step), call, in: hosts, only: host, chosen: note) })
  }

  func performAndWait(_ step: AggregateStep) throws -> AggregateAnswer {
    let (hosts, host) = try home()
    let call = context(step)
    return try answer(
      call.outcomeAndWait { pool.begin(.aggregate(table, step), call, in: hosts, only: host, chosen: note) })
  }

  /// Begins a step that gives states up, and waits for nothing.
  ///
  /// - Parameter completion: called when it is done.
  func performSoon(_ step: AggregateStep, _ completion: @escaping @Sendable () -> Void) {
    let isLast = if case .close = step { true } else { false }
    let host = place.withLock { place -> (any FunctionHost)? in
      defer { if isLast { place = .closed } }
      if case .on(let host) = place { return host }
      return nil
    }
    guard let host, let hosts = try? pool.tableHosts else {
      completion()
      if isLast { done() }
      return
    }
    if isLast { hosts.leave(host) }
    let call = context(step)
    let log = pool.telemetry.log
    call.onOutcome { [done] outcome in
      if case .failure(let error) = outcome, (error as? UDFError)?.code != .closed {
        log.note(.warning, "\(error)", of: call.name)
      }
      completion()
      if isLast { done() }
    }
    pool.begin(.aggregate(table, step), call, in: hosts, only: host)
  }

  // MARK: Where they are

  /// What tells whether two of these are on one host; nil before the first step.
  var identity: ObjectIdentifier? {
    place.withLock { if case .on(let host) = $0 { ObjectIdentifier(host) } else { nil } }
  }

  /// The host that the states are on, and those that it is one of: chosen by the first step, which may have to wait until
  /// it is loaded. Nil for any host, when none could be made just now.
  private func home() throws -> (HostSet, (any FunctionHost)?) {
    let hosts = try pool.tableHosts
    let host = try place.withLock { (place) throws(UDFError) -> (any FunctionHost)? in
      switch place {
      case .on(let host): return host
      case .closed: throw UDFError(.closed, "the states of UDF \(pool.signatures[table.function].name) are gone")
      case .nowhere:
        let host = hosts.place()
        if let host { place = .on(host) }
        return host
      }
    }
    return (hosts, host)
  }

  /// Notes where the states are that could be anywhere.
  private func note(_ chosen: any FunctionHost) {
    place.withLock { if case .nowhere = $0 { $0 = .on(chosen) } }
  }

  private func context(_ step: AggregateStep) -> CallContext {
    switch step {
    case .accumulate(let batch, _, _): return pool.context(table.function, rows: batch.rowCount, options)
    case .importing(let states, _, _): return pool.context(table.function, rows: states.rowCount, options)
    case .merge(let pairs): return pool.context(table.function, rows: pairs.count, options)
    case .export(let groups, _), .finish(let groups, _):
      return pool.context(table.function, rows: groups.count, options)
    case .drop, .close:
      var options = options
      let said = options.timeouts.orElse(pool.signatures[table.function].timeouts)
      options.timeouts = UDFTimeouts(batch: said.batch ?? Self.closeTimeout)
      return pool.context(table.function, rows: 0, options, isClosing: true)
    }
  }

  private func answer(_ result: StepResult) throws -> AggregateAnswer {
    guard case .aggregated(let outcome) = result else { throw UDFError(.closed, "the call has no result") }
    return outcome.answer
  }
}

extension UDFPool {
  /// Makes room for states of an aggregate function, as the protocol says. They live in one interpreter, that with the
  /// fewest others if all there may be are loaded; what is loaded for a database's threads loads the source once more for
  /// that, on threads of its own.
  public func aggregate(_ function: Int, _ options: CallOptions) throws -> AggregateStates {
    try aggregate(function, options) {}
  }

  /// - Parameter done: called once, when the states are gone.
  func aggregate(
    _ function: Int, _ options: CallOptions, done: @escaping @Sendable () -> Void
  ) throws -> AggregateStates {
    let signature = signatures[function]
    guard signature.kind == .aggregate else {
      throw UDFError(
        .unknownFunction, "UDF \(signature.name) is no aggregate function: call it, or mark a class with @udaf")
    }
    let states = PoolStates(self, function, options, done: done)
    return AggregateStates(
      signature, run: { try await states.perform($0) }, runAndWait: { try states.performAndWait($0) },
      soon: { states.performSoon($0, $1) }, home: { states.identity })
  }
}
