package import Functions
package import Columnar
package import PythonRuntime

extension LoadedModule {
  /// Calls a function for each row of a batch, or once for all of them if it is of that kind, under the GIL of the
  /// interpreter that the module was loaded in; a table function gives all its rows in a list.
  ///
  /// - Parameter function: the function's place in `signatures`.
  /// - Throws: `UDFError`: `wrongArguments`, `rowFailed`, `wrongResult`, `interrupted`, `memoryExceeded`.
  package func rows(
    _ function: Int, _ batch: RecordBatch, _ context: RowContext = RowContext(), in py: borrowing Python
  ) throws -> UDFResult {
    try someRows(function, batch, context, nil, nil, in: py).0
  }

  /// Calls a function of one value per row for some rows of a batch.
  ///
  /// - Parameters:
  ///   - rows: the rows, in order.
  ///   - takesRest: asked after each call whether all rows behind are to be called for too.
  /// - Returns: the results of these rows alone, all else as of the whole batch, and which rows they are.
  package func rows(
    _ function: Int, _ batch: RecordBatch, _ context: RowContext, only rows: [Range<Int>],
    takesRest: @escaping () -> Bool, in py: borrowing Python
  ) throws -> (UDFResult, [Range<Int>]) {
    try someRows(function, batch, context, rows, takesRest, in: py)
  }

  /// The arguments of the rows of a batch as a `UDFRowFailure` has them, without a call; nil where they cannot be made.
  ///
  /// - Throws: `UDFError` with code `wrongArguments`.
  package func argumentTexts(
    _ function: Int, _ batch: RecordBatch, _ context: RowContext, in py: borrowing Python
  ) throws -> [String?] {
    let conversion = Conversion(py.state, classes: classes, support: support)
    defer { conversion.release() }
    let arguments = try ArgumentRows(functions[function].signature, batch, conversion)
    return (0..<batch.rowCount).map { arguments.asJSON($0, conversion, timeZone: context.options.timeZone) }
  }

  private func someRows(
    _ function: Int, _ batch: RecordBatch, _ context: RowContext, _ rows: [Range<Int>]?,
    _ takesRest: (() -> Bool)?, in py: borrowing Python
  ) throws -> (UDFResult, [Range<Int>]) {
    if functions[function].signature.kind == .batches { return (try onlyBatch(function, batch, context, in: py), []) }
    let function = functions[function]
    let conversion = Conversion(py.state, classes: classes, support: support)
    defer { conversion.release() }
    let memory = py.state.memory
    let refusals = memory.refusals
    do {
      if function.signature.kind == .aggregate {
        throw UDFError(
          .unknownFunction,
          "UDF \(function.signature.name) is an aggregate function, which has no value for a row: use aggregate(_:of:)")
      }
      guard let callable = function.roles[.call].flatMap(py.state.kept) else {
        throw UDFError(.closed, "UDF \(function.signature.name) has been unloaded")
      }
      switch function.signature.kind {
      case .table:
        var lists = try TableDraw(
          TableCall(0, batch), .max, function.signature, callable, in: py, conversion, context, placesFailures: false)
        return (try lists.lists(), [])
      case .batch:
        let caller = FunctionCaller(api: py.api, callable: callable)
        var call = try BatchCall(
          function.signature, caller, for: batch, in: py, conversion, columnClass: columnClass(in: py),
          arrays: arrays.flatMap(py.state.kept), context)
        return (try call.run(), [])
      case .concurrent:
        guard let eventLoop = eventLoop.flatMap(py.state.kept) else { break }
        var call = try ConcurrentCall(function.signature, callable, eventLoop, for: batch, in: py, conversion, context)
        return (try call.run(), [])
      case .rows, .batches, .aggregate: break
      }
      var call = try RowCall(
        function.signature, callable, for: batch, in: py, conversion, context, rows: rows, takesRest: takesRest)
      let result = try call.run()
      return (result, call.rows)
    } catch let error as PythonError {
      // Before the first row or after the last.
      throw UDFError(error, memory, refusalsBefore: refusals, doing: "UDF \(function.signature.name) failed") ?? error
    }
  }
}
