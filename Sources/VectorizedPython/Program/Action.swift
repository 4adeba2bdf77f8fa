/// A step that is ready to run.
enum Action: Sendable {
  case run(Kernel)
  case choose(test: Int, [Action], [Action])
  indirect case loop(LoopAction)
  case leave(exit: Int?)
  case scope([Action], exit: Int)
  case rerun
}

struct LoopAction: Sendable {
  let test: [Action]
  let register: Int?
  let body: [Action]
  let next: [Action]
  let otherwise: [Action]
  let continues: Int
  let breaks: Int
  /// What a turn takes, loops inside it aside: 1 for a few operations.
  let weight: Int
}

extension [Action] {
  /// How many kernels there are that no loop inside runs.
  fileprivate var kernelCount: Int {
    reduce(0) { count, action in
      switch action {
      case .run: count + 1
      case .choose(_, let then, let otherwise): count + 1 + then.kernelCount + otherwise.kernelCount
      case .scope(let body, _): count + 1 + body.kernelCount
      case .loop, .leave, .rerun: count + 1
      }
    }
  }
}

extension Block {
  /// The block's actions without what computes registers that nobody reads.
  func actions(without unread: Set<Int>) -> [Action] {
    steps.compactMap { step in
      switch step {
      case .compute(let computation):
        unread.contains(computation.slots.result) ? nil : .run(computation.operation.make(computation.slots))
      case .choose(let test, let then, let otherwise):
        .choose(test: test, then.actions(without: unread), otherwise.actions(without: unread))
      case .loop(let loop):
        .loop(loop.action(without: unread))
      case .leave(let exit): .leave(exit: exit)
      case .scope(let body, let exit): .scope(body.actions(without: unread), exit: exit)
      case .rerun: .rerun
      }
    }
  }

  /// The functions of the C library, by their names in Python's `math`, that it calls.
  var libraryNames: Set<String> {
    steps.reduce(into: []) { names, step in
      switch step {
      case .compute(let computation):
        if let name = MathKernels.libraryName(computation.operation) { names.insert(name) }
      case .choose(_, let then, let otherwise): names.formUnion(then.libraryNames.union(otherwise.libraryNames))
      case .loop(let loop):
        for block in [loop.test, loop.body, loop.next, loop.otherwise] { names.formUnion(block.libraryNames) }
      case .scope(let body, _): names.formUnion(body.libraryNames)
      case .leave, .rerun: break
      }
    }
  }

  var hasLoops: Bool {
    steps.contains { step in
      switch step {
      case .loop: true
      case .choose(_, let then, let otherwise): then.hasLoops || otherwise.hasLoops
      case .scope(let body, _): body.hasLoops
      case .compute, .leave, .rerun: false
      }
    }
  }
}

extension Loop {
  fileprivate func action(without unread: Set<Int>) -> LoopAction {
    let (test, body, next) = (
      test.actions(without: unread), body.actions(without: unread), next.actions(without: unread)
    )
    return LoopAction(
      test: test, register: register, body: body, next: next, otherwise: otherwise.actions(without: unread),
      continues: continues, breaks: breaks,
      weight: 1 + (test.kernelCount + body.kernelCount + next.kernelCount) / 16)
  }
}
