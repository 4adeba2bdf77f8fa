package import Columnar
package import PythonRuntime

extension LoadedModule {
  /// Calls a function for each row of a batch, under the GIL of the interpreter that the module was loaded in.
  ///
  /// - Parameter interruption: when it happens during the call, the call ends after the row that is under way.
  /// - Throws: `UDFError`: `wrongArguments`, `rowFailed`, `wrongResult`, `interrupted`.
  package func call(
    _ function: Function, _ batch: RecordBatch, in py: borrowing Python, interruption: Interruption = Interruption()
  ) throws -> Column {
    try RowFunction(function, for: batch, in: py, interruption).run()
  }
}
