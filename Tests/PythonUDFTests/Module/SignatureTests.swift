import Columnar
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(1))) struct SignatureTests {
  /// An annotation, and what it means as a parameter.
  struct AnnotationCase: Sendable, CustomTestStringConvertible {
    let annotation: String
    let type: UDFType
    let isOptional: Bool
    var testDescription: String { annotation }

    init(_ annotation: String, _ type: UDFType, optional isOptional: Bool = false) {
      self.annotation = annotation
      self.type = type
      self.isOptional = isOptional
    }

    static let all: [AnnotationCase] = [
      AnnotationCase("int", .int), AnnotationCase("float", .float), AnnotationCase("str", .string),
      AnnotationCase("bool", .bool), AnnotationCase("bytes", .bytes),
      AnnotationCase("int | None", .int, optional: true),
      AnnotationCase("None | str", .string, optional: true),
      AnnotationCase("Optional[float]", .float, optional: true),
      AnnotationCase("typing.Optional[bytes]", .bytes, optional: true),
      AnnotationCase("Union[bool, None]", .bool, optional: true),
      AnnotationCase("Union[None, int]", .int, optional: true),
      AnnotationCase("Optional[Optional[int]]", .int, optional: true),
      AnnotationCase("Union[int]", .int),
      AnnotationCase("'int'", .int), AnnotationCase("'int | None'", .int, optional: true),
      AnnotationCase("'typing.Optional[str]'", .string, optional: true),
      AnnotationCase("Optional['float']", .float, optional: true),
      AnnotationCase("Optional['Distance']", .float, optional: true),
      AnnotationCase("Distance", .float), AnnotationCase("'Distance'", .float),
      AnnotationCase("Distance | None", .float, optional: true),
      AnnotationCase("\"'int'\"", .int),
      AnnotationCase("builtins.bytes", .bytes),
    ]
  }

  @Test(arguments: AnnotationCase.all, [false, true])
  func `an annotation is a type and says whether None is passed`(
    _ annotation: AnnotationCase, isDeferred: Bool
  ) async throws {
    let source = """
      \(isDeferred ? "from __future__ import annotations" : "")
      import builtins, typing
      from typing import Optional, Union
      from clutch import udf
      Distance = float
      @udf
      def f(x: \(annotation.annotation)) -> \(annotation.annotation): pass
      """
    let signature = try await withPool(UDFSource(source)) { $0.signatures[0] }
    let parameter = try #require(signature.parameters.first)
    #expect(parameter.name == "x")
    #expect(parameter.type == annotation.type)
    #expect(parameter.isOptional == annotation.isOptional)
    #expect(signature.result == annotation.type)
    #expect(signature.line == 7)
  }

  @Test func `parameters keep their order`() async throws {
    let signature = try await signatures(
      of: """
        @udf
        def f(z: int, a: float, /, m: str, b: bool = True) -> bytes: pass
        """)[0]
    #expect(signature.parameters.map(\.name) == ["z", "a", "m", "b"])
    #expect(signature.parameters.map(\.type) == [.int, .float, .string, .bool])
    #expect(signature.result == .bytes)
    #expect(signature.sqlDescription == "f(z BIGINT, a DOUBLE, m VARCHAR, b BOOLEAN) -> BLOB")
  }

  @Test func `a function without parameters is called once per row`() async throws {
    try await withPool(of: "@udf\ndef f() -> int: return 7") { pool in
      #expect(pool.signatures[0].parameters.isEmpty)
      #expect(pool.signatures[0].sqlDescription == "f() -> BIGINT")
      try await pool.expect("f", rows(33), gives: Array(repeating: 7, count: 33))
      try await pool.expect("f", rows(0), gives: [] as [Int64?])
    }
  }

  @Test(arguments: ["@udf", "@udf()", "@clutch.udf", "@clutch.udf()"])
  func `both forms of the mark give the function unchanged`(mark: String) async throws {
    let source = UDFSource(
      """
      import clutch
      from clutch import udf
      \(mark)
      def double(x: int) -> int: return 2 * x
      assert double(4) == 8
      """)
    try await withPool(source) { pool in
      #expect(pool.signatures.map(\.name) == ["double"])
      try await pool.expect("double", integers([21]), gives: [42])
    }
  }

  @Test func `several functions of a file come in its order`() async throws {
    try await withPool(file("several.py")) { pool in
      #expect(pool.signatures.map(\.name) == ["zebra", "ape", "mole"])
      #expect(pool.signatures.map(\.line) == [8, 16, 24])
      #expect(pool.signatures.map(\.summary) == ["Add one.", nil, "The first line."])
      #expect(
        pool.signatures.map(\.documentation) == [
          "Add one.", nil, "The first line.\n\nThe rest, indented\n    as it was.",
        ])
      try await pool.expect("zebra", integers([1]), gives: [2])
      try await pool.expect("ape", batch(Column(["a"])), gives: ["A"])
    }
  }

  @Test func `the signature of a decorated function is that of the function`() async throws {
    try await withPool(file("decorated.py")) { pool in
      #expect(
        pool.signatures.map(\.sqlDescription) == [
          "wrapped(x BIGINT, y DOUBLE) -> DOUBLE", "cached(x BIGINT) -> BIGINT", "twice(x BIGINT) -> BIGINT",
          "letters(x VARCHAR) -> VARCHAR", "waited(x BIGINT) -> BIGINT", "scaled(x BIGINT) -> BIGINT",
        ])
      #expect(pool.signatures.map(\.line) == [25, 32, 39, 53, 71, 80])
      #expect(pool.signatures[0].parameters.map(\.isOptional) == [false, true])
      #expect(pool.signatures[0].summary == "Divide.")
      let two = Column([2, 2] as [Int64?])
      try await pool.expect("wrapped", batch(two, Column([4, nil] as [Double?])), givesFloats: [1.5, nil])
      try await pool.expect("cached", integers([3, 3, 3]), gives: [1, 1, 1])
      try await pool.expect("twice", integers([3]), gives: [12])
      try await pool.expect("letters", batch(Column(["abc"])), gives: ["a,b,c"])
      try await pool.expect("waited", integers([3]), gives: [4])
      try await pool.expect("scaled", integers([3]), gives: [30])
    }
  }

  @Test func `parameters with a default are parameters like the others`() async throws {
    try await withPool(of: "@udf\ndef f(x: int, y: int = 3) -> int: return x * y") { pool in
      #expect(pool.signatures[0].sqlDescription == "f(x BIGINT, y BIGINT) -> BIGINT")
      #expect(pool.signatures[0].parameters.map(\.isOptional) == [false, false])
      try await pool.expect("f", batch(Column([2 as Int64?]), Column([5 as Int64?])), gives: [10])
    }
  }

  @Test(arguments: [
    ("", "called once per row"),
    ("a: int", "a null argument gives null without a call"),
    ("a: int | None", "nulls are passed as None"),
    ("a: int | None, b: str | None", "nulls are passed as None"),
    (
      "a: int | None, b: str, c: bool | None",
      "null is passed as None to a, c; a null elsewhere gives null without a call"
    ),
  ])
  func `what a null does is said in one line`(parameters: String, text: String) async throws {
    let signature = try await signatures(of: "@udf\ndef f(\(parameters)) -> int: pass")[0]
    #expect(signature.nullBehavior == text)
  }

  @Test func `a docstring with a lone surrogate does not stop a file from loading`() async throws {
    let signature = try await signatures(
      of: "@udf\ndef f() -> int: pass\nf.__doc__ = 'before \\ud800 after'")[0]
    #expect(signature.summary == "before ? after")
  }

  @Test func `the marked function is called whatever becomes of its name`() async throws {
    try await withPool(of: "@udf\ndef f(x: int) -> int: return x\nf = None") { pool in
      try await pool.expect("f", integers([5]), gives: [5])
    }
  }

  @Test func `names that are not ASCII are kept`() async throws {
    let signature = try await signatures(of: "@udf\ndef größe(länge: float) -> float: 'Größe in 米 𝛼'")[0]
    #expect(signature.sqlDescription == "größe(länge DOUBLE) -> DOUBLE")
    #expect(signature.summary == "Größe in 米 𝛼")
  }
}
