import PythonUDF
import Testing

/// Types whose values nobody can make are refused when the file is loaded, not in each row.
@Suite(.timeLimit(.minutes(30))) struct UnmakeableTypeTests {
  private static let classes = """
    from collections.abc import Sequence
    from dataclasses import dataclass, InitVar
    from typing import NamedTuple, TypedDict
    from arrow_udf import udf as arrow
    from clutch import udf
    @dataclass
    class Plain: x: int
    @dataclass(frozen=True)
    class Frozen: x: int
    @dataclass
    class Needs:
      x: int
      scale: InitVar[int]
    @dataclass
    class Offers:
      x: int
      scale: InitVar[int] = 3
    class Pair(NamedTuple): a: int; b: list[int]
    class Good(NamedTuple): a: int; b: str
    class Loose(TypedDict): a: int

    """

  @Test(arguments: [
    ("dict[list[int], int]", "has a dict with lists as keys, which Python cannot hash"),
    ("dict[tuple[int, ...], int]", "has a dict with lists as keys"),
    ("dict[Sequence[int], int]", "has a dict with lists as keys"),
    ("dict[Plain, int]", "has a dict with objects of Plain as keys"),
    ("dict[Pair, int]", "has a dict with objects of Pair as keys"),
    ("dict[Loose, int]", "has a dict with objects of Loose as keys"),
    ("dict[dict[str, int], int]", "has a dict with dicts as keys"),
    ("list[dict[str, dict[Plain, int]]] | None", "has a dict with objects of Plain as keys"),
    (
      "Needs",
      "has the type Needs, which needs a value for the InitVar 'scale', which is no field; give it a default value"
    ),
    ("list[Needs]", "has the type Needs, which needs a value for the InitVar 'scale'"),
  ])
  func `a parameter of a type that cannot be made is refused`(type: String, problem: String) throws {
    let error = try loadError("\(Self.classes)@udf\ndef f(x: \(type)) -> int: return 1")
    #expect(error.code == .badSignature)
    #expect(error.message.contains("function 'f': parameter 'x' \(problem)"), "\(error.message)")
    #expect(error.message.split(separator: "\n").count == 1)
  }

  @Test(arguments: ["MAP(INT[], INT)", "STRUCT(a MAP(STRUCT(b INT), INT))[]"])
  func `so is one that is declared in SQL`(type: String) throws {
    let error = try loadError("\(Self.classes)@arrow(['\(type)'], 'INT')\ndef f(x): return 1")
    #expect(error.message.contains("function 'f': parameter 'x' has a dict with "), "\(error.message)")
    let other = try loadError(UDFSource("def f(x): return 1", functions: ["f(\(type)) -> INT"]))
    #expect(other.message.contains("function 'f': parameter 'x' has a dict with "), "\(other.message)")
  }

  @Test(arguments: [
    "dict[Frozen, int]", "dict[Good, int]", "dict[str, Plain]", "Offers", "dict[str, list[int]]",
  ])
  func `one that can be made is not`(type: String) async throws {
    try await withPool(UDFSource("\(Self.classes)@udf\ndef f(x: \(type)) -> int: return 1")) { pool in
      #expect(pool.signatures.map(\.name) == ["f"])
    }
  }

  @Test(arguments: ["Needs", "dict[tuple[int, ...], int]"])
  func `a result is only read, and may be of such a type`(type: String) async throws {
    let source =
      "\(Self.classes)@udf\ndef f(x: int) -> \(type): return Needs(x, 2) if '\(type)' == 'Needs' else {(x,): 1}"
    try await withPool(UDFSource(source)) { pool in
      let result = try await pool.evaluate("f", integers([1]), onError: .collect)
      #expect(result.failures.map(\.summary) == [])
    }
  }
}
