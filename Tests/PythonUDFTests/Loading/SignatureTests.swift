import Columnar
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct SignatureTests {
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
    #expect(signature.sqlDescription == "f(z BIGINT, a DOUBLE, m VARCHAR, [b BOOLEAN]) -> BLOB")
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

  @Test func `a parameter with a default may be left out`() async throws {
    try await withPool(of: "@udf\ndef f(x: int, y: int = 3) -> int: return x * y") { pool in
      #expect(pool.signatures[0].sqlDescription == "f(x BIGINT, [y BIGINT]) -> BIGINT")
      #expect(pool.signatures[0].parameters.map(\.isOptional) == [false, false])
      let two = Column([2, nil] as [Int64?])
      try await pool.expect("f", batch(two, Column([5, 6] as [Int64?])), gives: [10, nil])
      try await pool.expect("f", batch(two), gives: [6, nil])
      let error = await #expect(throws: UDFError.self) { try await pool.call("f", rows(1)) }
      #expect(error?.message == "UDF f(x BIGINT, [y BIGINT]) -> BIGINT takes 1 or 2 columns, but 0 were given")
    }
  }

  @Test func `starred parameters take any number of columns`() async throws {
    let source = """
      @udf
      def total(first: float, *more: float | None) -> float:
        return first + sum(x or 0 for x in more)
      @udf
      def strict(*values: int) -> int:
        return sum(values)
      """
    try await withPool(of: source) { pool in
      #expect(
        pool.signatures.map(\.sqlDescription) == [
          "total(first DOUBLE, more DOUBLE...) -> DOUBLE", "strict(values BIGINT...) -> BIGINT",
        ])
      let values = Column([1, 2, nil] as [Int64?])
      try await pool.expect("total", batch(values), givesFloats: [1, 2, nil])
      try await pool.expect("total", batch(values, Column([10, nil, 30] as [Int64?])), givesFloats: [11, 2, nil])
      try await pool.expect("strict", batch(values, values, values, values), gives: [4, 8, nil])
      try await pool.expect("strict", rows(2), gives: [0, 0])
      let error = await #expect(throws: UDFError.self) { try await pool.call("total", rows(1)) }
      #expect(error?.message.hasSuffix("takes at least 1 column, but 0 were given") == true)
      let wrong = await #expect(throws: UDFError.self) {
        try await pool.call("strict", batch(values, values, Column(["a", "b", "c"])))
      }
      #expect(wrong?.message.contains("column 3, for parameter 'values', is utf8") == true)
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
