import Functions
import PythonRuntime
package import PythonUDF
import Tabular

/// Where the time of functions went, for a person: a table of the functions, and the hottest lines of each file.
package struct ProfileReport {
  /// The lines, each with its end.
  package let lines: [String]

  /// How often a function must have been seen before anything is said of where its time went.
  private static let fewestSamples = 10
  /// How many lines of a file are shown.
  private static let mostLines = 10
  /// How much of a line is shown.
  private static let lineWidth = 80

  /// - Parameters:
  ///   - pools: the files' pools.
  ///   - counts: what was counted of them.
  ///   - profiler: what has looked at them.
  package init(of pools: [UDFPool], _ counts: FunctionCounts, _ profiler: FunctionProfiler) {
    let profiles = profiler.profiles
    var rows = [
      [
        "function", "file", "rows", "calls", "seconds", "python", "converting", "vectorised", "waiting", "rows/s",
        "nulls", "errors",
      ]
    ]
    var (plain, hot): ([String], [String]) = ([], [])
    for pool in pools {
      var whole = FunctionProfile()
      for function in pool.functionNames {
        let profile = profiles[ProfiledFunction(name: function, source: pool.name)] ?? FunctionProfile()
        whole.add(profile)
        let total = FunctionTotals(of: function, in: pool.name, counts)
        let parts = Self.parts(of: total, profile)
        rows.append(
          [function, pool.name, "\(total.rows)", "\(total.calls)", secondsText(total.seconds)] + parts
            + [secondsText(total.waited), total.rate, "\(total.nulls)", "\(total.errors)"])
        plain += Self.withoutPython(function, total, profile)
      }
      hot += Self.hottest(of: pool.source, whole)
    }
    var lines = TextTable.lines(rows, texts: 2) + (plain.isEmpty ? [] : ["\n"]) + plain + hot
    if let problem = profiler.problem { lines.append("\nNo lines: \(problem).\n") }
    self.lines = lines
  }

  /// The seconds in Python, for arguments and results, and without Python. The last two are what is seen and what is left:
  /// on the way to a worker process nobody looks.
  private static func parts(of total: FunctionTotals, _ profile: FunctionProfile) -> [String] {
    guard profile.samples >= fewestSamples else { return ["-", "-", "-"] }
    let python = min(Double(profile.python) / 1e9, total.seconds)
    let native = min(Double(profile.native) / 1e9, total.seconds - python)
    return [python, max(0, total.seconds - python - native), native].map(secondsText)
  }

  /// How many rows needed no Python, and where the others did.
  private static func withoutPython(_ function: String, _ total: FunctionTotals, _ profile: FunctionProfile) -> [String]
  {
    guard total.vectorized + total.rerun > 0 else { return [] }
    let rows = "\(function): \(total.vectorized) rows without Python"
    guard total.rerun > 0 else { return [rows + "\n"] }
    let places = profile.reasons.sorted()
    let reason = places.isEmpty ? "for their values, such as an integer that overflows" : "which reach"
    return ["\(rows), \(total.rerun) by Python, \(reason)\n"] + places.map { "  \($0)\n" }
  }

  /// The lines of a file in which most time went, with the time, their share of all that went in Python, and their texts.
  private static func hottest(of source: UDFSource, _ profile: FunctionProfile) -> [String] {
    let whole = profile.python
    guard profile.samples >= fewestSamples, whole > 0 else { return [] }
    let texts = source.text.split(omittingEmptySubsequences: false) { $0.isNewline }
    let lines = profile.lines(of: source.name).sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
    let rows = lines.prefix(mostLines).map { line, time in
      let text = texts.indices.contains(line - 1) ? texts[line - 1] : ""
      return [
        secondsText(Double(time) / 1e9), "\(Int((Double(time) / Double(whole) * 100).rounded()))%", "\(line)",
        shown(text),
      ]
    }
    let width = rows.map { $0[2].count }.max() ?? 0
    var found = ["\n\(source.name): \(secondsText(Double(whole) / 1e9)) s in Python, the hottest lines\n"]
    for row in rows {
      let share = String(repeating: " ", count: 4 - min(4, row[1].count)) + row[1]
      let number = String(repeating: " ", count: width - row[2].count) + row[2]
      let seconds = String(repeating: " ", count: max(0, 9 - row[0].count)) + row[0]
      found.append("\(seconds)  \(share)  \(number) | \(row[3])\n")
    }
    return found
  }

  private static func shown(_ text: Substring) -> String {
    let safe = String(
      text.map { $0 == "\t" ? " " : $0 }.filter { !$0.unicodeScalars.contains { $0.value < 32 || $0.value == 127 } })
    return safe.count > lineWidth ? safe.prefix(lineWidth - 3) + "..." : safe
  }
}
