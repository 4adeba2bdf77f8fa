import Foundation
import TestSupport
import Testing

/// Files written for other systems, unchanged.
@Suite struct DeclaredFunctionTests {
  private static let dialects = "\(Checkout.root)/Tests/PythonUDFTests/Files/dialects"

  /// A system's file, what has to be said about it, a query, and its rows.
  private static let files: [(file: String, options: [String], query: String, rows: String)] = [
    ("arroyo/is_bot.py", [], "SELECT is_bot('Googlebot/2.1'), is_bot('Firefox'), is_bot(NULL)", "true,false,\n"),
    (
      "arroyo/haversine.py", [], "SELECT round(haversine(45.46, 9.19, 41.9, 12.5))", "477.0\n"
    ),
    (
      "arroyo/parse_log.py", [],
      "SELECT parse_log('1.2.3.4 - - [t] \"GET /a HTTP/1.1\" 200 12', NULL)::JSON->>'path', parse_log(NULL, 'h')",
      "/a,\n"
    ),
    (
      "risingwave/orders.py", [],
      """
      SELECT with_tax(100, 22), total([{'sku': 'a', 'price': 1.25, 'amount': 3}, {'sku': 'b', 'price': 2, 'amount': 1}]),
        total(NULL), jsonb_get('{"a":[{"b":5}]}'::JSON, 'a.0.b'), next_working_day(TIMESTAMP '2024-03-01 10:00:00', 1),
        array_access(['x', 'y'], 2), array_access(NULL, 2)
      """, "122.0000000000,5.75,0.00,5,2024-03-04 10:00:00,y,\n"
    ),
    ("risingwave/older.py", [], "SELECT digits(12345), scale(2.5, 4)", "15,10.0\n"),
    (
      "databend/handlers.py",
      [
        "--dialect", "databend", "--function", "gcd_py(INT, INT) RETURNS BIGINT LANGUAGE python HANDLER = 'gcd'",
        "--function", "get_host(VARCHAR) -> VARCHAR", "--function", "array_index_of(ARRAY(INT), INT) -> INT",
        "--function", "merge_labels(MAP(VARCHAR, VARCHAR), VARIANT) -> MAP(VARCHAR, VARCHAR)", "--function",
        "risk(DOUBLE, VARCHAR) -> DOUBLE = Risk.score",
      ],
      """
      SELECT gcd_py(12, 18), get_host('https://example.com/x'), get_host(NULL), array_index_of([1, 2, 3], 3),
        merge_labels(MAP {'a': 'b'}, '{"c": "d"}'::JSON), risk(NULL, 'XX')
      """, "6,example.com,,3,\"{a=b, c=d}\",5.0\n"
    ),
    (
      "snowflake/handlers.py",
      [
        "--dialect", "snowflake", "--function", "addone(INT) -> INT = addone_py", "--function",
        "mask(VARCHAR) -> VARCHAR", "--function", "fiscal_quarter(DATE) -> VARCHAR", "--function",
        "round_price(FLOAT) -> NUMBER(10, 2)",
      ],
      "SELECT addone(4), addone(NULL), mask('12345678'), fiscal_quarter(DATE '2024-12-01'), round_price(1.005)",
      "5,,****5678,FY2025-Q1,1.00\n"
    ),
  ]

  @Test(arguments: files.indices)
  func `A file of another system runs unchanged`(index: Int) throws {
    let (file, options, query, rows) = Self.files[index]
    let arguments = ["sql", "--udf", "\(Self.dialects)/\(file)"] + options + ["--format", "csv", query]
    let end = try Clutch().start(arguments).end()
    #expect(end.errors == "")
    #expect(end.output.split(separator: "\n", maxSplits: 1).dropFirst().first.map(String.init) == rows)
  }

  @Test(arguments: [
    (
      ["--function", "f(INT) -> INT"],
      "Error: --function needs a UDF file with its handler; give one with --udf FILE.\n"
    ),
    (
      ["--udf", "h.py", "--function", "nope(INT) -> INT"],
      "Error: declaration 'nope(INT) -> INT': there is no 'nope' for the handler 'nope'; the file's functions are f\n"
    ),
    (
      ["--udf", "h.py", "--function", "f(INT -> INT"],
      "Error: declaration 'f(INT -> INT': at position 7, '->': expected ',' or ')' after parameter 1\n"
    ),
    (
      ["--udf", "h.py", "--udf", "g.py", "--function", "f(INT) -> INT"],
      "Error: declaration 'f(INT) -> INT': 'f' is in h.py, g.py; write the file's name before it, as in \"= h.f\"\n"
    ),
    (
      ["--udf", "h.py", "--udf", "g.py", "--function", "f(INT) -> INT = nope"],
      "Error: declaration 'f(INT) -> INT = nope': there is no 'nope' for its handler in any of h.py, g.py\n"
    ),
    (
      ["--udf", "h.py", "--udf", "g.py", "--function", "f(INT) -> INT = h.nope"],
      """
      Error: declaration 'f(INT) -> INT = h.nope': there is no 'nope' for the handler 'h.nope'; the file's functions are f
      g.py has no UDF: mark a function with @udf, after "from clutch import udf", or give the signature of one that is not \
      marked (--function, or functions: of UDFSource).

      """
    ),
    (
      ["--udf", "h.py", "--udf", "g.py", "--function", "f(INT -> INT"],
      "Error: declaration 'f(INT -> INT': at position 7, '->': expected ',' or ')' after parameter 1\n"
    ),
    (
      ["--udf", "h.py", "--udf", "odd.py", "--function", "f(INT) -> INT"],
      """
      Error: odd.py does not compile:
        File "odd.py", line 1
          def f(
               ^
      SyntaxError: '(' was never closed

      """
    ),
  ])
  func `A declaration that cannot be used says why`(arguments: [String], message: String) throws {
    let clutch = try Clutch()
    for name in ["h.py", "g.py"] { try clutch.write(name, "def f(x):\n    return x\n") }
    try clutch.write("odd.py", "def f(\n")
    let end = try clutch.start(["sql"] + arguments + ["SELECT 1"]).end()
    #expect(end.status == .exited(1))
    #expect(end.errors == message)
  }

  @Test(arguments: [
    "f(INT) -> INT HANDLER = 'm.a'", "f(INT) RETURNS INT LANGUAGE python HANDLER = 'm.a'",
    "f(INT) RETURNS INT HANDLER = 'm.a' LANGUAGE PYTHON IMMUTABLE", "f(INT) -> INT = m.a", "f(INT) -> INT = 'a'",
    "F(x INTEGER) returns integer language Python handler='a' called on null input", "f(INT) -> INT STRICT = Score.of",
    "f(INT) -> INT = string.b", "f(INT) -> INT = b",
  ])
  func `Of several files each declared function is looked for in the one that has its handler`(text: String) throws {
    let clutch = try Clutch()
    try clutch.write("m.py", "def a(x): return 10 * x\nclass Score:\n    of = staticmethod(a)\n")
    try clutch.write("string.py", "import m\ndef b(x): return 10 * x\n")
    let end = try clutch.run(
      "sql", "--udf", "string.py", "--udf", "m.py", "--function", "other(INT) -> INT = a", "--function",
      "another(INT) -> INT = b", "--function", text, "--format", "csv", "SELECT f(4) AS x")
    #expect(end.errors == "")
    #expect(end.output == "x\n40\n")
  }

  @Test func `Inspect shows declared functions`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "h.py", "def area(width, height=1):\n    \"\"\"In square metres.\"\"\"\n    return width * height\n")
    let end = try clutch.run("inspect", "h.py", "--function", "area(DOUBLE, DOUBLE) -> DOUBLE")
    #expect(
      end.output == """
        area  (line 1)
          SQL    area(width DOUBLE, height DOUBLE) -> DOUBLE
          nulls  nulls are passed as None
          vector without Python
          doc    In square metres.

        """)
  }

  @Test(
    arguments: [(3, 13), (3, 12)],
    ["test_sql_types", "test_declared", "test_marked", "test_arrow_types", "test_installation", "test_columns"])
  func `Our Python code passes its own tests in plain Python`(version: (major: Int, minor: Int), file: String) throws {
    let python = try #require(Pyenv.python(version.major, version.minor))
    let end = try RunningProgram(
      python, ["\(Checkout.root)/Tests/PythonUDFTests/Files/\(file).py"], in: NSTemporaryDirectory(),
      environment: ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
    ).end()
    #expect(end.status == .exited(0), "\(end)")
  }
}
