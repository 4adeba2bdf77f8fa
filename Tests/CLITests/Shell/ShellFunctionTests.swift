import Foundation
import TestSupport
import Testing

/// Functions that are loaded, and loaded again, while the shell goes on.
@Suite(.timeLimit(.minutes(30))) struct ShellFunctionTests {
  private static let leave = [TerminalStep.send("\u{4}"), .end]
  private static let first = """
    from clutch import udf

    @udf
    def twice(x: int) -> int:
        return 2 * x

    @udf
    def old(x: int) -> int:
        return x
    """

  @Test func `A file is loaded again, with functions that are new, changed and gone`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.first)
    let second = """
      from clutch import udf

      @udf
      def twice(x: str) -> str:
          return x + x

      @udf
      def fresh(x: int) -> int:
          return -x
      """
    let end = try clutch.atTerminal(
      typing: [".mode csv", ".udf f.py", "SELECT twice(4) AS a;"],
      [
        .expect("a\n8"), .prompt(4), .write("\(clutch.folder)/f.py", second), .send(".udf ./f.py\r"),
        .expect("f.py: loaded again, 2 functions; new: fresh; changed: twice; gone: old"), .prompt(5),
        .send("SELECT twice('ab') AS b, fresh(3) AS c;\r"), .expect("b,c\nabab,-3"), .prompt(6),
        .send("SELECT old(1);\r"), .expect("old(x BIGINT) -> BIGINT is not there"), .prompt(7),
      ] + Self.leave)
    #expect(end.missing == nil, "\(end)")
  }

  @Test func `A file that does not load changes nothing and says why`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.first)
    let wrong = [
      ("from clutch import udf\n@udf\ndef twice(x: int) -> int:\n    return (\n", "SyntaxError"),
      ("raise ValueError('not today')\n", "not today"),
      (
        "from clutch import udf\n@udf\ndef sum(x: int) -> int:\n    return 3\n@udf\ndef twice(x: int) -> int: return 3\n",
        "DuckDB has a function named sum"
      ),
    ]
    var steps: [TerminalStep] = []
    for (number, (text, reason)) in wrong.enumerated() {
      steps += [
        .prompt(3 + 2 * number), .write("\(clutch.folder)/f.py", text), .send(".udf f.py\r"), .expect(reason),
        .prompt(4 + 2 * number), .send("SELECT twice(4), old(\(number)) AS a;\r"), .expect("8,\(number)"),
      ]
    }
    let end = try clutch.atTerminal(
      ["shell", "--udf", "f.py"], typing: [".mode csv", "SELECT 1;"], steps + [.prompt(9)] + Self.leave)
    #expect(end.missing == nil, "\(end)")
  }

  @Test func `What DuckDB does not change is refused, and the file as it was goes on`() throws {
    let clutch = try Clutch()
    let text = """
      from collections.abc import Iterator
      from clutch import udaf, udtf

      @udaf
      class total:
          def create_state(self) -> int:
              return 0
          def accumulate(self, state: int, x: int) -> int:
              return state + x
          def merge(self, state: int, other: int) -> int:
              return state + other
          def finish(self, state: int) -> int:
              return state

      @udtf
      def words(text: str) -> Iterator[tuple[int, str]]:
          yield from enumerate(text.split())
      """
    try clutch.write("f.py", text)
    let changes = [
      ("state: int, x: int", "state: int, x: str", "total is an aggregate, which DuckDB keeps"),
      ("tuple[int, str]", "tuple[int, str, int]", "words is a table function, which DuckDB keeps"),
    ]
    var steps: [TerminalStep] = []
    for (number, (old, new, reason)) in changes.enumerated() {
      steps += [
        .prompt(2 + 2 * number), .write("\(clutch.folder)/f.py", text.replacingOccurrences(of: old, with: new)),
        .send(".udf f.py\r"), .expect(reason), .prompt(3 + 2 * number),
        .send("SELECT total(i) AS t, (SELECT max(f1) FROM words('a b')) AS w FROM range(5) r(i);\r"),
        .expect("10,b", times: number + 1),
      ]
    }
    let end = try clutch.atTerminal(
      ["shell", "--udf", "f.py"], typing: [".mode csv"], steps + [.prompt(6)] + Self.leave)
    #expect(end.missing == nil, "\(end)")
  }

  @Test func `A function that does not stop is left, and the shell goes on`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      "import time\nfrom clutch import udf\n\n@udf\ndef nap(x: int) -> int:\n    time.sleep(1000)\n    return x\n\n@udf\ndef ok(x: int) -> int:\n    return x\n"
    )
    let end = try clutch.atTerminal(
      ["shell", "--udf", "f.py", "--threads", "1"],
      [
        .prompt(1), .send("SELECT nap(1);\r"), .expect("░"), .send("\u{3}"), .expect("interrupted"), .prompt(2),
        .send("SELECT ok(5) AS there;\r"), .expect("1 row"), .prompt(3),
      ] + Self.leave)
    #expect(end.missing == nil, "\(end)")
    #expect(end.status == 0)
  }

  @Test func `Each file has the policy that options give it, also one that comes later`() throws {
    let clutch = try Clutch()
    for name in ["a", "b", "c"] {
      try clutch.write(
        "\(name).py",
        "from clutch import udf\n\n@udf\ndef \(name)(x: int) -> int:\n    open('\(name).txt', 'w').close()\n    return x\n"
      )
    }
    let end = try clutch.run(
      "shell", "--udf", "a.py", "--udf", "b.py", "--on-error", "null", "--policy", "b.py=pure", "--policy", "c.py=pure",
      input: ".mode csv\nSELECT a(1) AS a, b(1) IS NULL AS b;\n.udf c.py\nSELECT c(1) IS NULL AS c;\n")
    #expect(end.output == "a,b\n1,true\nc\ntrue\n", "\(end)")
    #expect(try clutch.names().filter { $0.hasSuffix(".txt") } == ["a.txt"])
  }

  @Test func `A watched file is loaded again when it changes, also within a line that is being typed`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.first)
    let end = try clutch.atTerminal(
      ["shell", "--udf", "f.py"], typing: [".mode csv", ".watch"],
      [
        .prompt(3), .send("SELECT twice(5"), .expect("twice(5"),
        .write("\(clutch.folder)/f.py", Self.first.replacingOccurrences(of: "2 * x", with: "20 * x")),
        .expect("f.py: loaded again"), .send(") AS a;\r"),
        .expect("a\n100"), .prompt(4), .send(".watch off\r"), .prompt(5),
      ] + Self.leave)
    #expect(end.missing == nil, "\(end)")
  }

  @Test func `An error of a function shows the line with a caret, and the arguments`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      "from clutch import udf\n\n@udf\ndef rate(a: int, b: int) -> float:\n    größe = 'ü'; return 100 * (a / b)\n")
    let end = try clutch.run("shell", "--udf", "f.py", input: "\nSELECT rate(i, i - 2)\nFROM range(5) t(i);\n")
    #expect(end.status == .exited(1))
    #expect(
      end.errors == """
        Error: line 2: UDF rate failed at row 2 of its batch (a=2, b=0): ZeroDivisionError: division by zero
        Traceback (most recent call last):
          File "f.py", line 5, in rate
            größe = 'ü'; return 100 * (a / b)
                                       ^^^^^
        ZeroDivisionError: division by zero

        """)
  }

  @Test func `Another database has the same functions`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.first)
    let end = try clutch.run(
      "shell", "--udf", "f.py",
      input:
        ".mode csv\nCREATE TABLE here(a INT);\n.open d.db\nCREATE TABLE there AS SELECT twice(2) AS b;\n.tables\nFROM there;\n.schema\n.open\n.tables\nSELECT twice(3) AS c;\n"
    )
    #expect(end.output == "there\nb\n4\nCREATE TABLE there(b BIGINT);\nc\n6\n", "\(end)")
    #expect(end.status == .exited(0))
  }

  @Test func `What functions have done is counted`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.first)
    let end = try clutch.run(
      "shell", "--udf", "f.py", "--threads", "1",
      input: ".mode csv\nSELECT sum(twice(i)) AS s FROM range(5000) t(i);\n.stats\n.udfs\n")
    let words = end.output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(words.first { $0.first == "twice" }?.prefix(3) == ["twice", "f.py", "5000"], "\(end)")
    #expect(end.output.hasSuffix("f.py\n  twice(x BIGINT) -> BIGINT\n  old(x BIGINT) -> BIGINT\n"), "\(end)")
  }

  @Test func `clutch sql counts what its functions do`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.first)
    let end = try clutch.run(
      "sql", "--udf", "f.py", "--stats", "--format", "csv", "SELECT sum(twice(i)) AS s FROM range(5000) t(i)")
    let lines = end.errors.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(end.output == "s\n24995000\n")
    #expect(lines.first?.prefix(3) == ["function", "file", "rows"], "\(end)")
    #expect(lines.first { $0.first == "twice" }?.prefix(3) == ["twice", "f.py", "5000"], "\(end)")
    #expect(lines.first { $0.first == "old" }?.prefix(4) == ["old", "f.py", "0", "0"], "\(end)")
  }
}
