import TestSupport
import Testing

/// Who has several files with problems is told all of them at once.
@Suite(.timeLimit(.minutes(30))) struct EveryProblemTests {
  private static let head = "from clutch import udf\n\n"

  private func function(_ name: String, _ parameters: String = "x: int") -> String {
    "@udf\ndef \(name)(\(parameters)) -> int:\n    return 1\n\n"
  }

  @Test(arguments: [[], ["--database", "new.db"]])
  func `Signatures, names and exceptions of all files are one error`(options: [String]) throws {
    let clutch = try Clutch()
    try clutch.write("a.py", Self.head + function("bad", "x") + function("ln") + function("check", "x, y: int"))
    try clutch.write("b.py", "1 / 0\n")
    try clutch.write("c.py", Self.head + function("fine") + function("extract"))
    try clutch.write("d.py", Self.head + function("LN", "x: str") + function("worse", "x: complex"))
    let files = ["a.py", "b.py", "c.py", "d.py"].flatMap { ["--udf", $0] }
    let end = try clutch.start(["sql"] + files + options + ["SELECT fine(1)"]).end()
    #expect(end.status == .exited(1), "\(end)")
    for text in [
      "a.py, line 4: function 'bad': parameter 'x' has no annotation",
      "a.py, line 12: function 'check': parameter 'x' has no annotation",
      "b.py raised an exception when it was loaded:\n", "ZeroDivisionError",
      "d.py, line 8: function 'worse': parameter 'x' has the unsupported type",
      "2 functions of a.py cannot be SQL functions as they are:\n  line 8: DuckDB has a function named ln of its own",
      "\n  line 12: check(...) is no call in SQL", "c.py, line 8: extract(...) is ",
      "d.py, line 4: DuckDB has a function named ln of its own",
    ] {
      #expect(end.errors.contains(text), "\(text) is not in \(end)")
    }
    #expect(!end.errors.contains("fine"), "\(end)")
    #expect(end.output.isEmpty)
    #expect(try clutch.names() == ["a.py", "b.py", "c.py", "d.py"])
  }

  @Test(arguments: [[], ["--database", "new.db"]])
  func `Names of several files that load are one error`(options: [String]) throws {
    let clutch = try Clutch()
    try clutch.write("a.py", Self.head + function("mine"))
    try clutch.write("b.py", Self.head + function("ln"))
    try clutch.write("c.py", Self.head + function("fine") + function("check") + function("Mine", "x: str"))
    let files = ["a.py", "b.py", "c.py"].flatMap { ["--udf", $0] }
    let end = try clutch.start(["sql"] + files + options + ["SELECT fine(1)"]).end()
    #expect(end.status == .exited(1), "\(end)")
    for text in [
      "Error: b.py, line 4: DuckDB has a function named ln of its own", "2 functions of c.py cannot be SQL functions",
      "  line 8: check(...) is no call in SQL", "  line 12: two UDFs are named Mine, one of a.py and one of c.py",
    ] {
      #expect(end.errors.contains(text), "\(text) is not in \(end)")
    }
  }

  @Test func `The only problem is told as it is`() throws {
    let clutch = try Clutch()
    try clutch.write("a.py", Self.head + function("bad", "x"))
    try clutch.write("b.py", Self.head + function("fine"))
    let end = try clutch.start(["sql", "--udf", "a.py", "--udf", "b.py", "SELECT fine(1)"]).end()
    #expect(end.status == .exited(1), "\(end)")
    #expect(end.errors.hasPrefix("Error: a.py, line 4: function 'bad': parameter 'x' has no annotation"), "\(end)")
    #expect(end.errors.split(separator: "\n").count == 1, "\(end)")
  }
}
