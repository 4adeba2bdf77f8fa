import Foundation
import TestSupport
import Testing

/// `clutch check`.
@Suite(.timeLimit(.minutes(30))) struct CheckTests {
  @Test func `every problem of a file is told, with its line and its column`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      from clutch import udf, udaf

      @udf(on_error="nul")
      def añ(x, y: set,
             zé: complex) -> int:
          return 1

      if True:
          @udf
          def result(x: int):
              return 1
          class Outer:
              @udaf
              class Sum:
                  def accumulate(self, state, x): pass
      @udf
      def good(x: int) -> int: return x
      @udf
      def Good(x: int) -> int: return x
      """)
    let end = try clutch.run("check", "f.py")
    #expect(end.status == .exited(1))
    let lines = end.output.split(separator: "\n").map(String.init)
    let beginnings = [
      "f.py:4:1: function 'añ': @udf(on_error=...) takes", "f.py:4:8: function 'añ': parameter 'x' has no annotation",
      "f.py:4:11: function 'añ': parameter 'y' has the unsupported type set",
      "f.py:5:8: function 'añ': parameter 'zé' has the unsupported type complex",
      "f.py:10:5: function 'result': it has no return annotation",
      "f.py:14:9: function 'Sum': an aggregate function needs finish",
      "f.py:19:1: function 'Good' is there already, in line 17",
    ]
    #expect(lines.count == beginnings.count, "\(end.output)")
    for (line, beginning) in zip(lines, beginnings) { #expect(line.hasPrefix(beginning), "\(line)") }
    #expect(end.errors == "clutch: 7 problems in 1 file\n")
  }

  @Test(arguments: [
    ("from clutch import udf\n@udf\ndef f(x: int) -> int:\n    retrun x\n", "f.py:4:12: SyntaxError: invalid syntax\n"),
    ("import os\n\nif True:\n    os.no_such()\n", "f.py:4:5: AttributeError: module 'os' has no attribute 'no_such'\n"),
    ("# /// script\n# requires-python = 3.13\n# ///\n", "f.py:2:3: requires-python is a number; it takes a text"),
    ("# /// script\n# dependencies = 'é' x\n# ///\n", "f.py:2:"),
    ("x = 1\n", "f.py:1:1: f.py has no UDF: mark a function with @udf"),
  ])
  func `what keeps a file from loading is told where it stands`(source: String, problem: String) throws {
    let clutch = try Clutch()
    try clutch.write("f.py", source)
    let end = try clutch.run("check", "f.py")
    #expect(end.status == .exited(1))
    #expect(end.output.hasPrefix(problem), "\(end.output)")
    #expect(end.errors == "clutch: 1 problem in 1 file\n")
  }

  @Test func `a problem in a module that a file imports is told there, and one of another file does not hide it`()
    throws
  {
    let clutch = try Clutch()
    try clutch.write("helper.py", "def broken(:\n    pass\n")
    try clutch.write("imports.py", "import helper\n")
    try clutch.write("good.py", "from clutch import udf\n@udf\ndef f(x: int) -> int: return x\n")
    try clutch.write("bad.py", "from clutch import udf\n@udf\ndef g(x: int): return x\n")
    let end = try clutch.run("check", "missing.py", "imports.py", "good.py", "bad.py")
    #expect(end.status == .exited(1))
    let lines = end.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 3, "\(end.output)")
    #expect(lines.first == "missing.py:1:1: The UDF file missing.py does not exist.")
    #expect(lines.contains { $0.contains("helper.py:1:12: SyntaxError: ") }, "\(end.output)")
    #expect(lines.contains { $0.hasPrefix("bad.py:3:1: function 'g': it has no return annotation") })
    #expect(end.errors == "clutch: 3 problems in 3 files\n")
  }

  @Test func `files without a problem are said to have none, also as JSON`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", "from clutch import udf\n@udf\ndef f(x: int) -> int: return x\n")
    let text = try clutch.run("check", "f.py")
    #expect(text.status == .exited(0) && text.output == "")
    #expect(text.errors == "clutch: 1 file, 1 function: no problems\n")
    let json = try clutch.run("check", "--format", "json", "f.py")
    let none = try JSONDecoder().decode([[String: String]].self, from: Data(json.output.utf8))
    #expect(none.isEmpty && json.status == .exited(0) && json.errors == "")
  }

  @Test func `problems as JSON have their place and a code`() throws {
    struct Problem: Decodable, Equatable {
      let file, code, message: String
      let line, column: Int
    }
    let clutch = try Clutch()
    try clutch.write("f.py", "from clutch import udf\n@udf\ndef f(x: 1) -> int: return x\n")
    let end = try clutch.run("check", "--format", "json", "f.py")
    #expect(end.status == .exited(1))
    let problems = try JSONDecoder().decode([Problem].self, from: Data(end.output.utf8))
    let problem = try #require(problems.first)
    #expect(problems.count == 1 && problem.file == "f.py" && problem.line == 3 && problem.column == 7)
    #expect(problem.code == "badSignature" && problem.message.hasPrefix("function 'f': parameter 'x' "))
  }
}
