import PythonRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct PythonErrorTests {
  private let interpreter: SubInterpreter

  init() throws { interpreter = try SubInterpreter() }

  private func error(_ source: String, file: String = "<string>") throws -> PythonError {
    let error = #expect(throws: PythonError.self) {
      try interpreter.withGIL { py in try py.run(source, file: file) }
    }
    return try #require(error)
  }

  @Test(
    arguments: [
      ("1 / 0", "ZeroDivisionError", "division by zero"),
      ("raise ValueError", "ValueError", ""),
      ("raise KeyError('k')", "KeyError", "'k'"),
      ("raise ValueError('né 日本 🎉')", "ValueError", "né 日本 🎉"),
      ("raise ValueError('a\\x00b')", "ValueError", "a\0b"),
      ("raise ValueError('\\udc80')", "ValueError", "\\udc80"),
      ("import json; json.loads('{')", "json.decoder.JSONDecodeError", nil),
      ("class Mine(Exception): pass\nraise Mine('x')", "Mine", "x"),
      ("raise ExceptionGroup('all', [OSError(1)])", "ExceptionGroup", "all (1 sub-exception)"),
      ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
      ("raise 3", "TypeError", "exceptions must derive from BaseException"),
    ] as [(String, String, String?)])
  func `has the type and the message`(source: String, type: String, message: String?) throws {
    let error = try error(source)
    #expect(error.typeName == type)
    if let message { #expect(error.message == message) }
    #expect(error.summary == (error.message.isEmpty ? type : "\(type): \(error.message)"))
    #expect(try interpreter.withGIL { py in try py.evaluate("1").extract(Int.self) } == 1)
  }

  @Test func `has the notes`() throws {
    let error = try error("e = ValueError('x')\ne.add_note('first')\ne.add_note('zweite ü')\nraise e")
    #expect(error.notes == ["first", "zweite ü"])
    #expect(error.description.hasSuffix("ValueError: x\nfirst\nzweite ü"))
  }

  @Test(arguments: ["e.__notes__ = 3", "e.__notes__ = [3, 'x']", "e.__notes__ = None"])
  func `is not disturbed by notes of other types`(line: String) throws {
    #expect(try error("e = ValueError('x')\n\(line)\nraise e").summary == "ValueError: x")
  }

  @Test func `has the frames with the user's file, line, function and source line`() throws {
    let folder = try TemporaryFolder()
    let source = "class Shape:\n    def area(self):\n        return 1 / 0\n\nShape().area()\n"
    let file = try folder.write("shapes.py", source)
    let error = try error(source, file: file)
    #expect(
      error.traceback.map(\.description) == [
        "File \"\(file)\", line 5, in <module>\n    Shape().area()",
        "File \"\(file)\", line 3, in Shape.area\n    return 1 / 0",
      ])
    #expect(
      error.description.hasPrefix(
        "Traceback (most recent call last):\n  File \"\(file)\", line 5, in <module>"))
    #expect(error.omittedFrames == 0)
  }

  @Test func `names a file that does not exist, without source lines`() throws {
    let error = try error("\n\nraise OSError(2, 'gone')", file: "pipeline/né.py")
    #expect(error.traceback.map(\.file) == ["pipeline/né.py"])
    #expect(error.traceback.map(\.line) == [3])
    #expect(error.traceback.first?.source == nil)
  }

  @Test func `has the cause`() throws {
    let error = try error("try:\n  1 / 0\nexcept Exception as e:\n  raise ValueError('x') from e")
    #expect(error.origin == .cause)
    #expect(error.earlier?.typeName == "ZeroDivisionError")
    #expect(error.earlier?.traceback.map(\.line) == [2])
    #expect(error.description.contains("was the direct cause of"))
  }

  @Test func `has the context`() throws {
    let error = try error("try:\n  1 / 0\nexcept Exception:\n  raise ValueError('x')")
    #expect(error.origin == .context)
    #expect(error.earlier?.typeName == "ZeroDivisionError")
    #expect(error.description.contains("During handling of"))
  }

  @Test func `leaves out a context that the code suppressed`() throws {
    let error = try error("try:\n  1 / 0\nexcept Exception:\n  raise ValueError('x') from None")
    #expect(error.earlier == nil)
    #expect(error.origin == nil)
  }

  @Test(arguments: [
    "a.__cause__ = b; b.__cause__ = a", "a.__context__ = b; b.__context__ = a", "a.__cause__ = a",
  ])
  func `ends a circular chain`(line: String) throws {
    var error: PythonError? = try error("a, b = ValueError('a'), OSError('b')\n\(line)\nraise a")
    var length = 0
    while let current = error {
      length += 1
      error = current.earlier
    }
    #expect((1...20).contains(length))
  }

  @Test func `has the place of a syntax error, with a caret under it`() throws {
    let error = try error("x = 1\nif x:\n    y = (1 +* 2)\n", file: "rules.py")
    #expect(error.typeName == "SyntaxError")
    #expect(error.message == "invalid syntax")
    #expect(error.syntax?.file == "rules.py")
    #expect(error.syntax?.line == 3)
    #expect(error.syntax?.column == 13)
    #expect(
      error.description == """
          File "rules.py", line 3
            y = (1 +* 2)
                    ^
        SyntaxError: invalid syntax
        """)
  }

  @Test func `has the place of an indentation error`() throws {
    let error = try error("def f():\nreturn 1", file: "rules.py")
    #expect(error.typeName == "IndentationError")
    #expect(error.syntax?.line == 2)
  }

  @Test func `refuses source text with a NUL`() throws {
    #expect(try error("x = '\0'").typeName == "SyntaxError")
  }

  @Test func `cuts the middle out of a deep traceback`() throws {
    let error = try error("def down(n): return down(n + 1)\ndown(0)")
    #expect(error.typeName == "RecursionError")
    #expect(error.traceback.count == 40)
    #expect(error.omittedFrames > 100)
    #expect(error.traceback.first?.function == "<module>")
    #expect(error.traceback.last?.function == "down")
    #expect(error.description.contains("[\(error.omittedFrames) frames left out]"))
  }

  @Test func `shows an exception whose text cannot be made`() throws {
    let error = try error("class Mute(Exception):\n  def __str__(self): raise OSError\nraise Mute('x')")
    #expect(error.typeName == "Mute")
    #expect(error.message == "<the exception's text cannot be shown>")
    #expect(try interpreter.withGIL { py in try py.evaluate("1").extract(Int.self) } == 1)
  }

  @Test func `outlives its interpreter`() throws {
    let error = try error("raise ValueError('kept')")
    interpreter.close()
    #expect(error.summary == "ValueError: kept")
    #expect(Set([error, error]).count == 1)
  }

  @Test(arguments: ["import sys; sys.exit(3)", "raise SystemExit", "exit()", "quit(1)"])
  func `is all that comes of an exit`(source: String) throws {
    #expect(try error(source).typeName == "SystemExit")
  }

  @Test func `comes from an expression too`() throws {
    let error = #expect(throws: PythonError.self) {
      try interpreter.withGIL { py in _ = try py.evaluate("missing + 1", file: "rule 7").isNone }
    }
    #expect(error?.summary == "NameError: name 'missing' is not defined")
    #expect(error?.traceback.map(\.file) == ["rule 7"])
    #expect(throws: PythonError.self) {
      try interpreter.withGIL { py in _ = try py.evaluate("x = 1").isNone }
    }
  }
}
