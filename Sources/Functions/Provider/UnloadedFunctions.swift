public import Columnar

/// The functions of a source that did not load: nothing can call them, but an engine can say whether it could have them.
public struct UnloadedFunctions: FunctionProvider, Hashable {
  /// What messages call the source.
  public let name: String
  /// The functions. Their names, lines and numbers of parameters are known; of the rest nothing counts.
  public let signatures: [UDFSignature]

  /// The functions of the source that an error is about; nil for an error that knows of none.
  public init?(_ error: UDFError) {
    guard let source = error.refused else { return nil }
    name = source.name
    let parameter = UDFSignature.Parameter(
      name: "x", type: .any, isOptional: true, hasDefault: false, isVariadic: false)
    signatures = source.functions.map { function in
      UDFSignature(
        name: function.name, kind: .rows, parameters: Array(repeating: parameter, count: function.parameterCount),
        result: .int, determinism: .unspecified, errorMode: .raise, timeouts: UDFTimeouts(), memoryLimit: nil,
        documentation: nil, line: function.line, retriesRows: false, aggregate: nil, concurrency: nil, placement: nil,
        columnName: nil,
        decimals: nil,
        batchForm: nil)
    }
  }

  /// Throws `notAvailable`.
  public func evaluate(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) async throws -> UDFResult {
    throw refusal
  }

  /// Throws `notAvailable`.
  public func evaluateAndWait(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> UDFResult {
    throw refusal
  }

  /// Throws `notAvailable`.
  public func open(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> any TableCursor {
    throw refusal
  }

  /// Throws `notAvailable`.
  public func aggregate(_ function: Int, _ options: CallOptions) throws -> AggregateStates { throw refusal }

  /// Throws `notAvailable`.
  public func openStream(_ function: Int, _ options: CallOptions) throws -> any BatchStream { throw refusal }

  private var refusal: UDFError { UDFError(.notAvailable, "\(name) did not load, so its functions cannot be called") }
}
