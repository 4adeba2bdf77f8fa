import Columnar
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct WrongArgumentsTests {
  private static let functions = """
    @udf
    def none() -> int: return 1
    @udf
    def one(x: int) -> int: return x
    @udf
    def two(x: float, y: str | None) -> bool: return True
    """

  @Test(arguments: [
    ("none", 1, "UDF none() -> BIGINT takes no columns, but 1 was given"),
    ("one", 0, "UDF one(x BIGINT) -> BIGINT takes 1 column, but 0 were given"),
    ("one", 2, "UDF one(x BIGINT) -> BIGINT takes 1 column, but 2 were given"),
    ("two", 1, "UDF two(x DOUBLE, y VARCHAR) -> BOOLEAN takes 2 columns, but 1 was given"),
    ("two", 3, "UDF two(x DOUBLE, y VARCHAR) -> BOOLEAN takes 2 columns, but 3 were given"),
  ])
  func `a wrong number of columns is named`(function: String, count: Int, message: String) async throws {
    try await withPool(of: Self.functions) { pool in
      let columns = Array(repeating: Column([1 as Int64?]), count: count)
      let error = try await pool.failure(of: function, batch(columns, rowCount: 1))
      #expect(error.code == .wrongArguments)
      #expect(error.message == message)
      #expect(error.row == nil)
    }
  }

  private static let columns = [
    Column([1 as Int8?]), Column([1 as Int16?]), Column([1 as Int32?]), Column([1 as Int64?]),
    Column([1 as UInt8?]),
    Column([1 as UInt16?]), Column([1 as UInt32?]), Column([1 as UInt64?]), Column([1 as Float?]),
    Column([1 as Double?]), Column([true]), Column(["a"]), Column([[1] as [UInt8]?]), .null(count: 1),
  ]
  private static let integerTypes: [ColumnType] = [
    .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64,
  ]

  @Test(
    arguments: [
      ("int", "an integer column", integerTypes),
      ("float", "a floating-point, integer or decimal column", integerTypes + [.float32, .float64]),
      ("bool", "a bool column", [.bool]), ("str", "a utf8 column", [.utf8]),
      ("bytes", "a binary column", [.binary]),
    ] as [(String, String, [ColumnType])])
  func `a parameter takes the columns of its type and names the others`(
    type: String, taken: String, accepted: [ColumnType]
  ) async throws {
    try await withPool(of: "@udf\ndef f(first: int, x: \(type)) -> bool: return True") { pool in
      for column in Self.columns {
        let given = try batch(Column([1 as Int64?]), column)
        if column.type == .null {
          try await pool.expect("f", given, gives: [nil] as [Bool?])
        } else if accepted.contains(column.type) {
          try await pool.expect("f", given, gives: [true])
        } else {
          let error = try await pool.failure(of: "f", given)
          #expect(error.code == .wrongArguments)
          #expect(
            error.message
              == "UDF f: column 2, for parameter 'x', is \(column.type), but \(type) takes \(taken)")
        }
      }
    }
  }

  @Test func `an empty batch of wrong types is refused too`() async throws {
    try await withPool(of: Self.functions) { pool in
      let error = try await pool.failure(of: "one", batch(Column([] as [String?])))
      #expect(error.code == .wrongArguments)
    }
  }
}
