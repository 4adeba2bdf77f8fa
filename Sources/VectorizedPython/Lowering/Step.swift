/// A step of a program: on the rows that come to it.
enum Step {
  case compute(Computation)
  /// Splits the rows by a truth value; what comes out of both arms goes on.
  case choose(test: Int, Block, Block)
  case loop(Loop)
  /// The rows go to an exit; nil when they are done.
  case leave(exit: Int?)
  /// What comes out of the block, and what left it by the exit, goes on.
  case scope(Block, exit: Int)
  /// CPython runs the rows.
  case rerun
}

struct Computation {
  let operation: Operation
  var slots: Slots
}

/// Steps, while they are made: others may go on adding to one that has been left.
final class Block {
  var steps: [Step] = []
  /// Whether steps will still be added, for rows that leave here: what they have to bring along is known only when all ways
  /// to the same place are.
  var isOpen = false
}

struct Loop {
  let test: Block
  /// The truth value that decides whether there is another turn; nil when only a `break` ends it.
  let register: Int?
  let body: Block
  /// Behind the body, and behind a `continue`.
  let next: Block
  /// Where the test said no.
  let otherwise: Block
  let continues: Int
  let breaks: Int
}

extension Block {
  /// What it takes to compute this for rows that it is not meant for; nil when that cannot be, as it may mark or move them.
  var costOfAll: Int? {
    if isOpen { return nil }
    var cost = 0
    for step in steps {
      guard case .compute(let computation) = step, computation.operation.marks == nil else { return nil }
      cost += computation.operation.cost
    }
    return cost
  }
}
