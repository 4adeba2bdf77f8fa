import Functions
import PythonFunctions

/// Where the hosts of a source run, and how that comes to be known.
///
/// Whoever runs the source has the last word, then its functions, then its block, and where nobody says anything it is tried
/// in an isolated interpreter. What the functions say is known only once they are loaded somewhere.
struct PlacementChoice {
  /// Where hosts are made now.
  private(set) var place: Placement
  /// Why there, in words; nil where it was said beforehand, or nothing speaks against an interpreter.
  private(set) var reason: String?
  /// Whether it stays so.
  private(set) var isSettled: Bool
  /// Whether nobody has said it.
  private(set) var isAutomatic = false
  private let block: Placement?
  private var moves = 0

  /// A file that says something else each time that it is loaded is loaded no more often.
  private static let mostMoves = 3

  init(_ options: HostOptions) {
    place = options.placement ?? options.blockPlacement ?? .interpreter
    isSettled = options.placement != nil
    block = options.blockPlacement
  }

  /// Begins where an earlier process ended.
  ///
  /// - Returns: whether it moves.
  mutating func recall(_ answer: KeptPlacement.Answer) -> Bool {
    guard !isSettled, place == .interpreter, answer.place != .interpreter else { return false }
    (place, reason, isAutomatic) = (answer.place, answer.reason, answer.isAutomatic)
    return true
  }

  /// Looks at what came of the first loading.
  ///
  /// - Parameter findings: what the packages do without, if it was in an interpreter.
  /// - Returns: whether hosts are to be made elsewhere now, and the source to be loaded there.
  mutating func moves(after outcome: Result<StepResult, any Error>, _ findings: PackageFindings?) -> Bool {
    guard !isSettled else { return false }
    switch outcome {
    case .success(.loaded(let signatures)):
      if let said = signatures.lazy.compactMap(\.placement).first {
        return go(to: said, because: "its functions say placement=\"\(said.rawValue)\"")
      }
      if let block {
        return go(to: block, because: "its block \"# /// script\" says placement = \"\(block.rawValue)\"")
      }
      switch place {
      case .interpreter:
        if let reason = findings?.reason { return go(to: .worker, because: reason, isAutomatic: true) }
      case .worker: break
      // What was kept of it is not so any more.
      case .main: return go(to: .interpreter, because: nil)
      }
      isSettled = true
      return false
    case .failure(let error as UDFError):
      guard let refusal = error.refusal, place == .interpreter else { return false }
      let wanted = refusal.written ?? block
      guard wanted != .interpreter else { return false }
      return go(to: wanted ?? .worker, because: refusal.reason, isAutomatic: wanted == nil)
    default: return false
    }
  }

  private mutating func go(to other: Placement, because reason: String?, isAutomatic: Bool = false) -> Bool {
    (self.reason, self.isAutomatic) = (reason, isAutomatic)
    guard other != place, moves < Self.mostMoves else {
      isSettled = true
      return false
    }
    moves += 1
    place = other
    return true
  }
}
