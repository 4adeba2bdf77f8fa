import Testing

@testable import DuckDBEngine

/// A script is cut where DuckDB cuts it.
struct StatementTextsTests {
  /// Statements with what looks like their end and is none; each gives one value.
  static let statements = [
    "SELECT 'a;b'", "SELECT 'it''s; not over'", "SELECT E'it\\'s; not over'", "SELECT e'\\\\'",
    "SELECT 1 AS \"a;\"\"b\"",
    "SELECT $$a;b$$", "SELECT $tag$a;$$;b$tag$", "SELECT 1 -- one; two\n + 1", "SELECT /* a; /* b; */ c; */ 2",
    "SELECT 'line\n;\nline'", "SELECT 4 - -1", "SELECT 6 / 2", "SELECT '--' || ';' || '/*'", "SELECT 'é;ü'",
    "SELECT 1 AS café", "SELECT length('\\')", "SELECT 'e' || E'' || ';'",
  ]

  @Test(arguments: statements)
  func `A statement is in one piece`(_ statement: String) {
    #expect(StatementTexts.of(statement) == [statement])
    #expect(StatementTexts.of(statement + ";") == [statement])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Scripts give what their pieces give`(library: TestLibrary) throws {
    let connection = try library.connect()
    var random = Pattern(state: 7)
    for _ in 0..<60 {
      var script = ""
      var written: [String] = []
      for _ in 0..<(1 + random.next() % 6) {
        let statement = Self.statements[random.next() % Self.statements.count]
        let gap = [" ", "\n", "; ", " -- a; comment\n", " /* a; comment */ "][random.next() % 5]
        script += gap + statement + ";"
        written.append(statement)
      }
      let pieces = StatementTexts.of(script)
      #expect(pieces.count == written.count, "\(script)")
      #expect(zip(pieces, written).allSatisfy { $0.hasSuffix($1) }, "\(script)")
      let whole = try connection.rows(script)
      #expect(try pieces.flatMap { try connection.rows($0) } == whole, "\(script)")
      #expect(whole.count == written.count, "\(script)")
    }
  }

  @Test(arguments: ["", " ", ";", ";;\n;", "-- only a comment", "/* only; a comment */", " ; -- a\n /* b */ ;"])
  func `What holds no statement has no pieces`(_ script: String) { #expect(StatementTexts.of(script).isEmpty) }

  /// DuckDB refuses these; cutting them must only come to an end.
  @Test(arguments: [
    "SELECT 'a;b", "SELECT \"a;b", "SELECT $$a;b", "SELECT $t$a;b$$", "SELECT /* a; b", "SELECT E'\\", "$", "$$", "'",
    "\"",
    "/*", "SELECT $1; SELECT $", "SELECT 1;\0SELECT 2",
  ])
  func `What has no end is cut all the same`(_ script: String) {
    #expect(StatementTexts.of(script).joined().utf8.count <= script.utf8.count)
  }

  @Test(arguments: statements)
  func `A statement that comes line by line is complete at its semicolon`(_ statement: String) {
    var cutter = StatementCutter()
    var found: [StatementCutter.Statement] = []
    let lines = "-- before; it\n\n  \(statement);SELECT".split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      #expect(found.isEmpty)
      #expect(cutter.hasBegun == (number > 2))
      found += cutter.add("\(line)\n".utf8)
    }
    #expect(found.map(\.text) == [statement])
    #expect(found.map(\.line) == [3])
    #expect(cutter.hasBegun)
    #expect(cutter.end()?.text.hasPrefix("SELECT") == true)
    #expect(cutter.end() == nil)
  }

  @Test func `What a text ends within is known`() {
    let ends: [(String, StatementCutter.Inside)] = [
      ("SELECT 1", .code), ("SELECT 'a", .quotes(39, hasEscapes: false)),
      ("SELECT \"a", .quotes(34, hasEscapes: false)),
      ("SELECT E'a\\'", .quotes(39, hasEscapes: true)), ("SELECT $a$ $$", .dollarQuotes(Array("$a$".utf8))),
      ("/* /* */", .comment(1)), ("SELECT 1 /* a */", .code), ("SELECT 1 -- a", .code),
    ]
    for (text, inside) in ends {
      var cutter = StatementCutter()
      _ = cutter.add("\(text)\n".utf8)
      #expect(cutter.inside == inside, "\(text)")
    }
  }

  /// The same numbers in each run.
  private struct Pattern {
    var state: UInt64

    mutating func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
  }
}
