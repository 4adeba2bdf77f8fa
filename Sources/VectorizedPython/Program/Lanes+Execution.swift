extension Lanes {
  /// What a chunk may loop in all, in turns of a row of a small loop. A row that needs more takes CPython milliseconds too,
  /// and what never ends must get there while nobody has noticed.
  static let turns = 4 << 20
  /// What a turn costs however few rows take part.
  private static let leastTurn = 256

  /// Runs actions on rows; afterwards these are the ones that come out.
  ///
  /// A selection has a list of its own, also while it is dense.
  func run(_ actions: [Action], _ selection: inout Selection) {
    for action in actions {
      guard selection.count > 0 else { return }
      switch action {
      case .run(let kernel):
        guard kernel(self, selection) else { continue }
        isMarked = true
        selection = unmarked(selection)
      case .choose(let test, let then, let otherwise): choose(test, then, otherwise, &selection)
      case .loop(let loop): run(loop, &selection)
      case .leave(let exit):
        if let exit { exits[exit].append(selection) }
        selection.isDense = false
        selection.count = 0
      case .scope(let body, let exit):
        let before = (selection.count, selection.isDense)
        exits[exit].count = 0
        run(body, &selection)
        gather(&selection, exits[exit], before)
      case .rerun:
        isMarked = true
        selection.each { marks[$0] = 1 }
        selection.isDense = false
        selection.count = 0
      }
    }
  }

  /// Puts rows behind others; all of those that there were are dense again if they were before.
  private func gather(_ selection: inout Selection, _ others: Selection, _ before: (count: Int, isDense: Bool)) {
    if selection.count + others.count == before.count, before.isDense {
      selection = Selection(rows: selection.rows, count: before.count, isDense: true)
    } else if others.count > 0 {
      list(&selection)
      selection.append(others)
    }
  }

  /// Makes a dense selection one whose rows are listed.
  private func list(_ selection: inout Selection) {
    guard selection.isDense else { return }
    for row in 0..<selection.count { selection.rows[row] = UInt16(truncatingIfNeeded: row) }
    selection.isDense = false
  }

  private func choose(_ test: Int, _ then: [Action], _ otherwise: [Action], _ selection: inout Selection) {
    let depth = depth
    defer { release(to: depth) }
    var first = Selection(rows: list(), count: 0, isDense: false)
    var second = Selection(rows: list(), count: 0, isDense: false)
    split(selection, by: test, &first, &second)
    if second.count == 0 { return run(then, &selection) }
    if first.count == 0 { return run(otherwise, &selection) }
    let before = selection.count
    run(then, &first)
    run(otherwise, &second)
    if first.count + second.count == before { return }
    selection.isDense = false
    selection.count = 0
    selection.append(first)
    selection.append(second)
  }

  /// Sorts rows without a branch: both lists are written, and one is extended.
  @inline(__always)
  private func split(_ selection: Selection, by test: Int, _ first: inout Selection, _ second: inout Selection) {
    let tests = values(test, as: Int.self)
    let (yes, no) = (first.rows, second.rows)
    (first.isDense, second.isDense) = (false, false)
    if selection.isDense {
      // All rows often go the same way, which takes no lists.
      var count = 0
      for row in 0..<selection.count { count &+= tests[row] }
      if count == 0 || count == selection.count {
        (first.count, second.count) = (count, selection.count - count)
        (first.isDense, second.isDense) = (count > 0, count == 0)
        return
      }
    }
    var (yeses, nos) = (0, 0)
    selection.each { row in
      let isTrue = tests[row]
      yes[yeses] = UInt16(truncatingIfNeeded: row)
      no[nos] = UInt16(truncatingIfNeeded: row)
      yeses &+= isTrue
      nos &+= 1 &- isTrue
    }
    (first.count, second.count) = (yeses, nos)
  }

  private func run(_ loop: LoopAction, _ selection: inout Selection) {
    let depth = depth
    defer { release(to: depth) }
    let before = (count: selection.count, isDense: selection.isDense)
    var live = Selection(rows: list(), count: selection.count, isDense: selection.isDense)
    if !live.isDense { live.rows.update(from: selection.rows, count: selection.count) }
    var done = Selection(rows: selection.rows, count: 0, isDense: false)
    var ending = Selection(rows: list(), count: 0, isDense: false)
    var going = Selection(rows: list(), count: 0, isDense: false)
    exits[loop.breaks].count = 0
    while live.count > 0 {
      run(loop.test, &live)
      if let register = loop.register {
        split(live, by: register, &going, &ending)
        if ending.count > 0 {
          done.append(ending)
          swap(&live, &going)
          live.isDense = false
          if live.count == 0 { break }
        }
      }
      budget -= max(live.count, Self.leastTurn) * loop.weight * textWeight
      if budget < 0 {
        isMarked = true
        live.each { marks[$0] = 1 }
        break
      }
      exits[loop.continues].count = 0
      let turn = (live.count, live.isDense)
      run(loop.body, &live)
      gather(&live, exits[loop.continues], turn)
      run(loop.next, &live)
    }
    if done.count == before.count, before.isDense {
      done = Selection(rows: done.rows, count: before.count, isDense: true)
    }
    run(loop.otherwise, &done)
    gather(&done, exits[loop.breaks], before)
    selection = done
  }
}
