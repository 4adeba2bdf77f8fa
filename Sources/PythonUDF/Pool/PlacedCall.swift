import Columnar
import Functions
import Logging
import PythonFunctions
import Synchronization

/// A call of several steps, all on the host of the first, where the function has what it lives on: an iterator.
///
/// Between two steps the host runs whatever else there is.
final class PlacedCall: Sendable {
  let pool: UDFPool
  let function: Int
  let options: CallOptions
  /// What ends the call before its end.
  private let abort: FunctionStep
  /// Whether calls of this kind are to run beside each other, each on a host of its own while there are enough; else any
  /// host that is idle takes it.
  private let isSpread: Bool
  /// Called once, when nothing of the call is left.
  private let done: @Sendable () -> Void

  enum State { case open, busy, over }

  private let state = Mutex(State.open)
  private let place = Place()

  private final class Place: Sendable {
    /// Where the call has begun.
    let host = Mutex<(any FunctionHost)?>(nil)
    /// Where it is to begin; nil for anywhere.
    let chosen = Mutex<(host: any FunctionHost, of: HostSet)?>(nil)
  }

  /// How long ending may take where neither the function nor its caller says how long a row may.
  private static let endTimeout = Duration.seconds(10)

  init(
    _ pool: UDFPool, _ function: Int, _ options: CallOptions, abort: FunctionStep, isSpread: Bool,
    done: @escaping @Sendable () -> Void
  ) {
    (self.pool, self.function, self.options, self.abort, self.isSpread) = (pool, function, options, abort, isSpread)
    self.done = { [place] in
      if let chosen = place.chosen.withLock({ $0.take() }) { chosen.of.leave(chosen.host) }
      done()
    }
  }

  // MARK: Steps

  /// Takes the turn for a step; gives false when the call is over.
  ///
  /// - Parameter doing: what one caller at a time does.
  func begin(_ doing: String) throws -> Bool {
    try state.withLock { state in
      switch state {
      case .over: return false
      case .busy:
        throw UDFError(.busy, "UDF \(pool.signatures[function].name): one caller at a time \(doing)")
      case .open:
        state = .busy
        return true
      }
    }
  }

  func start(_ step: FunctionStep, _ call: CallContext) {
    do {
      let hosts = try pool.tableHosts
      pool.begin(step, call, in: hosts, only: place.host.withLock { $0 } ?? chosen(of: hosts)) { [place] chosen in
        place.host.withLock { $0 = chosen }
      }
    } catch { call.settle(.failure(error)) }
  }

  /// Where the call is to begin; nil for anywhere.
  private func chosen(of hosts: HostSet) -> (any FunctionHost)? {
    guard isSpread else { return nil }
    if let known = place.chosen.withLock({ $0 }) { return known.host }
    guard let host = hosts.place() else { return nil }
    place.chosen.withLock { $0 = (host, hosts) }
    return host
  }

  /// Gives the turn back.
  func goOn() { state.withLock { if $0 == .busy { $0 = .open } } }

  /// Notes that the function has come to its end.
  func end() {
    state.withLock { $0 = .over }
    done()
  }

  // MARK: The end

  func close(_ step: FunctionStep? = nil) async throws {
    guard let (call, host, hosts) = ending(after: .open) else { return }
    defer { done() }
    do { _ = try await call.outcome { pool.begin(step ?? abort, call, in: hosts, only: host) } } catch {
      note(error)
      throw error
    }
  }

  func closeAndWait(_ step: FunctionStep? = nil) throws {
    guard let (call, host, hosts) = ending(after: .open) else { return }
    defer { done() }
    do { _ = try call.outcomeAndWait { pool.begin(step ?? abort, call, in: hosts, only: host) } } catch {
      note(error)
      throw error
    }
  }

  /// Hands the end over to the host, and waits for nothing. A step that was stopped before it began has left the function
  /// as it was; one that failed has ended it, and nothing is left to close.
  func closeSoon(after expected: State) {
    guard let (call, host, hosts) = ending(after: expected) else { return }
    let log = pool.telemetry.log
    call.onOutcome { [done] outcome in
      if case .failure(let error) = outcome { log.note(.warning, "\(error)", of: call.name) }
      done()
    }
    pool.begin(abort, call, in: hosts, only: host)
  }

  /// Not everybody who ends a call can do something with an error: the rows are there.
  private func note(_ error: any Error) {
    pool.telemetry.log.note(.warning, "\(error)", of: pool.signatures[function].name)
  }

  /// What ends the call, after which it is done: until then its version of a source is needed. Nil when there is nothing
  /// to end.
  private func ending(after expected: State) -> (CallContext, any FunctionHost, HostSet)? {
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
    let said = options.timeouts.orElse(pool.signatures[function].timeouts)
    options.timeouts = UDFTimeouts(batch: said.row ?? said.batch ?? Self.endTimeout)
    return (pool.context(function, rows: 0, options, isClosing: true), host, hosts)
  }
}
