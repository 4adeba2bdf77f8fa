import Columnar
import PythonUDF
import TestSupport
import Testing

/// Columns with more bytes or elements than 32-bit offsets reach, with a limit that is low enough for tests.
@Suite(.timeLimit(.minutes(30))) struct LargeColumnTests {
  private static let classes = """
    @dataclass
    class P:
      a: str
      b: list[int]
    class E(enum.Enum):
      red = 'red, and more than eight bytes'
      blue = 'blue, and more than eight bytes'
    """

  /// A result type, what a row returns, and what the results are in the end.
  private static let families: [(type: String, expression: String, isLarge: Bool)] = [
    ("str", "'é' * row", true), ("bytes", "bytes(row)", true), ("Json", "{'a': [row]}", true), ("Any", "[row]", true),
    ("Pickle", "[row]", true),
    ("list[int]", "[row] * row", true),
    ("list[list[str]]", "[['a'] * row, None, []]", true), ("dict[str, int]", "{str(k): k for k in range(row)}", true),
    ("dict[int, list[str]]", "{k: ['x'] * k for k in range(row)}", true), ("P", "P('é' * row, [row] * row)", true),
    ("list[P]", "[P('a', [1])] * row", true), ("E", "E.red if row % 2 else E.blue", false),
    ("int", "row", false), ("UUID", "UUID(int=row)", false), ("list[bool]", "[True] * row", true),
  ]

  @Test(arguments: families)
  func `results are the same`(family: (type: String, expression: String, isLarge: Bool)) async throws {
    try await withPool(
      UDFSource(
        """
        \(typePrelude)
        \(Self.classes)
        @udf
        def f(row: int) -> \(family.type):
          if row % 7 == 3: return None
          if row % 7 == 5: raise ValueError(str(row))
          if row % 11 == 8: return 1j
          return \(family.expression)
        @udf(deterministic=True)
        def known(row: int) -> \(family.type): return f(row)
        """)
    ) { pool in
      for count in [0, 1, 2, 100] {
        let rows = try integers((0..<count).map { $0 % 13 == 12 ? nil : Int64($0 % 40) })
        for function in ["f", "known"] {
          for mode in [UDFErrorMode.null, .collect] {
            let expected = try await pool.evaluate(function, rows, onError: mode)
            let found = try await pool.evaluate(function, rows, mode)
            try found.values.validate(.full)
            if count == 100 { #expect((found.values.type != expected.values.type) == family.isLarge) }
            #expect(try found.values.likeMaps.logicalRows() == expected.values.logicalRows())
            #expect(found.failures == expected.failures)
            #expect(found.failureCount == expected.failureCount)
            #expect(try found.errors?.logicalRows() == expected.errors?.logicalRows())
          }
        }
      }
    }
  }

  @Test(arguments: [
    ("str", "'x' * 5"), ("bytes", "b'x' * 5"), ("list[int]", "[row] * 5"),
    ("dict[int, int]", "dict.fromkeys(range(5))"),
    ("list[str]", "['x' * 5]"), ("P", "P('x' * 5, [])"), ("Json", "'x' * 5"),
  ])
  func `where they may not be large the call fails and says what to do`(type: String, expression: String) async throws {
    let source = "\(typePrelude)\n\(Self.classes)\n@udf\ndef f(row: int) -> \(type): return \(expression)"
    try await withPool(UDFSource(source)) { pool in
      for mode in UDFErrorMode.allCases {
        let options = CallOptions(errorMode: mode, shortReach: 8, allowsLargeColumns: false)
        do {
          _ = try await pool.evaluate(0, integers([0, 1, 2]), options)
          Issue.record("the call did not fail")
        } catch let error as UDFError {
          #expect(error.code == .wrongResult)
          #expect(error.message.hasPrefix("UDF f failed at row 1 of its batch (row=1): "))
          #expect(
            error.message.hasSuffix(
              "are more than the 8 bytes, or elements of lists, that a column takes; call it with fewer rows, or set "
                + "allowsLargeColumns in CallOptions"))
        }
      }
    }
  }

  @Test func `a large list of entries is taken for a map`() async throws {
    var lists = LargeListBuilder(reach: OffsetReach(short: 0, mayBeLong: true))
    try lists.append(elementCount: 2)
    lists.appendNull()
    try lists.append(elementCount: 0)
    let map = try lists.finishMap(
      keys: Column(["a", "b"]), values: Column([1, nil] as [Int64?]),
      keyField: Field(name: "key", type: .utf8, isNullable: false), valueField: Field(name: "value", type: .int64))
    #expect(map.type.largeMapFields != nil)
    for type in ["dict[str, int]", "dict[str, Any]", "Any"] {
      #expect(try await seen(map, as: type) == ["{'a': 1, 'b': None}", "None", "{}"], "\(type)")
    }
    #expect(try await seen(map, as: "list[Any]").count == 3)
  }

  @Test func `rows are those of the batch in failures, logs and what observers get`() async throws {
    let recorder = Recorder<UDFRowFailure>()
    try await withPool(
      of: """
        @udf
        def f(text: str) -> str:
          if len(text) % 10 == 7: raise ValueError(text)
          return text
        """
    ) { pool in
      pool.observeFailures { recorder.append($0) }
      var texts = LargeStringBuilder(reach: OffsetReach(short: 0, mayBeLong: true))
      for row in 0..<30 { try texts.append(String(repeating: "x", count: row)) }
      let result = try await pool.evaluate("f", batch(texts.finish()), .null)
      #expect(result.values.type == .largeUTF8)
      #expect(result.failures.map(\.row) == [7, 17, 27])
      #expect(recorder.values.map(\.row) == [7, 17, 27])
      #expect(recorder.values[0].arguments == #"{"text": "xxxxxxx"}"#)
    }
  }
}

extension CallOptions {
  fileprivate init(errorMode: UDFErrorMode? = nil, shortReach: Int, allowsLargeColumns: Bool = true) {
    self.init(errorMode: errorMode)
    self.shortReach = shortReach
    self.allowsLargeColumns = allowsLargeColumns
  }
}

extension UDFPool {
  fileprivate func evaluate(_ function: String, _ batch: RecordBatch, _ mode: UDFErrorMode) async throws -> UDFResult {
    let place = try #require(signatures.firstIndex { $0.name == function })
    return try await evaluate(place, batch, CallOptions(errorMode: mode, shortReach: 8))
  }
}

extension Column {
  /// The rows of a large list that stands for a map, as a map; all others as they are.
  fileprivate var likeMaps: Column {
    get throws {
      guard let (key, value) = type.largeMapFields else { return self }
      var builder = ListBuilder()
      let lists = try lists()
      for row in 0..<count {
        if lists.isNull(row) {
          builder.appendNull()
        } else {
          try builder.append(elementCount: lists.range(at: row).count)
        }
      }
      let entries = try lists.elements.fieldColumns()
      return try builder.finishMap(keys: entries[0], values: entries[1], keyField: key, valueField: value)
    }
  }
}
