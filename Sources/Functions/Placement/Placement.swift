/// Where the functions of a source run.
public enum Placement: String, Sendable, Hashable, Codable, CaseIterable {
  /// In isolated interpreters of this process, each with a GIL of its own. Packages whose compiled parts refuse such
  /// interpreters cannot be imported there.
  case interpreter
  /// In processes of their own, where every package loads.
  case worker
  /// In the main interpreter of this process: one GIL for all that run there, and no protection from what its code does to
  /// the process.
  case main
}

extension Placement {
  /// The same in words, behind "runs in".
  package var summary: String {
    switch self {
    case .interpreter: "isolated interpreters"
    case .worker: "worker processes"
    case .main: "the main interpreter"
    }
  }
}
