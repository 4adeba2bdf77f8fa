import PythonRuntime
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct SignatureErrorTests {
  /// A function, from line 2 on, and why it is refused.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let function: String
    let line: Int
    let problem: String
    var testDescription: String { function }

    init(_ function: String, line: Int = 3, _ problem: String) {
      self.function = function
      self.line = line
      self.problem = problem
    }

    static let accepted = "a type such as int, str, datetime, list[int], a dataclass, or one of these with '| None'"

    static let all: [Refusal] = [
      Refusal("def f(x) -> int: pass", "parameter 'x' has no annotation; write x: T, where T is \(accepted)"),
      Refusal("def f(x: int): pass", "it has no return annotation; write -> T, where T is \(accepted)"),
      Refusal("def f(): pass", "it has no return annotation; write -> T, where T is \(accepted)"),
      Refusal("def f(x: set) -> int: pass", "parameter 'x' has the unsupported type set; use \(accepted)"),
      Refusal(
        "def f(x: list[set]) -> int: pass",
        "parameter 'x' has the unsupported type set; use \(accepted)"),
      Refusal("def f(x: {}) -> int: pass", "parameter 'x' has the unsupported type {}; use \(accepted)"),
      Refusal(
        "def f(x: int | str) -> int: pass",
        "parameter 'x' has the unsupported type int | str; use \(accepted)"),
      Refusal(
        "def f(x: int | str | None) -> int: pass",
        "parameter 'x' has the unsupported type int | str | None; use \(accepted)"),
      Refusal(
        "def f(x: int) -> complex: pass", "the return type has the unsupported type complex; use \(accepted)"),
      Refusal(
        "def f(x: 'Nowhere') -> int: pass",
        "parameter 'x' has an annotation that cannot be evaluated, 'Nowhere': "
          + "NameError: name 'Nowhere' is not defined"),
      Refusal(
        "def f(x: int) -> '1 / 0': pass",
        "the return type has an annotation that cannot be evaluated, '1 / 0': ZeroDivisionError: division by zero"
      ),
      Refusal(
        "def f(*values) -> int: pass",
        "parameter 'values' has no annotation; write values: T, where T is \(accepted)"),
      Refusal(
        "def f(**values: int) -> int: pass",
        "parameter 'values' cannot be passed by position, as arguments are; make it a plain parameter"),
      Refusal(
        "def f(x: int, *, key: int) -> int: pass",
        "parameter 'key' cannot be passed by position, as arguments are; make it a plain parameter"),
      Refusal(
        "async def f(x: int) -> int: yield 1",
        "an async generator gives rows of a table: mark it with @udtf; or return one value per call"),
      Refusal(
        "def f(x: int) -> int: yield 1",
        "a generator gives rows of a table: mark it with @udtf; or return one value per call"),
      Refusal(
        "@some_decorator\n\ndef f(x) -> int: pass", line: 5,
        "parameter 'x' has no annotation; write x: T, where T is \(accepted)"),
      Refusal(
        "def f(\n  a: int,\n  b: str,\n  # A remark.\n  c: set,\n) -> int:\n  pass", line: 7,
        "parameter 'c' has the unsupported type set; use \(accepted)"),
      Refusal(
        "def f(\n  a: int,\n  *\n  , key: str) -> int:\n  pass", line: 6,
        "parameter 'key' cannot be passed by position, as arguments are; make it a plain parameter"),
      Refusal(
        "def f(\n  a: int\n) -> set:\n  pass", "the return type has the unsupported type set; use \(accepted)"
      ),
    ]
  }

  @Test(arguments: Refusal.all)
  func `a refusal names the function, the parameter and the line`(_ refusal: Refusal) throws {
    let error = try loadError(
      """
      from clutch import udf; some_decorator = lambda f: f
      @udf
      \(refusal.function)
      """)
    #expect(error.code == .badSignature)
    #expect(error.message == "<udf>, line \(refusal.line): function 'f': \(refusal.problem)")
    #expect(error.description == error.message)
    #expect(error.row == nil)
    #expect(error.exception == nil)
  }

  @Test func `a class of the file is named with its module`() throws {
    let error = try loadError(
      "from clutch import udf\nclass Point: pass\n@udf\ndef f(x: Point) -> int: pass")
    #expect(
      error.message
        == "<udf>, line 4: function 'f': parameter 'x' has the unsupported type udf_file.Point; use \(Refusal.accepted)"
    )
  }

  @Test func `deferred annotations are refused in the same words`() throws {
    let error = try loadError(
      """
      from __future__ import annotations
      from clutch import udf
      @udf
      def f(x: int,
            y: list[Nowhere]) -> int: pass
      """)
    #expect(error.code == .badSignature)
    #expect(
      error.message == """
        <udf>, line 5: function 'f': parameter 'y' has an annotation that cannot be evaluated, 'list[Nowhere]': \
        NameError: name 'Nowhere' is not defined
        """)
  }

  @Test func `an annotation that Python itself evaluates fails where it stands`() throws {
    let error = try loadError("from clutch import udf\n@udf\ndef f(x: Nowhere) -> int: pass")
    #expect([.loadFailed, .badSignature].contains(error.code))
    #expect(error.description.contains("line 3"))
    #expect(error.description.contains("name 'Nowhere' is not defined"))
  }

  @Test func `a wrapper decides what a call gives`() throws {
    let error = try loadError(
      """
      import functools
      from clutch import udf
      def later(function):
        @functools.wraps(function)
        async def wrapper(*args): yield function(*args)
        return wrapper
      @udf
      @later
      def f(x: int) -> int: return x
      """)
    #expect(error.code == .badSignature)
    #expect(
      error.message
        == "<udf>, line 9: function 'f': an async generator gives rows of a table: mark it with @udtf; or return one value per call"
    )
  }

  @Test(arguments: [("f", "f"), ("score", "Score"), ("größe", "GRÖßE")])
  func `two functions of one name are refused`(first: String, second: String) throws {
    let error = try loadError(
      """
      from clutch import udf
      @udf
      def \(first)() -> int: pass

      @udf
      def \(second)() -> int: pass
      """)
    #expect(error.code == .badSignature)
    #expect(
      error.message == """
        <udf>, line 6: function '\(second)' is there already, in line 3; rename one (SQL does not tell upper from \
        lower case)
        """)
  }

  @Test(arguments: [
    ("udf(3)", "'int': @udf marks a function, not 3"),
    (
      "udf(__import__('functools').partial(print))",
      "'partial': it has no name of its own for SQL; mark it as udf(name='my_function')(...)"
    ),
  ])
  func `what is no function, or has no name, is refused where it is marked`(code: String, message: String) throws {
    let error = try loadError("from clutch import udf\n\(code)")
    #expect(error.code == .badSignature)
    #expect(error.message.split(separator: "\n").first == "<udf>, line 2: function \(message)")
  }

  @Test(arguments: [
    (
      "@udf",
      "a class is no function unless its instances can be called: give it a method __call__; or mark it with @udaf, if it accumulates rows",
      "class f: pass"
    ),
    (
      "@udf(retries=1, tries=2)",
      "@udf has no option 'retries', 'tries'; it has name, null, deterministic, on_error, timeout, batch_timeout, memory, threads, batch, retry_rows, rows, concurrency, placement and vectorize",
      "def f() -> int: pass"
    ),
    ("@udf(null='x')", "@udf(null=...) takes 'skip' or 'call', not 'x'", "def f() -> int: pass"),
    ("@udf(name='a b')", "@udf(name=...) takes a name such as 'my_function', not 'a b'", "def f() -> int: pass"),
    ("@udf(deterministic=1)", "@udf(deterministic=...) takes True or False, not 1", "def f() -> int: pass"),
    ("@udf(timeout=-1)", "@udf(timeout=...) takes a number of seconds above 0, not -1", "def f() -> int: pass"),
    (
      "@udf(memory='much')", "@udf(memory=...) takes '256MB', '1GiB', '512KB' or a number of bytes, not 'much'",
      "def f() -> int: pass"
    ),
    ("@udf(threads=1)", "@udf(threads=...) takes True or False, not 1", "def f() -> int: pass"),
  ])
  func `an option that the mark does not know is refused with the function and its line`(
    mark: String, problem: String, function: String
  ) throws {
    let error = try loadError("from clutch import udf\n\(mark)\n\(function)")
    #expect(error.code == .badSignature)
    #expect(error.message == "<udf>, line 3: function 'f': \(problem)")
  }

  @Test func `all problems of a file are told at once`() throws {
    let error = try loadError(
      UDFSource(
        """
        from arrow_udf import udf as other, udtf
        from clutch import udf
        @udf(retries=1)
        def a(x, *, key) -> set: pass
        @udf
        async def b(x: int) -> int: yield x
        @udf
        def c(x: int) -> int: return 1
        @udf
        def C(x: int) -> int: return 1
        @other(input_types=['NOTHING'], result_type='INT')
        def d(x): return 1
        @udtf(input_types=['INT'], result_types=['INT'])
        def e(x): yield x
        """, functions: ["g(INT) -> INT = nowhere"]))
    #expect(error.code == .badSignature)
    let starts = [
      "declaration 'g(INT) -> INT = nowhere': there is no 'nowhere' for the handler",
      "<udf>, line 4: function 'a': @udf has no option 'retries'",
      "<udf>, line 4: function 'a': parameter 'x' has no annotation",
      "<udf>, line 4: function 'a': parameter 'key' cannot be passed by position",
      "<udf>, line 4: function 'a': the return type has the unsupported type set",
      "<udf>, line 6: function 'b': an async generator gives rows of a table",
      "<udf>, line 12: function 'd': input type 1: SQL type 'NOTHING'",
      "<udf>, line 10: function 'C' is there already, in line 8",
    ]
    let lines = error.message.split(separator: "\n")
    #expect(lines.count == starts.count, "\(error.message)")
    for (line, start) in zip(lines, starts) { #expect(line.hasPrefix(start)) }
  }

  @Test(arguments: [
    "Literal['\\ud800']", "Annotated[int, clutch.Type('nothing')]", "Annotated[int, clutch.Type(3)]",
    "TypedDict('T', {'\\ud800': int})",
  ])
  func `a type that cannot be told to the host is refused in words`(annotation: String) throws {
    let error = try loadError(
      """
      import clutch
      from typing import Annotated, Literal, TypedDict
      @clutch.udf
      def f(x: \(annotation)) -> int: pass
      """)
    #expect(error.code == .badSignature)
    #expect(error.message.hasPrefix("<udf>, line 4: function 'f': parameter 'x' "), "\(error.message)")
  }

  @Test func `a function written in C is refused with the line that marks it`() throws {
    let error = try loadError("from clutch import udf\nimport math\nudf(math.gcd)")
    #expect(error.code == .badSignature)
    #expect(
      error.message
        == "<udf>, line 3: function 'gcd': it has no readable signature; wrap it in a function with annotations")
  }

  @Test func `a function of an imported module is refused at its own place`() throws {
    let error = try loadError(file("imports_marked.py"))
    let place = try path("marked_badly.py")
    #expect(error.code == .badSignature)
    #expect(
      error.message == """
        \(place), line 4: function 'bad': parameter 'x' has no annotation; write x: T, where T \
        is \(Refusal.accepted)
        """)
  }
}
