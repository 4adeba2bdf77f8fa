import Functions

/// The TOML of a source's block `# /// script`, as PEP 723 has it.
struct BlockText: Hashable {
  /// Without the characters that make it a comment.
  let toml: String
  /// The line of `# /// script`, counted from 1.
  let firstLine: Int

  private static let end = "# ///"[...]

  /// Nil for a source that has no block.
  ///
  /// - Throws: `EnvironmentError` with code `badBlock` for a second block, and for one without an end. The latter, which PEP 723
  ///   lets pass for a comment, is a mistake of somebody who wanted a block.
  init?(of source: UDFSource) throws(EnvironmentError) {
    guard source.text.contains("# /// ") else { return nil }
    let lines = Self.lines(source.text)
    var found: (first: Int, last: Int)?
    var next = lines.startIndex
    while let line = lines.indices[next...].first(where: { Self.kind(lines[$0]) != nil }) {
      let isScript = Self.kind(lines[line]) == "script"
      let rest = lines[(line + 1)...].prefix { $0 == "#" || $0.hasPrefix("# ") }
      // The last one: others can be part of the contents.
      guard let last = rest.lastIndex(of: Self.end) else {
        next = line + 1
        guard isScript else { continue }
        throw Self.error(
          source, line + 1, 1,
          """
          the block '# /// script' has no end: a line '# ///' must close it, and every line between, also an empty one, must \
          begin with '#' and, if there is more, a blank.
          """)
      }
      next = last + 1
      guard isScript else { continue }
      // One right behind another, whose contents it would be.
      let inner = lines.indices[(line + 1)..<last].first {
        Self.kind(lines[$0]) == "script" && lines[$0 - 1] == Self.end
      }
      if let first = found?.first ?? inner.map({ _ in line }) {
        let second = found == nil ? inner ?? line : line
        throw Self.error(
          source, second + 1, 1, "this is a second block '# /// script'; there is one in line \(first + 1) already.")
      }
      found = (line, last)
    }
    if let line = lines.firstIndex(where: { $0.trimmingEnd == "# /// script" && $0 != "# /// script" }) {
      let column = lines[line].trimmingEnd.count + 1
      throw Self.error(source, line + 1, column, "blanks behind '# /// script' make it no block; remove them.")
    }
    guard let found else { return nil }
    firstLine = found.first + 1
    toml = lines[(found.first + 1)..<found.last].map { $0.dropFirst($0 == "#" ? 1 : 2) + "\n" }.joined()
  }

  /// What a line begins a block of.
  private static func kind(_ line: Substring) -> Substring? {
    guard line.hasPrefix("# /// ") else { return nil }
    let kind = line.dropFirst(6)
    return !kind.isEmpty && kind.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") } ? kind : nil
  }

  /// As Python counts them.
  private static func lines(_ text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false) { ["\n", "\r\n", "\r"].contains($0) }
  }

  /// Where a place of the TOML is in the file.
  func place(line: Int, column: Int) -> EnvironmentError.Place {
    EnvironmentError.Place(line: firstLine + line, column: column + 2)
  }

  static func error(
    _ source: UDFSource, _ line: Int, _ column: Int, _ message: String
  ) -> EnvironmentError {
    EnvironmentError(
      .badBlock, "\(source.name), line \(line), column \(column): \(message)",
      at: EnvironmentError.Place(line: line, column: column))
  }
}

extension Substring {
  fileprivate var trimmingEnd: Substring {
    lastIndex { $0 != " " && $0 != "\t" }.map { self[...$0] } ?? ""
  }
}
