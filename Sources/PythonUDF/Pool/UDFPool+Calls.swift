import Functions
import PythonFunctions
public import Columnar
import Dispatch
import Logging
import PythonRuntime
import ThreadConfinement

extension UDFPool {
  /// Calls a function in an interpreter that is idle, as the protocol says; waits for one if none is.
  public func evaluate(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) async throws -> UDFResult {
    let call = context(function, rows: batch.rowCount, options)
    return try await call.outcome { begin(.rows(function: function, batch), call) }.rows
  }

  /// Calls a function as the protocol says. On a thread that one of the pool's interpreters lives on, that interpreter is
  /// called there; the call can then be stopped, but not given up: the thread is its caller's. See ``observeHangs(with:)``.
  public func evaluateAndWait(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> UDFResult {
    let call = context(function, rows: batch.rowCount, options)
    let step = FunctionStep.rows(function: function, batch)
    // A worker can be asked from any thread, and this one has nothing else to do.
    if let host = hosts.takeAnywhere() {
      return try call.outcomeAndWait { start(step, call, on: host, of: hosts, isHere: true) }.rows
    }
    guard let host = hosts.current else { return try call.outcomeAndWait { begin(step, call) }.rows }
    let outcome = Result {
      if !host.isLoaded { try hosts.load(host) }
      try hosts.begin(call, onThreadOf: host)
      return try run(step, on: host, call)
    }
    note(outcome, call)
    return try outcome.get().rows
  }

  /// Calls a function for many batches in parallel and gives the results in the order of the batches.
  ///
  /// As many batches are under way as there may be interpreters, so `batches` may be lazy and long. A function of whole batches
  /// with `rows=` gets those that follow each other joined up to so many rows, and its errors count the rows of what was joined.
  /// A function that takes the batches of a query with an iterator gets them one after the other, in one interpreter.
  ///
  /// - Throws: the error of the first batch, in order of time, that failed; batches not begun are dropped then.
  public func call(_ name: String, batches: some Sequence<RecordBatch>) async throws -> [Column] {
    let signature = try signature(of: name)
    if signature.kind == .batches { return try await callInTurn(name, batches) }
    let mostRows = signature.kind == .batch ? signature.batchForm?.rows : nil
    return try await withThrowingTaskGroup(of: (Int, [Column]).self) { group in
      let width = hosts.limit
      var results: [[Column]] = []
      func keep(_ result: (Int, [Column])?) {
        if let (index, columns) = result { results[index] = columns }
      }
      for (index, joined) in JoinedBatches(batches, upTo: mostRows).enumerated() {
        if index >= width { keep(try await group.next()) }
        results.append([])
        group.addTask { (index, joined.parts(of: try await self.call(name, joined.batch))) }
      }
      while let result = try await group.next() { keep(result) }
      return results.flatMap(\.self)
    }
  }

  private func callInTurn(_ name: String, _ batches: some Sequence<RecordBatch>) async throws -> [Column] {
    var results: [Column] = []
    var stream: (any BatchStream)?
    for batch in batches {
      let open = try stream ?? openStream(signatures.place(of: name, for: batch.schema.fields), CallOptions())
      stream = open
      results.append(try await open.next(batch).values)
    }
    try await stream?.finish()
    return results
  }

  // MARK: The one way of a call

  func context(
    _ function: Int, rows: Int, _ options: CallOptions, isClosing: Bool = false, turn: Duration? = nil
  ) -> CallContext {
    let signature = signatures[function]
    var observer = failures.observer
    if let told = observer, let postpone = options.postpone {
      observer = { failure in postpone { told(failure) } }
    }
    // Ending a call is none of its own.
    let trace =
      isClosing ? nil : CallTrace(signature.name, rows: rows, of: telemetry.source, telemetry.metrics)
    let places = concurrentPlaces[function].map { ConcurrentPlaces.Lease($0) }
    return CallContext(
      signature, options, observer: observer, trace, isClosing: isClosing, places: places, turn: turn,
      blocked: telemetry.log.noteBlocked(of: signature.name))
  }

  private func begin(_ step: FunctionStep, _ call: CallContext) { begin(step, call, in: hosts) }

  /// Waits for a host, runs a step on its thread, gives the host back, and settles the call.
  ///
  /// - Parameters:
  ///   - hosts: those that it may run on.
  ///   - only: the only one of them, for what has begun there.
  ///   - chosen: told of the host, before the step runs there.
  func begin(
    _ step: FunctionStep, _ call: CallContext, in hosts: HostSet, only: (any FunctionHost)? = nil,
    chosen: @escaping @Sendable (any FunctionHost) -> Void = { _ in }
  ) {
    do { try hosts.refuseIfLent(call) } catch { return settle(.failure(error), call) {} }
    let receive: HostQueue<any FunctionHost>.Receive = { [self] found in
      switch found {
      case .failure(let error): settle(.failure(error), call) {}
      case .success(let host):
        chosen(host)
        start(step, call, on: host, of: hosts)
      }
    }
    guard let ticket = only.map({ hosts.take($0, receive) }) ?? hosts.queue.take(receive) else { return }
    call.wait { hosts.queue.leave(ticket, because: $0) }
    if only == nil { hosts.grow() }
  }

  /// - Parameter isHere: whether the step runs on the calling thread.
  private func start(
    _ step: FunctionStep, _ call: CallContext, on host: any FunctionHost, of hosts: HostSet, isHere: Bool = false
  ) {
    let abandon: CallContext.Abandon = { [weak self] call in self?.abandon(host, call, of: hosts) }
    do {
      try hosts.refuseIfLent(call)
      try call.begin(on: host, abandon: hosts.canAbandon ? abandon : nil)
    } catch {
      settle(.failure(error), call) { hosts.queue.give(back: host) }
      return
    }
    let work = { @Sendable [self] in
      let begun = DispatchTime.now().uptimeNanoseconds
      let outcome = Result { try run(step, on: host, call) }
      if case .rows(let function, let batch) = step, let meter = meters[function] {
        meter.note(batch.rowCount, DispatchTime.now().uptimeNanoseconds - begun, atOnce: false)
      }
      settle(outcome, call) { hosts.queue.give(back: host) }
    }
    if isHere { return work() }
    if !host.submit(work) {
      settle(.failure(UDFError(.closed, "\(call.subject) cannot be called: its interpreter has ended")), call) {}
    }
  }

  /// On the host's thread, for every caller.
  private func run(_ step: FunctionStep, on host: any FunctionHost, _ call: CallContext) throws -> StepResult {
    defer { call.end() }
    let result = try host.run(step, call)
    noteFailures(of: result, call)
    return result
  }

  func noteFailures(of result: StepResult, _ call: CallContext) {
    switch result {
    case .rows(let rows): failures.add(rows.failureCount, of: rows.values.count, rows.failures, call)
    case .drawn(let drawn?):
      failures.add(
        drawn.failureCount, of: drawn.values.rowCount + drawn.failuresWithoutRow, drawn.failures, call)
    case .aggregated(let outcome): failures.add(outcome.failureCount, of: outcome.rows, outcome.failures, call)
    case .drawn, .loaded, .inspected, .arguments, .closed: break
    }
  }

  private func settle(_ outcome: Result<StepResult, any Error>, _ call: CallContext, giveBack: () -> Void) {
    call.end()
    call.settle(outcome) {
      giveBack()
      note(outcome, call)
    }
  }

  func note(_ outcome: Result<StepResult, any Error>, _ call: CallContext) {
    guard let trace = call.trace else { return }
    telemetry.metrics?.note(memoryUsage)
    trace.end(outcome.map(\.count))
  }

  /// Gives a call up that does not stop, and with it its host.
  private func abandon(_ host: any FunctionHost, _ call: CallContext, of hosts: HostSet) {
    let (row, stack) = (call.progress.currentRow, StopReason.describe(host.lastFrames))
    let reason = call.reason ?? .interrupted
    settle(.failure(reason.abandonedError(call.subject, row: row, host.ending, stack: stack)), call) {
      // Otherwise the error of the call says all of it.
      if reason == .cancelled {
        telemetry.log.note(.warning, "it does not stop when told to; \(host.ending)\(stack)", of: call.name, row: row)
      }
      hosts.abandon(host)
    }
  }
}

extension StepResult {
  /// The result of a step that calls rows.
  var rows: UDFResult {
    get throws {
      if case .rows(let result) = self { return result }
      throw UDFError(.closed, "the call has no result")
    }
  }
}
