package import Columnar

/// What an engine makes its functions of: a pool, or a source of a registry, whose pools follow each other.
package protocol FunctionProvider: Sendable {
  /// What messages call it.
  var providerName: String { get }
  /// The functions, for as long as the engine knows them.
  var signatures: [UDFSignature] { get }

  /// Calls the function at a place in `signatures` for each row of a batch, while the calling thread waits.
  ///
  /// - Parameter options: how to call the function whose signature it is given, which may be that of a later version.
  /// - Throws: `UDFError`.
  func evaluateHere(_ index: Int, _ batch: RecordBatch, _ options: (UDFSignature) -> CallOptions) throws -> UDFResult
}

extension UDFPool: FunctionProvider {
  package var providerName: String { source.name }

  package func evaluateHere(
    _ index: Int, _ batch: RecordBatch, _ options: (UDFSignature) -> CallOptions
  ) throws -> UDFResult {
    try evaluateHere(index, batch, options(signatures[index]))
  }
}
