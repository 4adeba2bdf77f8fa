import Functions

extension UDFPool {
  /// What of a function runs without Python, as its file is now. Waits for an interpreter.
  ///
  /// - Throws: `UDFError`.
  package func vectorReport(of function: Int) throws -> VectorReport {
    let call = context(function, rows: 0, CallOptions())
    guard
      case .inspected(let report) = try call.outcomeAndWait({ begin(.inspect(function: function), call, in: hosts) })
    else { throw UDFError(.notAvailable, "\(signatures[function].name) runs where nothing is said of this") }
    return report
  }
}
