extension UDFSignature {
  /// What an aggregate function is made of.
  public struct Aggregate: Sendable, Hashable, Codable {
    /// What it can do: `create`, `accumulate` and `finish`, and maybe `retract` and `merge`; in alphabetical order.
    public let roles: [String]
    /// The type of its states as `create_state` is annotated; nil for one of which states are pickled.
    public let state: UDFType?
    /// Whether its states can be pickled, as a new one could.
    public package(set) var isMovable: Bool

    /// Whether two states can be merged.
    public var canMerge: Bool { roles.contains("merge") }
    /// Whether a row can be taken back.
    public var canRetract: Bool { roles.contains("retract") }
  }

  /// The same for an aggregate function of which is known whether its states can be pickled.
  package func withMovableStates(_ isMovable: Bool) -> UDFSignature {
    var signature = self
    signature.aggregate?.isMovable = isMovable
    return signature
  }

  /// What is called for a state: nothing but the state, which is no argument.
  package var ofStates: UDFSignature { taking([]) }

  /// What takes a state of a type that was exported.
  package func takingState(of type: UDFType) -> UDFSignature {
    taking([Parameter(name: "state", type: type, isOptional: true, hasDefault: false, isVariadic: false)])
  }

  private func taking(_ parameters: [Parameter]) -> UDFSignature {
    UDFSignature(
      name: name, kind: .rows, parameters: parameters, result: result, determinism: determinism, errorMode: errorMode,
      timeouts: timeouts, memoryLimit: memoryLimit, documentation: documentation, line: line, retriesRows: false,
      aggregate: nil, concurrency: nil, placement: placement, columnName: nil, decimals: decimals, batchForm: nil)
  }
}
