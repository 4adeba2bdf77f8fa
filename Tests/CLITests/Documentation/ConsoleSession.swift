import Testing

/// A `console` block: commands behind `$ `, each followed by what it prints.
struct ConsoleSession {
  struct Step {
    /// The line of the page.
    let line: Int
    let command: String
    /// Standard output, and then standard error.
    let output: String
  }

  let steps: [Step]

  /// - Throws: when the block does not begin with a command.
  init(_ block: Page.Block) throws {
    var steps: [Step] = []
    var lines = block.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()[...]
    while let first = lines.first {
      try #require(first.hasPrefix("$ "), "line \(block.line + lines.startIndex) is no command")
      let line = block.line + lines.startIndex
      var command = String(first.dropFirst(2))
      lines = lines.dropFirst()
      // A command goes on while a quotation is open, or behind a backslash.
      while command.hasSuffix("\\") || !command.count(where: { $0 == "\"" }).isMultiple(of: 2) {
        let next = lines.popFirst()
        command += "\n" + (try #require(next, "line \(line): the command has no end"))
      }
      let end = lines.firstIndex { $0.hasPrefix("$ ") } ?? lines.endIndex
      let output = lines[..<end].map { $0 + "\n" }.joined()
      steps.append(Step(line: line, command: command, output: output))
      lines = lines[end...]
    }
    self.steps = steps
  }
}
