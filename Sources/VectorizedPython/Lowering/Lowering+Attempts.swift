/// `try` with handlers: rows that raise what a handler takes leave for it, and all ways come together behind.
extension Lowering {
  func attempt(_ body: [Statement], _ handlers: [Handler], _ otherwise: [Statement]) throws {
    let after = exitCount
    exitCount += 1 + handlers.count
    let entry = variables
    var (inner, ends) = (Block(), [Edge]())
    attempts.append(
      AttemptFrame(
        handlers: handlers, exits: handlers.indices.map { after + 1 + $0 }, depth: frames.count,
        edges: handlers.map { _ in [] }))
    let reachesEnd = try reaches(inner) { try lower(body, isTail: false) }
    let frame = attempts.removeLast()
    // What is behind the body is not tried.
    if try reachesEnd && reaches(inner, { try lower(otherwise, isTail: false) }) { ends.append(end(inner, after)) }
    for (place, handler) in handlers.enumerated() where !frame.edges[place].isEmpty {
      variables = entry
      variables = try join(frame.edges[place]).0
      let outer = Block()
      outer.steps.append(.scope(inner, exit: frame.exits[place]))
      let comesOut = try reaches(outer) {
        // The error itself nobody has; behind the handler the variable is gone.
        if !handler.name.isEmpty { variables[prefix + handler.name] = .mixed }
        if !handler.name.isEmpty, handler.body.assigned.contains(handler.name) {
          throw rerun(Obstacle(handler.place, "an error whose variable is set"))
        }
        try lower(handler.body, isTail: false)
      }
      if comesOut { ends.append(end(outer, after)) }
      inner = outer
    }
    let joined = ends.isEmpty ? nil : try join(ends).0
    block.steps.append(.scope(inner, exit: after))
    guard let joined else { throw Unreachable() }
    variables = joined
  }

  /// Adds to a block; false when nothing comes out of it.
  private func reaches(_ block: Block, _ work: () throws -> Void) throws -> Bool {
    do {
      try within(block, work)
      return true
    } catch is Unreachable { return false }
  }

  private func end(_ block: Block, _ exit: Int) -> Edge {
    block.isOpen = true
    return Edge(block: block, variables: variables, exit: exit)
  }

  /// Whether a handler takes an error.
  func isCaught(_ error: RaisedError) -> Bool {
    attempts.contains { $0.handlers.contains { $0.errors.contains(error) } }
  }

  /// Rows for which a truth value does not hold raise an error, and go to the handler that takes it.
  ///
  /// - Returns: false if there is none, and nothing is done.
  func raise(_ error: RaisedError, unless register: Int) throws -> Bool {
    for frame in attempts.indices.reversed() {
      guard let place = attempts[frame].handlers.firstIndex(where: { $0.errors.contains(error) }) else { continue }
      let leaving = Block()
      leaving.isOpen = true
      // Variables of functions that are called in there are gone.
      let depth = attempts[frame].depth
      let variables = variables.filter { name, _ in
        guard let function = Int(name.prefix { $0 != " " }) else { return true }
        return function < depth
      }
      attempts[frame].edges[place].append(
        Edge(block: leaving, variables: variables, exit: attempts[frame].exits[place]))
      block.steps.append(.choose(test: register, Block(), leaving))
      return true
    }
    return false
  }
}
