package import Columnar
package import PythonRuntime

extension LoadedModule {
  /// Calls a function for each row of a batch, under the GIL of the interpreter that the module was loaded in.
  ///
  /// - Throws: `UDFError`: `wrongArguments`, `rowFailed`, `wrongResult`.
  package func call(_ function: Function, _ batch: RecordBatch, in py: borrowing Python) throws -> Column {
    try RowFunction(function, for: batch, in: py).run()
  }
}
