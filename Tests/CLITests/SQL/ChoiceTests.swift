import TestSupport
import Testing

/// Which Python and which DuckDB are taken.
@Suite struct ChoiceTests {
  private let clutch: Clutch

  init() throws { clutch = try Clutch() }

  private static let versions: [(DuckDBPackage, String)] = [(.duckdb, "v2.0.0"), (.bareduckdb, "v1.5.5")]

  @Test(arguments: versions, [true, false])
  func `A DuckDB is taken by its path, given or in the environment`(
    package: (library: DuckDBPackage, version: String), hasFunctions: Bool
  ) throws {
    let path = try package.library.path()
    let functions = hasFunctions ? ["--udf", Clutch.functions] : []
    let sql = "SELECT library_version AS v, \(hasFunctions ? "twice(4)" : "8") AS x FROM pragma_version()"
    let options = ["sql", "--format", "csv"] + functions + [sql]
    for end in [
      try clutch.start(options + ["--duckdb", path]).end(),
      try clutch.start(options, environment: ["CLUTCH_DUCKDB": path]).end(),
    ] {
      #expect(end.status == .exited(0), "\(end)")
      #expect(end.output == "v,x\n\(package.version),8\n")
    }
  }

  @Test func `A Python is taken by its path, given or in the environment or in .venv`() throws {
    let environment = try Checkout.environment()
    try clutch.write(
      "where.py", "import sys\nfrom clutch import udf\n\n@udf\ndef home() -> str:\n    return sys.prefix\n")
    let options = ["sql", "--format", "csv", "--udf", "where.py", "SELECT home() AS p"]
    for end in [
      try clutch.start(options + ["--python", environment], environment: ["CLUTCH_PYTHON": "no/python"]).end(),
      try clutch.start(options + ["--python", environment + "/bin/python"]).end(),
      try clutch.start(options, environment: ["CLUTCH_PYTHON": environment]).end(),
      try clutch.start(options, environment: ["CLUTCH_PYTHON": nil, "VIRTUAL_ENV": environment]).end(),
    ] {
      #expect(end.status == .exited(0), "\(end)")
      #expect(end.output == "p\n\(environment)\n")
    }
  }

  @Test(.enabled(if: Pyenv.python(3, 12) != nil))
  func `CPython 3.12 works, with a warning`() throws {
    let end = try clutch.run(
      "sql", "--python", Pyenv.python(3, 12) ?? "", "--duckdb", DuckDBPackage.bareduckdb.path(), "--udf",
      Clutch.functions, "--format", "csv",
      "SELECT sum(twice(i)) AS x, greet('duck', true) AS g FROM range(9) t(i) GROUP BY g")
    #expect(end.status == .exited(0), "\(end)")
    #expect(end.output == "x,g\n72,\"Hello, duck!\"\n")
    #expect(end.errors.hasPrefix("clutch: warning: CPython 3.12."))
    #expect(end.errors.contains("Use CPython 3.13 to 3.15.\n"))
  }

  @Test(.enabled(if: Pyenv.python(3, 12) != nil))
  func `Classes are structs on CPython 3.12 too`() throws {
    try clutch.write(
      "f.py",
      """
      from dataclasses import dataclass
      from typing import NamedTuple, NotRequired, TypedDict
      from clutch import udf
      @dataclass
      class Inner: x: int
      class Middle(NamedTuple): inner: list[Inner]
      class Outer(TypedDict): middle: Middle; name: NotRequired[str]
      @udf
      def f(outer: Outer) -> Inner: return outer["middle"].inner[0]
      """)
    let end = try clutch.run(
      "sql", "--python", Pyenv.python(3, 12) ?? "", "--duckdb", DuckDBPackage.bareduckdb.path(), "--udf", "f.py",
      "--format", "csv", "SELECT f({'middle': {'inner': [{'x': 7}]}, 'name': 'n'}).x AS x")
    #expect(end.status == .exited(0), "\(end)")
    #expect(end.output == "x\n7\n")
  }
}
