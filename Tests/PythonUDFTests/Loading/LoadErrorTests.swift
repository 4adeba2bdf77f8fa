import PythonRuntime
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct LoadErrorTests {
  /// Source that does not compile, and the picture of the place.
  @Test(arguments: [
    ("x = (1 +\n", 1, 5, "x = (1 +\n        ^", "SyntaxError: '(' was never closed"),
    (
      "ok = 1\né = \"ééé\"; x y", 2, 14, "é = \"ééé\"; x y\n                 ^", "SyntaxError: invalid syntax"
    ),
    ("'日本語'; return 1", 1, 8, "'日本語'; return 1\n           ^", "SyntaxError: 'return' outside function"),
    (
      "if True:\n    '𝛼'; yield 1", 2, 10, "'𝛼'; yield 1\n         ^", "SyntaxError: 'yield' outside function"
    ),
    (
      "def f(a, a): pass", 1, 10, "def f(a, a): pass\n             ^",
      "SyntaxError: duplicate argument 'a' in function definition"
    ),
  ])
  func `a syntax error shows its line and a caret`(
    text: String, line: Int, column: Int, picture: String, summary: String
  ) throws {
    let error = try loadError(text)
    let syntax = try #require(error.exception?.syntax)
    #expect(error.code == .loadFailed)
    #expect(error.message == "<udf> does not compile:")
    #expect(syntax.file == "<udf>")
    #expect(syntax.line == line)
    #expect(syntax.column == column)
    #expect(error.exception?.traceback == [])
    #expect(
      error.description == """
        <udf> does not compile:
          File "<udf>", line \(line)
            \(picture)
        \(summary)
        """)
  }

  @Test func `the column of a compiler's syntax error in a file is counted in characters too`() throws {
    let name = try path("broken/return_outside.py")
    let error = try loadError(UDFSource(file: name))
    #expect(error.message == "\(name) does not compile:")
    #expect(error.exception?.syntax?.line == 3)
    #expect(error.exception?.syntax?.column == 8)
    #expect(error.exception?.syntax?.source == "\"äöü\"; return 1")
  }

  @Test func `a zero byte in source text does not compile`() throws {
    let error = try loadError("x = 1\0")
    #expect(error.code == .loadFailed)
    #expect(error.description.contains("null bytes"))
  }

  @Test func `an exception on import has the user's own frames only`() throws {
    let error = try loadError(file("broken/raises.py"))
    let name = try path("broken/raises.py")
    let exception = try #require(error.exception)
    #expect(error.code == .loadFailed)
    #expect(error.message == "\(name) raised an exception when it was loaded:")
    #expect(exception.summary == "raises.Problem: größer als 米")
    #expect(exception.traceback.map(\.file) == [name, name, name])
    #expect(exception.traceback.map(\.line) == [14, 10, 6])
    #expect(exception.traceback.map(\.function) == ["<module>", "outer", "inner"])
    #expect(exception.traceback.map(\.source) == ["outer()", "inner()", "raise Problem(\"größer als 米\")"])
    #expect(exception.notes == ["A note."])
  }

  @Test func `an import that fails has no frames of Python's import machinery`() throws {
    let error = try loadError("import os\nimport nowhere_to_be_found")
    #expect(error.exception?.summary == "ModuleNotFoundError: No module named 'nowhere_to_be_found'")
    #expect(error.exception?.traceback.map(\.file) == ["<udf>"])
    #expect(error.exception?.traceback.map(\.line) == [2])
  }

  @Test(arguments: [
    ("import sys\nsys.exit(3)", "SystemExit: 3"), ("raise SystemExit", "SystemExit"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt"), ("exec('1/0')", "ZeroDivisionError: division by zero"),
  ])
  func `what ends a program only ends the loading`(text: String, summary: String) throws {
    let error = try loadError(text)
    #expect(error.code == .loadFailed)
    #expect(error.message == "<udf> raised an exception when it was loaded:")
    #expect(error.exception?.summary == summary)
  }

  @Test(arguments: ["", "x = 1", "from clutch import udf\ndef f() -> int: pass"])
  func `a source needs a marked function`(text: String) throws {
    let error = try loadError(text)
    #expect(error.code == .noFunction)
    #expect(
      error.message.hasPrefix("<udf> has no UDF: mark a function with @udf, after \"from clutch import udf\", or "))
  }

  @Test func `lines are counted as Python counts them`() throws {
    let error = try loadError("x = 'a\u{0C}b\u{2028}c'\r\n\r\ny = 1\rraise ValueError(x)\r\n")
    #expect(error.exception?.traceback.map(\.line) == [4])
    #expect(error.exception?.traceback.map(\.source) == ["raise ValueError(x)"])
  }
}
