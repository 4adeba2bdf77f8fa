public import Columnar
public import Functions
import Logging
import PythonFunctions
import Synchronization

/// The rows of a table function of a pool on their way: the host of the first draw has the iterator, and draws the rest.
final class PoolCursor: TableCursor {
  private let pool: UDFPool
  private let table: TableCall
  private let batch: RecordBatch
  private let options: CallOptions
  /// Called once, when nothing of the call is left.
  private let done: @Sendable () -> Void

  private enum State { case open, drawing, over }

  private let state = Mutex(State.open)
  private let place = Place()

  /// Where the call has begun.
  private final class Place: Sendable {
    let host = Mutex<(any FunctionHost)?>(nil)
  }

  /// How long closing may take where neither the function nor its caller says how long a row may.
  private static let closeTimeout = Duration.seconds(10)

  init(
    _ pool: UDFPool, _ function: Int, _ batch: RecordBatch, _ options: CallOptions,
    done: @escaping @Sendable () -> Void = {}
  ) {
    self.pool = pool
    self.batch = batch
    self.options = options
    self.done = done
    table = TableCall(function, batch)
  }

  func next(_ limit: Int) async throws -> UDFTableBatch? {
    guard try begin() else { return nil }
    let call = pool.context(table.function, rows: batch.rowCount, options)
    do {
      return try ended(await call.outcome { draw(limit, call) })
    } catch {
      closeSoon(after: .drawing)
      throw error
    }
  }

  func nextAndWait(_ limit: Int) throws -> UDFTableBatch? {
    guard try begin() else { return nil }
    let call = pool.context(table.function, rows: batch.rowCount, options)
    do {
      return try ended(call.outcomeAndWait { draw(limit, call) })
    } catch {
      closeSoon(after: .drawing)
      throw error
    }
  }

  func close() async throws {
    guard let (step, call, host, hosts) = closing(after: .open) else { return }
    defer { done() }
    do { _ = try await call.outcome { pool.begin(step, call, in: hosts, only: host) } } catch {
      note(error)
      throw error
    }
  }

  func closeAndWait() throws {
    guard let (step, call, host, hosts) = closing(after: .open) else { return }
    defer { done() }
    do { _ = try call.outcomeAndWait { pool.begin(step, call, in: hosts, only: host) } } catch {
      note(error)
      throw error
    }
  }

  deinit { closeSoon(after: .open) }

  /// Hands the close over to the host, and waits for nothing. A draw that was stopped before it began has left the generator
  /// as it was; one that failed has ended it, and nothing is left to close.
  private func closeSoon(after expected: State) {
    guard let (step, call, host, hosts) = closing(after: expected) else { return }
    let log = pool.telemetry.log
    call.onOutcome { [done] outcome in
      if case .failure(let error) = outcome { log.note(.warning, "\(error)", of: call.name) }
      done()
    }
    pool.begin(step, call, in: hosts, only: host)
  }

  /// Not everybody who closes can do something with an error: the rows are there.
  private func note(_ error: any Error) {
    pool.telemetry.log.note(.warning, "\(error)", of: pool.signatures[table.function].name)
  }

  // MARK: What it is about to do

  /// Takes the turn to draw; gives false when there are no more rows.
  private func begin() throws -> Bool {
    try state.withLock { state in
      switch state {
      case .over: return false
      case .drawing:
        throw UDFError(.busy, "UDF \(pool.signatures[table.function].name): one caller at a time draws its rows")
      case .open:
        state = .drawing
        return true
      }
    }
  }

  private func draw(_ limit: Int, _ call: CallContext) {
    let step = FunctionStep.draw(table, limit: max(1, limit))
    do {
      pool.begin(step, call, in: try pool.tableHosts, only: place.host.withLock { $0 }) { [place] chosen in
        place.host.withLock { $0 = chosen }
      }
    } catch { call.settle(.failure(error)) }
  }

  private func ended(_ result: StepResult) throws -> UDFTableBatch? {
    guard case .drawn(let drawn?) = result else {
      state.withLock { $0 = .over }
      done()
      return nil
    }
    state.withLock { if $0 == .drawing { $0 = .open } }
    return drawn
  }

  /// What closes the call, after which it is done: until then its version of a source is needed. Nil when there is nothing
  /// to close.
  private func closing(after expected: State) -> (FunctionStep, CallContext, any FunctionHost, HostSet)? {
    let isMine = state.withLock { state in
      guard state == expected else { return false }
      state = .over
      return true
    }
    guard isMine else { return nil }
    guard let host = place.host.withLock({ $0 }), let hosts = try? pool.tableHosts else {
      done()
      return nil
    }
    var options = options
    let said = options.timeouts.orElse(pool.signatures[table.function].timeouts)
    options.timeouts = UDFTimeouts(batch: said.row ?? said.batch ?? Self.closeTimeout)
    return (.close(table), pool.context(table.function, rows: batch.rowCount, options, isClosing: true), host, hosts)
  }
}

extension UDFPool {
  /// Begins to call a table function, as the protocol says. Its rows are drawn in one interpreter, which runs other calls
  /// in between; what is loaded for a database's threads loads the source once more for that, on threads of its own.
  public func open(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> any TableCursor {
    try open(function, batch, options) {}
  }

  /// - Parameter done: called once, when nothing of the call is left.
  func open(
    _ function: Int, _ batch: RecordBatch, _ options: CallOptions, done: @escaping @Sendable () -> Void
  ) throws -> any TableCursor {
    let signature = signatures[function]
    guard signature.kind == .table else {
      throw UDFError(
        .unknownFunction, "UDF \(signature.name) is no table function: call it, or mark it with @udtf")
    }
    try signature.check(batch.schema.fields)
    return PoolCursor(self, function, batch, options, done: done)
  }
}
