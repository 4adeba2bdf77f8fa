import Foundation
import TestSupport
import Testing

/// The shell at a real terminal, of which `terminal.py` has the other end.
@Suite(.timeLimit(.minutes(30))) struct ShellTerminalTests {
  private static let leave = [TerminalStep.send("\u{4}"), .end]

  private func functions(_ clutch: Clutch) throws {
    try clutch.write(
      "f.py",
      """
      from clutch import udf

      @udf
      def inverse(x: int) -> float:
          \"\"\"One through x.\"\"\"
          return 2 * (1 / x)

      @udf
      def endless(x: int) -> int:
          while True:
              pass
      """)
  }

  @Test(arguments: EditorChoice.there)
  func `Statements are typed, over several lines too, and their rows are printed`(editor: EditorChoice) throws {
    let clutch = try Clutch()
    let end = try clutch.atTerminal(
      editor: editor,
      typing: [
        "SELECT 42 AS a, 'größe 日本 🦆' AS b;", "SELECT 'it''s", "-- ; not over' AS c", "FROM range(1);", ".mode line",
        "SELECT 1 AS x; SELECT 2 AS y;",
      ],
      [.prompt(7)] + Self.leave)
    #expect(end.missing == nil, "\(end)")
    #expect(end.status == 0)
    #expect(
      end.body.hasPrefix(
        """
        clutch> SELECT 42 AS a, 'größe 日本 🦆' AS b;
        ┌─────────┬───────────────┐
        │    a    │       b       │
        │ integer │    varchar    │
        ├─────────┼───────────────┤
        │      42 │ größe 日本 🦆 │
        └─────────┴───────────────┘
        1 row
        clutch> SELECT 'it''s
             '> -- ; not over' AS c
            ..> FROM range(1);
        ┌─────────────────────┐
        │          c          │
        │       varchar       │
        ├─────────────────────┤
        │ it's\\n-- ; not over │
        └─────────────────────┘
        1 row
        clutch> .mode line
        clutch> SELECT 1 AS x; SELECT 2 AS y;
        x = 1
        y = 2
        clutch>
        """), "\(end)")
  }

  @Test(arguments: EditorChoice.there)
  func `Ctrl-C drops a line, ends a query, and ends a function that is endless, and the shell goes on`(
    editor: EditorChoice
  ) throws {
    let clutch = try Clutch()
    try functions(clutch)
    let end = try clutch.atTerminal(
      ["shell", "--udf", "f.py"], editor: editor,
      [
        .prompt(1), .send("SELECT nonsense"), .expect("nonsense"), .send("\u{3}"), .prompt(2),
        .send("SELECT count(*) FROM range(100000000000);\r"), .expect("░"), .send("\u{3}"), .expect("interrupted"),
        .prompt(3), .send("SELECT endless(1);\r"), .expect("░"), .send("\u{3}"), .expect("interrupted", times: 2),
        .prompt(4), .send("SELECT inverse(4) AS there;\r"), .expect("0.5"), .prompt(5),
      ] + Self.leave)
    #expect(end.missing == nil, "\(end)")
    #expect(end.status == 0)
    #expect(!end.screen.contains("Error"), "\(end)")
  }

  @Test(arguments: EditorChoice.libraries)
  func `What was typed comes back in the next session, and only its owner can read it`(editor: EditorChoice) throws {
    let clutch = try Clutch()
    let first = try clutch.atTerminal(
      editor: editor,
      typing: ["SELECT 1 AS one;", "SELECT", "2 AS two;", " SELECT 3;", "CREATE SECRET s (TYPE nothing);"],
      [.prompt(6)] + Self.leave)
    #expect(first.missing == nil, "\(first)")
    let path = "\(clutch.folder)/.local/state/clutch/history"
    #expect(try clutch.text(".local/state/clutch/history") == "SELECT 1 AS one;\nSELECT\\n2 AS two;\n")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let second = try clutch.atTerminal(
      editor: editor,
      [.prompt(1), .send("\u{1B}[A\u{1B}[A"), .expect("SELECT 1 AS one;"), .send("\r"), .expect("1 row"), .prompt(2)]
        + Self.leave)
    #expect(second.missing == nil, "\(second)")
  }

  @Test func `History is kept elsewhere, or not at all, as CLUTCH_HISTORY says`() throws {
    let clutch = try Clutch()
    for history in ["", "\(clutch.folder)/mine", "/dev/null/history"] {
      let end = try clutch.atTerminal(
        environment: ["CLUTCH_HISTORY": history], typing: ["SELECT 1;", "SELECT 2;"], [.prompt(3)] + Self.leave)
      #expect(end.missing == nil, "\(end)")
      #expect(try clutch.names().contains("mine") == (history != ""))
      #expect(end.screen.contains("The history cannot be written") == history.hasPrefix("/dev"))
    }
    #expect(try !clutch.names().contains(".local"))
    #expect(try clutch.text("mine") == "SELECT 1;\nSELECT 2;\n")
  }

  @Test(arguments: EditorChoice.libraries)
  func `Keywords, tables, columns, functions, commands and files are completed`(editor: EditorChoice) throws {
    let clutch = try Clutch()
    try functions(clutch)
    try clutch.write("some file.sql", "")
    try clutch.write("query.sql", "SELECT 'read' AS r;")
    let end = try clutch.atTerminal(
      ["shell", "--udf", "f.py"], editor: editor, typing: ["CREATE TABLE flights AS SELECT 1 AS carrier, 2 AS delay;"],
      [
        .prompt(2), .send("selec\t"), .expect("clutch> select"), .send("carr\t"), .expect("select carrier"),
        .send("from flig\t"),
        .expect("from flights"), .send(";\r"), .expect("1 row"), .prompt(3), .send("SELECT f.del\t"),
        .send("\u{15}"), .send("SELECT invers\t"), .expect("inverse("), .send("2) AS i;\r"), .expect("1.0"), .prompt(4),
        .send(".rea\t"), .expect("clutch> .read"), .send("quer\t"), .expect("query.sql"), .send("\r"),
        .expect("read    │"),
        .prompt(5), .send("FROM read_csv('some"), .send("\t"), .expect("some file.sql"), .send("\u{15}"),
      ] + Self.leave)
    #expect(end.missing == nil, "\(end)")
  }

  @Test func `What is pasted runs at Enter, and an error ends it`() throws {
    guard EditorChoice.there.contains(.readline) else { return }
    let clutch = try Clutch()
    let end = try clutch.atTerminal(
      editor: .readline,
      [
        .prompt(1), .send(".mode csv\r"), .prompt(2),
        .send("\u{1B}[200~SELECT 1 AS a;\nSELECT nope;\nSELECT 3 AS c;\n\u{1B}[201~"), .expect("SELECT 3"), .send("\r"),
        .expect("Binder Error"), .prompt(3), .send("SELECT 4 AS d;\r"), .expect("d\n4"), .prompt(4),
      ] + Self.leave)
    #expect(end.missing == nil, "\(end)")
    #expect(end.screen.contains("a\n1\nError"))
    #expect(!end.screen.contains("c\n3"))
  }

  @Test func `Tables fit the terminal, also after it has another size, and one that is very narrow`() throws {
    let clutch = try Clutch()
    let query = "SELECT i, i AS k, repeat('x', 100) AS t, i AS z FROM range(100) r(i);"
    let end = try clutch.atTerminal(
      columns: 34, typing: [query],
      [
        .expect("hidden"), .prompt(2), .resize(columns: 20, rows: 24),
        .send("SELECT 'abcdefghijklmnopqrstuvw' AS s;\r"),
        .expect("abcdefghijklmno…"), .prompt(3), .resize(columns: 8, rows: 10), .send("SELECT 1;\r"), .prompt(4),
        .resize(columns: 200, rows: 24), .send("SELECT repeat('y', 150) AS s;\r"),
        .expect(String(repeating: "y", count: 150)),
        .prompt(5),
      ] + Self.leave)
    #expect(end.missing == nil, "\(end)")
    #expect(end.screen.contains("100 rows (40 shown), 4 columns (1\nhidden)"))
  }

  @Test func `There are colours on a terminal, unless NO_COLOR says otherwise`() throws {
    let clutch = try Clutch()
    let lines = ["SELECT NULL AS n;", "SELECT nope;"]
    let coloured = try clutch.atTerminal(typing: lines, [.prompt(3)] + Self.leave)
    #expect(coloured.bytes.contains("\u{1B}[2m NULL"), "\(coloured)")
    #expect(coloured.bytes.contains("\u{1B}[1;31mError:\u{1B}[0m Binder Error"))
    for environment in [["NO_COLOR": "1"], ["TERM": "dumb"]] {
      let plain = try clutch.atTerminal(environment: environment, typing: lines, [.prompt(3)] + Self.leave)
      #expect(plain.missing == nil, "\(plain)")
      #expect(plain.bytes.matches(of: /\x1B\[[0-9;]*m/).isEmpty, "\(plain.bytes)")
      #expect(plain.screen == coloured.screen)
    }
  }

  @Test func `No value makes the terminal do anything`() throws {
    let clutch = try Clutch()
    var lines: [String] = []
    for mode in ["table", "csv", "json", "jsonl", "markdown", "line"] {
      lines += [".mode \(mode)", "SELECT chr(27) || '[31m' || chr(7) || chr(155) || '5n' AS c;"]
    }
    let end = try clutch.atTerminal(
      editor: EditorChoice.none, environment: ["NO_COLOR": "1"], typing: lines + ["SELECT error(chr(27) || '[31m');"],
      [.prompt(14)] + Self.leave)
    #expect(end.missing == nil, "\(end)")
    #expect(
      !end.bytes.contains("\u{1B}[31m") && !end.bytes.contains("\u{7}") && !end.bytes.unicodeScalars.contains("\u{9B}"))
  }

  @Test(arguments: [SIGTERM, SIGHUP])
  func `A signal ends the shell, and the terminal is as it was`(number: Int32) throws {
    let clutch = try Clutch()
    let database = "\(clutch.folder)/d.db"
    for query in ["", "SELECT count(*) FROM range(100000000000);\r"] {
      let waiting: [TerminalStep] = query.isEmpty ? [] : [.send(query), .expect("░")]
      let end = try clutch.atTerminal(
        ["shell", database], typing: ["CREATE OR REPLACE TABLE t AS SELECT 1 AS a;"],
        [.prompt(2)] + waiting + [.signal(number), .end])
      #expect(end.missing == nil, "\(end)")
      #expect(end.status == 128 + number, "\(end)")
      #expect(try clutch.run("sql", "--database", database, "--format", "csv", "FROM t").output == "a\n1\n")
    }
  }

  @Test(arguments: EditorChoice.there)
  func `A terminal that is gone ends the shell`(editor: EditorChoice) throws {
    let clutch = try Clutch()
    let end = try clutch.atTerminal(editor: editor, typing: ["SELECT 1;"], [.prompt(2), .hangUp, .end])
    #expect(end.missing == nil, "\(end)")
    #expect(end.status != nil)
  }

  @Test func `clutch alone is the shell`() throws {
    let clutch = try Clutch()
    let end = try clutch.atTerminal(
      [], typing: ["SELECT 6 * 7 AS answer;"], [.expect("42"), .prompt(2), .send("exit\r"), .end])
    #expect(end.missing == nil, "\(end)")
    #expect(end.status == 0)
  }
}
