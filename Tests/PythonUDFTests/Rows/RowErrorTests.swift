import Columnar
import PythonRuntime
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct RowErrorTests {
  /// Each with the line that is reported, counted from the "def" in line 6.
  private static let lines: [(body: String, type: String, line: Int?)] = [
    ("return 1 / x", "ZeroDivisionError", 7),
    ("return json.loads('{')", "json.decoder.JSONDecodeError", 7),
    ("return [\n        int(part)\n        for part in 'a']", "ValueError", 8),
    ("return b''", "TypeError", nil),
    ("return Odd()", "KeyError", 4),
  ]

  @Test(arguments: lines)
  func `the line of an error is one of the UDF's file`(body: String, type: String, line: Int?) async throws {
    let source = """
      import json
      class Odd:
          def __float__(self): raise KeyError("odd")
      @udf
      def f(x: int) -> float:
          \(body)
      """
    try await withPool(of: source) { pool in
      let result = try await pool.evaluate("f", integers([0]), onError: .collect)
      let failure = try #require(result.failures.first)
      #expect(failure.errorType == type)
      #expect(failure.line == line)
      #expect(failure.traceback.isEmpty == (line == nil))
    }
  }

  @Test func `an error of reading or writing JSON shows no frames`() async throws {
    let source = """
      from clutch import Json
      @udf
      def reads(x: Json) -> int: return 1
      @udf
      def writes(x: str) -> Json: return {1}
      """
    try await withPool(of: source) { pool in
      for (name, type) in [("reads", "json.decoder.JSONDecodeError"), ("writes", "TypeError")] {
        let result = try await pool.evaluate(name, batch(Column(["{"])), onError: .collect)
        let failure = try #require(result.failures.first)
        #expect(failure.errorType == type)
        #expect(failure.line == nil)
        #expect(failure.traceback.isEmpty)
      }
    }
  }

  @Test func `an exception is shown with its row, arguments and the user's own frames`() async throws {
    let name = try path("failing.py")
    try await withPool(file("failing.py")) { pool in
      let error = try await pool.failure(
        of: "ratio",
        batch(
          Column([1, 2, nil, 4] as [Int64?]), Column([1, 1, 0, 0] as [Double?]), Column(["a", "b", "c", "é"]))
      )
      #expect(error.code == .rowFailed)
      #expect(error.row?.function == "ratio")
      #expect(error.row?.index == 3)
      #expect(error.row?.arguments == ["a=4", "b=0.0", "label='é'"])
      let exception = try #require(error.exception)
      #expect(
        error.message == """
          UDF ratio failed at row 3 of its batch (a=4, b=0.0, label='é'): ZeroDivisionError: \(exception.message)
          """)
      #expect(exception.typeName == "ZeroDivisionError")
      #expect(exception.message.hasSuffix("division by zero"))
      #expect(exception.traceback.map(\.file) == [name, name])
      #expect(exception.traceback.map(\.line) == [10, 5])
      #expect(exception.traceback.map(\.function) == ["ratio", "divide"])
      #expect(exception.traceback.map(\.source) == ["return divide(a, b)", "return a / b"])
      #expect(
        error.description == """
          \(error.message)
          Traceback (most recent call last):
            File "\(name)", line 10, in ratio
              return divide(a, b)
            File "\(name)", line 5, in divide
              return a / b
          ZeroDivisionError: \(exception.message)
          """)
    }
  }

  @Test func `the chain of causes is kept`() async throws {
    try await withPool(file("failing.py")) { pool in
      let error = try await pool.failure(of: "chained", integers([5]))
      let exception = try #require(error.exception)
      #expect(exception.summary == "failing.Fehler: größer als 米 𝛼: 5")
      #expect(exception.notes == ["Ein Hinweis."])
      #expect(exception.origin == .cause)
      #expect(exception.earlier?.summary == "KeyError: 5")
      #expect(exception.earlier?.origin == .context)
      #expect(exception.earlier?.earlier?.summary == "IndexError: list index out of range")
      #expect(exception.earlier?.earlier?.earlier == nil)
    }
  }

  @Test(arguments: [
    ("import sys; sys.exit(3)", "SystemExit: 3 (a UDF cannot end the process)"),
    ("raise SystemExit", "SystemExit (a UDF cannot end the process)"),
    ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ("raise MemoryError", "MemoryError"),
    ("raise GeneratorExit('x')", "GeneratorExit: x"),
    ("raise 3", "TypeError: exceptions must derive from BaseException"),
    ("return f(x)", "RecursionError: maximum recursion depth exceeded"),
    ("raise ValueError", "ValueError"),
    ("raise ValueError('')", "ValueError"),
    ("raise ValueError('a\\udc80b')", "ValueError: a\\udc80b"),
    ("raise ExceptionGroup('two', [ValueError(1), TypeError(2)])", "ExceptionGroup: two (2 sub-exceptions)"),
  ])
  func `whatever is raised fails the call only`(statement: String, reason: String) async throws {
    try await withPool(of: "@udf\ndef f(x: int) -> int:\n  if x != 7: return x\n  \(statement)") { pool in
      let error = try await pool.failure(of: "f", integers([1, 7, 2]))
      #expect(error.code == .rowFailed)
      #expect(error.row?.index == 1)
      #expect(error.message == "UDF f failed at row 1 of its batch (x=7): \(reason)")
      try await pool.expect("f", integers([1, 2]), gives: [1, 2])
    }
  }

  @Test func `the traceback of a deep recursion is shortened`() async throws {
    try await withPool(of: "@udf\ndef f(x: int) -> int: return f(x + 1)") { pool in
      let exception = try #require(await pool.failure(of: "f", integers([0])).exception)
      #expect(exception.traceback.count == 40)
      #expect(exception.omittedFrames > 100)
    }
  }

  @Test func `long arguments are shortened`() async throws {
    try await withPool(
      of: "@udf\ndef f(text: str, data: bytes, number: int | None) -> int: raise ValueError"
    ) { pool in
      let text = String(repeating: "é", count: 1000)
      let error = try await pool.failure(
        of: "f",
        batch(
          Column([text]), Column([Array(repeating: 120, count: 1000)] as [[UInt8]?]),
          Column([nil] as [Int64?])))
      #expect(
        error.row?.arguments == [
          "text='\(String(repeating: "é", count: 98))…", "data=b'\(String(repeating: "x", count: 97))…",
          "number=None",
        ])
    }
  }

  @Test func `an import that fails in a call has no frames of Python's import machinery`() async throws {
    try await withPool(of: "@udf\ndef f(x: int) -> int:\n  import nowhere_to_be_found") { pool in
      let exception = try #require(await pool.failure(of: "f", integers([1])).exception)
      #expect(exception.summary == "ModuleNotFoundError: No module named 'nowhere_to_be_found'")
      #expect(exception.traceback.map(\.file) == ["<udf>"])
      #expect(exception.traceback.map(\.line) == [4])
    }
  }

  @Test func `a function without parameters shows no arguments`() async throws {
    try await withPool(of: "@udf\ndef f() -> int: raise ValueError('no')") { pool in
      let error = try await pool.failure(of: "f", rows(3))
      #expect(error.message == "UDF f failed at row 0 of its batch: ValueError: no")
      #expect(error.row?.arguments == [])
    }
  }

  @Test(arguments: [0, 1, 30, 31, 32, 33, 63, 64, 99])
  func `the row that failed is counted from the start of its batch`(failing: Int) async throws {
    try await withPool(
      of:
        "@udf\ndef f(x: int, unused: str) -> int:\n  if x == 1000 + \(failing): raise ValueError(x)\n  return x"
    ) { pool in
      let numbers = Column((0..<110).map { $0 % 10 == 5 && $0 != failing + 7 ? nil : Int64(1000 - 7 + $0) })
      let texts = Column((0..<110).map { String?("text \($0)") })
      let error = try await pool.failure(of: "f", batch(numbers, texts).slice(7..<110))
      #expect(error.row?.index == failing)
      #expect(error.exception?.message == "\(1000 + failing)")
    }
  }

  @Test func `an exception without a text is shown by its type`() async throws {
    try await withPool(
      of: """
        class Broken(Exception):
          def __str__(self): raise RuntimeError("no text")
        @udf
        def f(x: int) -> int: raise Broken
        """
    ) { pool in
      let error = try await pool.failure(of: "f", integers([1]))
      #expect(error.exception?.typeName == "udf_file.Broken")
      #expect(error.exception?.message == "<the exception's text cannot be shown>")
      let again = try await pool.failure(of: "f", integers([1]))
      #expect(again.message == error.message)
    }
  }
}
