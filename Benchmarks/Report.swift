import Foundation

/// One line of the report: the figure, the goal, and whether it was met in this run.
func report(_ name: String, _ ratio: Double, atMost limit: Double, detail: String) {
  line(name, ratio, "at most \(limit)x", ratio <= limit, detail)
}

/// One line of the report for a figure that should be high.
func report(_ name: String, _ ratio: Double, atLeast limit: Double, detail: String) {
  line(name, ratio, "at least \(limit)x", ratio >= limit, detail)
}

/// One line of the report for a figure that is no ratio; without a goal if there is none.
func report(_ name: String, figure: String, atMost limit: String? = nil, isMet: Bool = true, detail: String) {
  let verdict = limit.map { "goal \(pad("at most \($0)", 15)) \(isMet ? "met" : "MISSED")   " } ?? ""
  show("  \(pad(name, 44)) \(pad(figure, 8)) \(verdict)\(detail)")
}

/// One line of the report for a figure without a goal.
func report(_ name: String, _ ratio: Double, detail: String) {
  show("  \(pad(name, 44)) \(figure(ratio))   \(detail)")
}

private func line(_ name: String, _ ratio: Double, _ goal: String, _ isMet: Bool, _ detail: String) {
  let verdict = "goal \(pad(goal, 15)) \(isMet ? "met" : "MISSED")"
  show("  \(pad(name, 44)) \(figure(ratio)) \(verdict)   \(detail)")
}

/// At once: some parts take minutes.
private func show(_ line: String) {
  print(line)
  fflush(nil)
}

private func figure(_ ratio: Double) -> String { pad(String(format: "%.2fx", ratio), 8) }

private func pad(_ text: String, _ width: Int) -> String {
  text.padding(toLength: width, withPad: " ", startingAt: 0)
}
