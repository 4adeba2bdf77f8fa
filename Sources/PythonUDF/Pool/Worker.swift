import Columnar
import PythonRuntime
import Synchronization

/// One interpreter of a pool, with the source loaded.
final class Worker: Sendable {
  let interpreter: SubInterpreter
  let module: LoadedModule
  private let channel: LogChannel
  /// The call that runs now.
  private let current = Mutex<WatchedCall?>(nil)

  /// Makes an interpreter and loads a source in it; blocks until that is done.
  ///
  /// - Throws: `UDFError` when the source does not load; `PythonRuntimeError`.
  init(
    _ source: UDFSource, _ configuration: SubInterpreter.Configuration, _ policy: InterpreterPolicy,
    _ discovery: PythonDiscovery, _ telemetry: Telemetry
  ) throws {
    let interpreter = try SubInterpreter(configuration: configuration, discovery: discovery, name: "udf")
    let channel = LogChannel(telemetry.log)
    interpreter.observeDenials { channel.write($0) }
    module = try interpreter.withGIL { py in
      defer { channel.end() }
      return try LoadedModule(source, policy, log: channel, in: py)
    }
    self.interpreter = interpreter
    self.channel = channel
  }

  /// Stops the call that is under way, if there is one.
  func stop(_ reason: StopReason) { current.withLock { $0 }?.stop(reason) }

  /// Watches a call of the interpreter until it ends.
  func watch(_ timeouts: UDFTimeouts) -> WatchedCall {
    let call = WatchedCall(timeouts, interpreter.interrupter, exception: module.deadlineExceeded)
    current.withLock { $0 = call }
    if !timeouts.isEmpty { DeadlineWatcher.shared.watch(call) }
    return call
  }

  /// Calls a function on the interpreter's thread, as `withGIL` gets there.
  ///
  /// - Parameter options: its watch is this call's.
  func call(
    _ function: LoadedFunction, _ batch: RecordBatch, _ options: CallOptions,
    withGIL: (@Sendable (borrowing Python) throws -> UDFResult) throws -> UDFResult
  ) throws -> UDFResult {
    channel.begin(function.signature.name, options.watch)
    options.observed?.begin(function.signature.name)
    defer {
      channel.end()
      current.withLock { $0 = nil }
    }
    do {
      return try withGIL { [module] py in try module.call(function, batch, in: py, options) }
    } catch let error as PythonRuntimeError where error.code == .interpreterClosed {
      throw UDFError(error, function: function.signature.name)
    }
  }
}
