package import Columnar
package import PythonRuntime

extension LoadedModule {
  /// Calls a function for each row of a batch, under the GIL of the interpreter that the module was loaded in.
  ///
  /// - Throws: `UDFError`: `wrongArguments`, `rowFailed`, `wrongResult`, `interrupted`, `memoryExceeded`.
  package func call(
    _ function: LoadedFunction, _ batch: RecordBatch, in py: borrowing Python, _ options: CallOptions = CallOptions()
  ) throws -> UDFResult {
    let conversion = Conversion(py.state, classes: classes, support: support)
    defer { conversion.release() }
    let watch =
      options.watch ?? WatchedCall(UDFTimeouts(), py.state.interrupter, exception: deadlineExceeded)
    let outcome = Result { try run(function, batch, in: py, conversion, options, watch) }
    guard let reason = watch.finish() else { return try outcome.get() }
    var failure: UDFError?
    if case .failure(let error) = outcome { failure = error as? UDFError }
    throw reason.error(function: function.signature.name, failure: failure)
  }

  private func run(
    _ function: LoadedFunction, _ batch: RecordBatch, in py: borrowing Python, _ conversion: Conversion,
    _ options: CallOptions, _ watch: WatchedCall
  ) throws -> UDFResult {
    let memory = py.state.memory
    let refusals = memory.refusals
    do {
      var call = try RowFunction(function, for: batch, in: py, conversion, options, watch)
      return try call.run()
    } catch let error as PythonError {
      // Before the first row or after the last.
      throw UDFError(error, memory, refusalsBefore: refusals, doing: "UDF \(function.signature.name) failed") ?? error
    }
  }
}
