import Foundation
import TestSupport
import Testing

/// The shell with SQL from a pipe or a file.
@Suite(.timeLimit(.minutes(30))) struct ShellScriptTests {
  @Test func `Statements run in order, without prompts or colours, and the last needs no semicolon`() throws {
    let clutch = try Clutch()
    for arguments in [["shell"], []] {
      let end = try clutch.start(
        arguments,
        input:
          "\u{FEFF}-- ; a comment\r\n.mode csv\r\nSELECT 1 AS a; SELECT '\n;' AS b;\n/* /* ; */ */ SELECT $$;$$ AS c"
      ).end()
      #expect(end.output == "a\n1\nb\n\"\n;\"\nc\n;\n", "\(end)")
      #expect(end.errors == "" && end.status == .exited(0))
    }
  }

  @Test(arguments: [
    ("SELECT 1 AS a;\n\nSELECT\n  nope;\nSELECT 2 AS b;", "line 4: Binder Error"),
    ("SELECT 1 AS a;\nSELEC 2;", "line 2: Parser Error"),
    ("SELECT 1 AS a;\n.bogus\n", "line 2: There is no command .bogus"),
    ("SELECT 1 AS a;\n.mode cvs\n", "line 2: There is no mode 'cvs'; do you mean csv?"),
    ("SELECT 1 AS a;\n.read nothere.sql\n", "line 2: .read nothere.sql: No such file"),
    ("SELECT 1 AS a;\n.read .\n", "line 2: .read .: it is a folder"),
    ("SELECT 1 AS a;\n.mode\n.timer\n", "line 3: Write .timer on|off"),
    ("SELECT 1 AS a;\n.udf nothere.py\n", "line 2: The UDF file nothere.py does not exist"),
    ("SELECT 1 AS a;\n.open nowhere/at/all.db\n", "line 2: IO Error"),
    ("SELECT 1 AS a;\n.read bad.sql\nSELECT 2 AS b;", "bad.sql, line 3: Conversion Error"),
    ("SELECT 1 AS a;\n.read self.sql\n", "files read one another without an end"),
    ("SELECT 1 AS a;\nSELECT 'open;\n", "line 2: Parser Error"),
  ])
  func `The first error ends it, with its line`(script: String, message: String) throws {
    let clutch = try Clutch()
    try clutch.write("bad.sql", "\n\nSELECT 'x'::INT;\n")
    try clutch.write("self.sql", ".read self.sql\n")
    let whole = try clutch.run("shell", input: script)
    #expect(whole.status == .exited(1), "\(whole)")
    #expect(whole.errors.contains(message), "\(whole)")
    #expect(whole.output.contains("│       1 │") && !whole.output.contains("2"), "\(whole)")
  }

  @Test func `Text that is not UTF-8 is refused with its line`() throws {
    let clutch = try Clutch()
    try Data([0x31, 0x0A, 0xFF, 0x0A]).write(to: URL(fileURLWithPath: "\(clutch.folder)/latin.sql"))
    let end = try clutch.run("shell", input: ".read latin.sql\n")
    #expect(end.errors.contains("latin.sql, line 2 is not UTF-8 text"), "\(end)")
    #expect(end.status == .exited(1))
  }

  @Test func `Rows go to a file, which appears whole, and not after an error`() throws {
    let clutch = try Clutch()
    let end = try clutch.run(
      "shell", input: ".mode csv\n.output 'o 1.csv'\nSELECT 1 AS a;\nSELECT 2 AS b;\n.output\nSELECT 3 AS c;\n")
    #expect(end.output == "c\n3\n", "\(end)")
    #expect(try clutch.text("o 1.csv") == "a\n1\nb\n2\n")
    let failed = try clutch.run("shell", input: ".output o2.csv\nSELECT 1;\nSELECT nope;\n")
    #expect(failed.status == .exited(1))
    #expect(try clutch.names() == ["o 1.csv"])
  }

  @Test func `Every format has a mode, and clutch sql has them too`() throws {
    let clutch = try Clutch()
    let query = "SELECT 1 AS number, 'a|b' || chr(10) || 'c' AS t UNION ALL SELECT NULL, 'd' ORDER BY ALL"
    let markdown = "| number | t |\n|---:|---|\n| 1 | a\\|b<br>c |\n| NULL | d |\n"
    let line = "number = 1\n     t = a|b\nc\n\nnumber = NULL\n     t = d\n"
    for (format, expected) in [("markdown", markdown), ("line", line)] {
      #expect(try clutch.run("sql", "--format", format, query).output == expected)
      #expect(try clutch.run("shell", input: ".mode \(format)\n\(query);").output == expected)
    }
  }

  @Test func `A script leaves with a status`() throws {
    let clutch = try Clutch()
    let end = try clutch.run("shell", input: ".exit 7\nSELECT 1;\n")
    #expect(end.status == .exited(7))
    #expect(end.output == "")
  }

  @Test func `Without arguments, and without anything to read, there is help`() throws {
    let clutch = try Clutch()
    #expect(try clutch.shell("\"$clutch\" < /dev/null").output.hasPrefix("OVERVIEW"))
    #expect(try clutch.shell("echo 'SELECT 5 AS five;' | \"$clutch\"").output.contains("│       5 │"))
  }
}
