import PythonRuntime
import TestSupport
import Testing

/// Texts of any size that Python code makes, on their way into an error.
@Suite(.timeLimit(.minutes(30))) struct TextLimitTests {
  private let interpreter: SubInterpreter

  init() throws { interpreter = try SubInterpreter() }

  private func error(_ source: String, file: String = "<string>") throws -> PythonError {
    try #require(throws: PythonError.self) { try interpreter.withGIL { py in try py.run(source, file: file) } }
  }

  @Test(
    arguments: [
      ("raise ValueError('a' * 30_000_000)", String(repeating: "a", count: 1000) + "… (29,999,000 more characters)"),
      ("raise ValueError('é' * 1_001)", String(repeating: "é", count: 1000) + "… (1 more character)"),
      ("raise ValueError('🎉' * 2_000)", String(repeating: "🎉", count: 1000) + "… (1,000 more characters)"),
      ("raise ValueError('a' * 1_000)", String(repeating: "a", count: 1000)),
      ("raise ValueError('\\udc80' * 1_002)", String(repeating: "\\udc80", count: 1000) + "… (2 more characters)"),
      ("raise KeyError('a' * 3_000_000)", "'" + String(repeating: "a", count: 999) + "… (2,999,002 more characters)"),
    ])
  func `a message is cut, with how much was left out`(source: String, message: String) throws {
    let error = try error(source)
    #expect(error.message == message)
    #expect(error.summary.utf8.count < 10_000)
  }

  /// Each makes a text of millions of characters at another place.
  @Test(
    arguments: [
      "raise type('T' * n, (Exception,), {})('x')",
      "raise type('T', (Exception,), {'__module__': 'm' * n})('x')",
      "class Long(Exception):\n  def __str__(self): return 's' * n\nraise Long",
      "e = ValueError('x')\ne.add_note('n' * n)\nraise e",
      "e = ValueError('x')\nfor _ in range(1000): e.add_note('n' * 5000)\nraise e",
      "e = ValueError('x')\ne.__notes__ = [b'n' * n, [['a' * n]]]\nraise e",
      "try: raise OSError('c' * n)\nexcept OSError as c: raise ValueError('b' * n) from c",
      "try: raise OSError('c' * n)\nexcept OSError: 1 / 0",
      "names = {}\nexec(compile('def f():\\n ' + 'x' * n, 'F' * n, 'exec'), names)\nnames['f']()",
      "def f(): 1 / 0\nf.__code__ = f.__code__.replace(co_qualname='q' * n)\nf()",
      "exec('1 + ' + 'x ' * n)",
      "exec('x = (' + ' ' * n + '1 +* 2)')",
      "import os\nos.stat('/' + 'p' * n)",
      "raise ExceptionGroup('g' * n, [ValueError('v' * n)])",
    ])
  func `whatever is long in an exception is cut`(source: String) throws {
    let error = try error("n = 5_000_000\n" + source)
    #expect(error.description.utf8.count < 60_000)
    #expect(error.description.contains(" more characters)") || error.description.contains("…"))
    #expect(try interpreter.withGIL { py in try py.evaluate("1").extract(Int.self) } == 1)
  }

  @Test func `more than twenty notes are counted`() throws {
    let error = try error("e = ValueError('x')\nfor i in range(23): e.add_note(f'note {i}')\nraise e")
    #expect(error.notes.count == 21)
    #expect(error.notes.last == "… (3 more notes)")
  }

  @Test func `a long line of source is cut, its indentation is not counted`() throws {
    let folder = try TemporaryFolder()
    let line = String(repeating: " ", count: 3000) + "1 / 0 # " + String(repeating: "c", count: 1_000_000)
    let source = "if True:\n\(line)\n"
    let file = try folder.write("long.py", source)
    let shown = try #require(error(source, file: file).traceback.first?.source)
    #expect(shown.hasPrefix("1 / 0 # cccc"))
    #expect(shown.hasSuffix("… (999,808 more characters)"))
    #expect(shown.count < 250)
  }

  @Test func `the place of a syntax error far to the right is a number`() throws {
    let error = try error("x = (" + String(repeating: " ", count: 500) + "1 +* 2)", file: "rules.py")
    #expect(error.syntax?.column == 509)
    #expect(error.description.hasPrefix("  File \"rules.py\", line 1, column 509\n    x = ("))
    #expect(!error.description.contains("^"))
  }
}
