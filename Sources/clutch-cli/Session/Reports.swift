import Clutch

/// Says on standard error how many rows became null, or how often a table ended early, and the first few reasons.
func reportFailures(of pools: [UDFPool]) {
  for (pool, summary) in pools.flatMap({ pool in pool.failureSummaries.map { (pool, $0) } }) {
    var reasons: [String] = []
    for example in summary.examples {
      let reason = example.summary.split(separator: "\n").first.map(String.init) ?? example.errorType
      let place = example.line.map { " (line \($0))" } ?? ""
      if !reasons.contains(reason + place) { reasons.append(reason + place) }
    }
    let rows = summary.rows == 1 ? "row" : "rows"
    let effect =
      switch pool.signatures.first(where: { $0.name == summary.function })?.kind {
      case .table: ""
      case .aggregate: ", and their groups became null"
      default: " and became null"
      }
    complain("\(summary.function): \(summary.failedRows) of \(summary.rows) \(rows) failed\(effect):")
    for reason in reasons { StandardError.write("  \(reason)\n") }
    if summary.failedRows > summary.examples.count { StandardError.write("  ...\n") }
  }
}

/// Says on standard error how much policies have denied. What, and in which rows, is in the log, as far as that is shown.
func reportDenials(of pools: [UDFPool]) {
  for pool in pools {
    let count = pool.denials.count
    guard count > 0 else { continue }
    complain("\(pool.source.name): the policy denied \(count == 1 ? "1 operation" : "\(count) operations")")
  }
}

/// Says on standard error what each interpreter is doing.
func reportStacks(of pools: [UDFPool]) {
  for pool in pools {
    for (index, frames) in pool.stacks().enumerated() {
      complain("\(pool.source.name), interpreter \(index + 1) \(stackText(frames))")
    }
  }
}

/// What an interpreter is doing, in words.
func stackText(_ frames: [PythonError.Frame]?) -> String {
  switch frames {
  case nil: "is in a call into C that keeps its GIL"
  case let frames? where frames.isEmpty: "runs no Python code"
  case let frames?: "is here, innermost first:\n" + frames.map { "  \($0)" }.joined(separator: "\n")
  }
}
