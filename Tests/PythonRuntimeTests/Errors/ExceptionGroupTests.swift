import PythonRuntime
import Testing

/// What went wrong in a group is in its exceptions; its own message says only how many there are.
@Suite(.timeLimit(.minutes(30))) struct ExceptionGroupTests {
  private let interpreter: SubInterpreter

  init() throws { interpreter = try SubInterpreter() }

  private func error(_ source: String) throws -> PythonError {
    try #require(throws: PythonError.self) { try interpreter.withGIL { py in try py.run(source, file: "g.py") } }
  }

  @Test func `a group is shown with its exceptions, also those of groups within`() throws {
    let error = try error(
      """
      def one():
        try: raise ValueError("one")
        except ValueError as error: return error
      raise ExceptionGroup("several", [one(), ExceptionGroup("inner", [KeyError("two"), OSError("three")])])
      """)
    #expect(error.exceptions.map(\.summary) == ["ValueError: one", "ExceptionGroup: inner (2 sub-exceptions)"])
    #expect(error.exceptions[1].exceptions.map(\.summary) == ["KeyError: 'two'", "OSError: three"])
    #expect(error.omittedExceptions == 0)
    #expect(
      error.description == """
        Traceback (most recent call last):
          File "g.py", line 4, in <module>
        ExceptionGroup: several (2 sub-exceptions)
          +---------------- 1 ----------------
          | Traceback (most recent call last):
          |   File "g.py", line 2, in one
          | ValueError: one
          +---------------- 2 ----------------
          | ExceptionGroup: inner (2 sub-exceptions)
          |   +---------------- 1 ----------------
          |   | KeyError: 'two'
          |   +---------------- 2 ----------------
          |   | OSError: three
          |   +------------------------------------
          +------------------------------------
        """)
  }

  @Test(arguments: [
    ("[ValueError(i) for i in range(1_000)]", 20, 980), ("[ValueError('v' * 5_000_000)] * 30", 20, 10),
    ("[KeyboardInterrupt()]", 1, 0),
  ])
  func `twenty exceptions of a group are kept, and the others counted`(
    exceptions: String, kept: Int, omitted: Int
  ) throws {
    let error = try error("raise BaseExceptionGroup('many', \(exceptions))")
    #expect(error.exceptions.count == kept)
    #expect(error.omittedExceptions == omitted)
    #expect(error.description.utf8.count < 60_000)
    #expect((omitted > 0) == error.description.contains("… (\(omitted) more exceptions)"))
  }

  @Test(arguments: [
    "group = ValueError('deep')\nfor i in range(1_000): group = ExceptionGroup('g', [group, ValueError(i)])",
    "group = ExceptionGroup('g', [ValueError()])\ngroup.__cause__ = group.exceptions[0]\ngroup.exceptions[0].__cause__ = group",
    "class G(ExceptionGroup):\n  exceptions = property(lambda self: 1 / 0)\ngroup = G('g', [ValueError()])",
    "class G(ExceptionGroup):\n  exceptions = 3\ngroup = G('g', [ValueError()])",
    "class G(ExceptionGroup):\n  exceptions = property(lambda self: (1, 'a'))\ngroup = G('g', [ValueError()])",
  ])
  func `a group of any form has an end`(source: String) throws {
    let error = try error("\(source)\nraise group")
    #expect(error.description.utf8.count < 60_000)
    #expect(try interpreter.withGIL { py in try py.evaluate("1").extract(Int.self) } == 1)
  }
}
