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
  /// Of an aggregate function: for a new state, for a row into it or out of it, for another state, and for its value.
  case create, accumulate, retract, merge, finish
  /// The same of states that keep their rows, for a function without merge.
  case keptCreate = "kept_create"
  case keptAccumulate = "kept_accumulate"
  case keptMerge = "kept_merge"
  case keptFinish = "kept_finish"

  /// The same of states that keep their rows; itself where there is none.
  var ofKeptRows: FunctionRole {
    switch self {
    case .create: .keptCreate
    case .accumulate: .keptAccumulate
    case .merge: .keptMerge
    case .finish: .keptFinish
    default: self
    }
  }

  /// Those that a function has.
  static func of(_ signature: UDFSignature) -> [FunctionRole] {
    guard let aggregate = signature.aggregate else { return [.call] }
    let own = aggregate.roles.compactMap { FunctionRole(rawValue: $0) }
    return own + (aggregate.canMerge ? [] : [.keptCreate, .keptAccumulate, .keptMerge, .keptFinish])
  }
}
