package import Functions

/// A function of a loaded source: its signature, and where its interpreter keeps what it consists of.
///
/// It holds keys and no object, so it may be held anywhere.
package struct LoadedFunction: Sendable {
  package let signature: UDFSignature
  /// The keys of its callables, in the interpreter that it was loaded in.
  let roles: [FunctionRole: Int]
}

/// What one of a function's callables is called for; a plain function has only one.
package enum FunctionRole: String, Sendable, Hashable {
  /// For each row.
  case call
}
