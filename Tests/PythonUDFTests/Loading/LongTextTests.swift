import PythonUDF
import Testing

/// Texts of any size in what a file says of its functions.
@Suite(.timeLimit(.minutes(30))) struct LongTextTests {
  /// Each has a text of millions of characters at another place; the problem ends, or goes on, as said.
  @Test(arguments: [
    ("udf(null='a' * n)(f)", "takes 'skip' or 'call', not 'aaa"),
    ("udf(name='a b' * n)(f)", "such as 'my_function', not 'a b"),
    ("udf(name='a' * n)(f)", "such as 'my_function', not 'aaa"), ("udf(**{'o' * n: 1})(f)", "@udf has no option 'ooo"),
    ("udf(memory='m' * n)(f)", "or a number of bytes, not 'mmm"),
    ("udf(timeout=[1] * n)(f)", "a number of seconds above 0, not [1, 1"),
    ("f.__name__ = 'f' * n; udf(f)", " has a name of 5,000,000 characters; mark it as udf("),
    ("f.__annotations__['x'] = 'x + ' * n; udf(f)", "cannot be evaluated, 'x + x"),
    ("f.__annotations__['x'] = type('C' * n, (), {}); udf(f)", "CCC… (4,999,"),
    ("f.__annotations__['x'] = enum.Enum('E' * n, []); udf(f)", "has the type EEE"),
    ("f.__annotations__['x'] = Annotated[int, 'a' * n] | str; udf(f)", "has the unsupported type "),
    ("f.__annotations__['x'] = Annotated[datetime, Timestamp('z' * n)]; udf(f)", "there is no time zone named 'zzz"),
    ("f.__annotations__['x'] = Annotated[int, Type('k' * n)]; udf(f)", "annotates int as 'kkk"),
    ("f = eval('lambda ' + 'p' * n + ': 1'); f.__name__ = 'f'; udf(f)", "parameter 'ppp"),
    ("arrow(['X' * n], 'INT')(f)", "SQL type 'XXX"),
    ("arrow(['INT'], 'INT', name='a' * n)(f)", "such as 'my_function', not 'aaa"),
  ])
  func `is cut in the error`(mark: String, problem: String) throws {
    let error = try loadError(
      """
      import enum; from typing import Annotated; from datetime import datetime
      from clutch import udf, Timestamp, Type; from arrow_udf import udf as arrow
      n = 5_000_000
      def f(x: int) -> int: pass
      \(mark)
      @udf
      def last(x) -> int: pass
      """)
    #expect(error.code == .badSignature)
    #expect(error.message.contains(problem), "\(error.message.prefix(2_000))")
    #expect(error.message.contains("function 'last'"))
    #expect(error.message.utf8.count < 5_000)
    #expect(error.message.contains("…") || problem.contains("5,000,000"))
  }

  @Test func `of more problems than an error holds it says how many characters there are`() throws {
    let error = try loadError(
      """
      from clutch import udf
      for i in range(3_000):
        exec(f"@udf\\ndef bad{i:04}(x) -> int: pass")
      """)
    let problem =
      "<string>, line 1: function 'bad0000': parameter 'x' has no annotation; write x: T, where T is "
      + "a type such as int, str, datetime, list[int], a dataclass, or one of these with '| None'\n"
    let leftOut = problem.count * 3_000 - 1 - 100_000
    #expect(error.message.hasPrefix(problem))
    #expect(
      error.message.hasSuffix("… (\(leftOut / 1_000),\(String(leftOut % 1_000 + 1_000).dropFirst()) more characters)"))
  }

  @Test func `what a result does not fit is cut`() async throws {
    let functions = """
      import enum
      E = enum.Enum("E", {"a": "v" * 5_000_000, "b": "w"})
      @udf
      def f(x: int) -> E: return "other"
      """
    try await withPool(of: functions) { pool in
      let failures = try await pool.evaluate("f", integers([1]), onError: .collect).failures
      #expect(failures.map(\.message.count).allSatisfy { $0 < 1_100 })
      #expect(failures.allSatisfy { $0.message.hasSuffix("v… (4,999,800 more characters), w") } && failures.count == 1)
      let error = try await pool.failure(of: "f", integers([1]))
      #expect(error.message.hasSuffix(" more characters), w") && error.message.count < 1_200)
    }
  }

  @Test func `of a list of any length some are named and the rest is counted`() async throws {
    let functions = """
      import enum, sys
      from dataclasses import make_dataclass
      E = enum.Enum("E", {f"a{i}": f"v{i}" for i in range(100_000)})
      C = make_dataclass("C", [("f" * 3_000_000, int)] + [(f"f{i}", int) for i in range(200)])
      @udf
      def f(x: int) -> E: return "other"
      @udf
      def g(c: C, d: C | None) -> C: return c
      @udf
      def k(c: C) -> int: return 1
      for i in range(200):
        exec(f"@udf\\ndef h{i}(x: int) -> int: return x")
      """
    try await withPool(of: functions) { pool in
      let error = try await pool.failure(of: "f", integers([1]))
      #expect(error.message.hasSuffix("v48, v49 and 99950 more"), "\(error.message.suffix(200))")
      #expect(try pool.signature(of: "f").sqlDescription.hasSuffix("'v48', 'v49' and 99950 more)"))
      #expect(try pool.signature(of: "f").result.sqlName.hasSuffix("'v99999')"))
      let signature = try pool.signature(of: "g").sqlDescription
      #expect(signature.hasPrefix("g(c STRUCT(fff") && signature.hasSuffix("f48 BIGINT and 151 more)"))
      #expect(signature.count < 5_000)
      let refused = try await pool.failure(of: "k", integers([1]))
      #expect(refused.message.contains("f48: int and 151 more") && refused.message.count < 20_000)
      let unknown = try await pool.failure(of: "nothing", integers([1]))
      #expect(unknown.message.hasSuffix(" and 153 more."), "\(unknown.message)")
    }
  }

  @Test func `the name of a type is cut`() async throws {
    let functions = """
      import enum
      from dataclasses import make_dataclass
      C = make_dataclass("C" * 10_000_000, [("x", int)])
      E = enum.Enum("E" * 10_000_000, ["a", "b"])
      @udf
      def f(c: C, e: E) -> int: return 1
      """
    try await withPool(of: functions) { pool in
      #expect(pool.signatures.map(\.sqlDescription).allSatisfy { $0.utf8.count < 1_000 })
      for type in pool.signatures[0].parameters.map(\.type) { #expect(String(describing: type).utf8.count < 3_000) }
    }
  }
}
