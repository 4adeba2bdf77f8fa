public import Columnar
import Foundation
import PythonRuntime
import Synchronization
import ThreadConfinement

extension UDFPool {
  /// Calls a function for each row of a batch; the calling task is suspended and blocks no thread.
  ///
  /// - Parameters:
  ///   - name: the function; of overloads the one whose parameters are nearest to the columns.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  /// - Returns: a column of as many rows, as `UDFSignature.resultField(for:)` describes it.
  /// - Throws: `UDFError`: `unknownFunction`, `wrongArguments`, `rowFailed`, `wrongResult`, `deadlineExceeded`,
  ///   `interrupted`, `closed`; `CancellationError` when the task was cancelled.
  public func call(_ name: String, _ batch: RecordBatch) async throws -> Column {
    try await evaluate(name, batch).values
  }

  /// Calls a function for each row of a batch, and says which rows failed; the calling task is suspended and blocks no
  /// thread.
  ///
  /// Cancelling the task stops the function, as a timeout does.
  ///
  /// - Parameters:
  ///   - name: the function, as for `call`.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  ///   - errorMode: what a failing row does; nil for what the function says.
  ///   - timeouts: how long the call may take; where nothing is said, what the function says.
  /// - Throws: as `call` does.
  public func evaluate(
    _ name: String, _ batch: RecordBatch, onError errorMode: UDFErrorMode? = nil, timeouts: UDFTimeouts = UDFTimeouts()
  ) async throws -> UDFResult {
    let options = CallOptions(errorMode: errorMode, timeouts: timeouts)
    return try await observing(name, batch, options) { options in
      try await evaluate(name, batch, options)
    }
  }

  private func evaluate(_ name: String, _ batch: RecordBatch, _ options: CallOptions) async throws -> UDFResult {
    let worker = try await idle.take()
    let function: LoadedFunction
    do {
      try Task.checkCancellation()
      function = try worker.module.function(name, for: batch.schema.fields)
    } catch {
      idle.give(back: worker)
      throw error
    }
    let options = self.options(options, for: function, on: worker)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        start(function, batch, options, on: worker) { continuation.resume(with: $0) }
      }
    } onCancel: {
      options.watch?.stop(.cancelled)
    }
  }

  /// Calls a function for each row of a batch and blocks the calling thread meanwhile; for threads that belong to an
  /// engine. In a task use `call`.
  ///
  /// - Parameters:
  ///   - name: the function; of overloads the one whose parameters are nearest to the columns.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  /// - Returns: a column of as many rows.
  /// - Throws: `UDFError`: `unknownFunction`, `wrongArguments`, `rowFailed`, `wrongResult`, `deadlineExceeded`,
  ///   `interrupted`, `closed`.
  public func callAndWait(_ name: String, _ batch: RecordBatch) throws -> Column {
    try observing(name, batch, CallOptions()) { options in
      try evaluateAndWait(batch, options) { try $0.module.function(name, for: batch.schema.fields) }
    }.values
  }

  /// Calls a function in an idle interpreter while the calling thread waits.
  func evaluateAndWait(
    _ batch: RecordBatch, _ options: CallOptions, choosing function: (Worker) throws -> LoadedFunction
  ) throws -> UDFResult {
    let worker = try idle.takeAndWait()
    var isTaken = true
    defer { if isTaken { idle.give(back: worker) } }
    let function = try function(worker)
    let options = self.options(options, for: function, on: worker)
    guard options.watch?.timeouts.isEmpty == false else {
      return try logged(function, options) {
        try worker.call(function, batch, options) { try worker.interpreter.withGIL($0) }
      }
    }
    // Only a call that nobody waits for in the interpreter's own queue can be given up.
    isTaken = false
    let outcome = Mutex<Result<UDFResult, any Error>?>(nil)
    let ready = DispatchSemaphore(value: 0)
    start(function, batch, options, on: worker) { result in
      outcome.withLock { $0 = result }
      ready.signal()
    }
    ready.wait()
    guard let result = outcome.withLock({ $0 }) else { throw UDFError(.closed, "the call has no outcome") }
    return try result.get()
  }

  /// Calls a function in the interpreter that the calling thread belongs to.
  func evaluateOnOwnThread(
    _ function: LoadedFunction, _ batch: RecordBatch, _ options: CallOptions, _ worker: Worker
  ) throws -> UDFResult {
    let options = self.options(options, for: function, on: worker)
    return try logged(function, options) {
      try worker.call(function, batch, options) { try worker.interpreter.withGILOnOwnThread($0) }
    }
  }

  /// Begins a call on the interpreter's thread, and gives the interpreter back after it.
  ///
  /// - Parameter deliver: called once: with what the call gave, or with the reason why it was given up.
  private func start(
    _ function: LoadedFunction, _ batch: RecordBatch, _ options: CallOptions, on worker: Worker,
    deliver: @escaping @Sendable (Result<UDFResult, any Error>) -> Void
  ) {
    let delivery = Delivery(deliver)
    options.watch?.onAbandoning { [weak self] watch in
      let name = function.signature.name
      let (row, stack) = (watch.currentRow, StopReason.describe(watch.interrupter.lastFrames))
      let reason = watch.reason ?? .interrupted
      let error = reason.abandonedError(function: name, row: row, stack: stack)
      delivery.settle(.failure(error)) {
        self?.replace(worker, hangingIn: name, row: row, stack: reason == .cancelled ? stack : "")
      }
    }
    let isAccepted = worker.interpreter.thread.submit { [self] in
      let result = Result {
        try logged(function, options) {
          try worker.call(function, batch, options) { try worker.interpreter.withGILOnOwnThread($0) }
        }
      }
      delivery.settle(result) { self.idle.give(back: worker) }
    }
    if !isAccepted {
      idle.give(back: worker)
      delivery.settle(
        .failure(UDFError(.closed, "UDF \(function.signature.name) cannot be called: its interpreter has ended")))
    }
  }

  /// Shows a call to traces and metrics.
  private func observing(
    _ name: String, _ batch: RecordBatch, _ options: CallOptions, _ call: (CallOptions) async throws -> UDFResult
  ) async throws -> UDFResult {
    guard let observed = ObservedCall(name, rows: batch.rowCount, of: telemetry.source, telemetry.metrics) else {
      return try await call(options)
    }
    defer { telemetry.metrics?.note(memoryUsage) }
    let outcome: Result<UDFResult, any Error>
    do { outcome = .success(try await call(options.observed(by: observed))) } catch { outcome = .failure(error) }
    observed.end(outcome)
    return try outcome.get()
  }

  /// The same on the calling thread.
  func observing(
    _ name: String, _ batch: RecordBatch, _ options: CallOptions, _ call: (CallOptions) throws -> UDFResult
  ) throws -> UDFResult {
    guard let observed = ObservedCall(name, rows: batch.rowCount, of: telemetry.source, telemetry.metrics) else {
      return try call(options)
    }
    defer { telemetry.metrics?.note(memoryUsage) }
    let outcome = Result { try call(options.observed(by: observed)) }
    observed.end(outcome)
    return try outcome.get()
  }

  private func options(
    _ options: CallOptions, for function: LoadedFunction, on worker: Worker
  ) -> CallOptions {
    var options = options
    options.observer = failures.observer
    options.watch = worker.watch(options.timeouts.orElse(function.signature.timeouts))
    return options
  }

  private func logged(
    _ function: LoadedFunction, _ options: CallOptions, _ call: () throws -> UDFResult
  ) throws -> UDFResult {
    let result = try call()
    if options.errorMode ?? function.signature.errorMode == .null { failures.add(result, of: function.signature.name) }
    return result
  }
}

/// An outcome that arrives once, whoever comes first.
private final class Delivery: Sendable {
  private let receive: Mutex<(@Sendable (Result<UDFResult, any Error>) -> Void)?>

  init(_ receive: @escaping @Sendable (Result<UDFResult, any Error>) -> Void) { self.receive = Mutex(receive) }

  /// Hands over an outcome; gives false, and does nothing, when another one was first.
  ///
  /// - Parameter before: done first, if this is the outcome that counts.
  @discardableResult
  func settle(_ result: Result<UDFResult, any Error>, before: () -> Void = {}) -> Bool {
    guard let receive = receive.withLock({ $0.take() }) else { return false }
    before()
    receive(result)
    return true
  }
}
