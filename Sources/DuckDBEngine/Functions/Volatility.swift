import Functions

/// DuckDB's refusals of statements that count on a function to give equal results for equal arguments.
enum Volatility {
  /// Whether a message of DuckDB's is such a refusal. There is no code that tells.
  static func isReason(for message: String) -> Bool {
    let message = message.lowercased()
    return ["volatile", "side effect", "deterministic", "random function"].contains { message.contains($0) }
  }
}

extension UDFSignature {
  /// Why DuckDB takes the function for volatile, and what to write; nil when it does not.
  ///
  /// - Parameter withoutArguments: whether a call gives it none.
  func volatilityAdvice(withoutArguments: Bool) -> String? {
    let reason: String
    switch determinism {
    case .volatile where parameters.isEmpty: reason = "has no parameters, so every call may give another result"
    case .volatile: reason = "says that equal arguments may give other results, as with deterministic=False"
    case .unspecified where withoutArguments:
      reason = "is called without arguments, so every call may give another result"
    case .unspecified, .deterministic: return nil
    }
    return """
      UDF \(name) \(reason). If equal arguments always give equal results, write @udf(deterministic=True), or IMMUTABLE in \
      its declaration; else compute it in a subquery or a table first.
      """
  }
}
