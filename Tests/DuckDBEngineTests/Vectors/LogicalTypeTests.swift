import CDuckDBABI
import Testing

@testable import DuckDBEngine

@Suite(.timeLimit(.minutes(30))) struct LogicalTypeTests {
  @Test(arguments: TestLibrary.allCases)
  func `A type that is made is the one that was meant`(library: TestLibrary) throws {
    let connection = try library.connect()
    let vectors = VectorColumns(functions: connection.functions)
    for sample in VectorSample.all {
      let type = try connection.type(of: sample.query)
      let made = try vectors.logicalType(type)
      withExtendedLifetime(made) { #expect(SQLType(made.handle, functions: connection.functions) == type) }
    }
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      .decimal(width: 0, scale: 0), .decimal(width: 39, scale: 0), .decimal(width: 4, scale: 5),
      .decimal(width: 4, scale: -1), .enumeration([]), .enumeration(["a", "a"]), .enumeration(["a\0b"]),
      .array(.plain(.integer), count: 0), .array(.plain(.integer), count: 100_000), .structure([]),
      .structure([.init(name: "a", type: .plain(.integer)), .init(name: "A", type: .plain(.integer))]),
      .structure([.init(name: "a\0", type: .plain(.integer))]), .union([]), .unsupported("BIGNUM"),
      .list(.unsupported("BIGNUM")),
    ] as [SQLType])
  func `A type that DuckDB does not have is refused`(library: TestLibrary, type: SQLType) throws {
    let vectors = VectorColumns(functions: try library.load().functions)
    #expect { try vectors.logicalType(type) } throws: { ($0 as? DuckDBError)?.code == .invalidArgument }
  }

  @Test(arguments: TestLibrary.allCases)
  func `A result of type JSON is JSON to SQL`(library: TestLibrary) throws {
    let connection = try library.connect()
    try VectorFunction("as_json", returning: .plain(.json), on: connection) { vectors, input, output in
      try vectors.write(vectors.argument(0, of: input, type: .plain(.varchar)), as: .plain(.json), to: output)
    }
    let rows = try connection.rows(
      """
      SELECT typeof(as_json('{"a": [1]}')), json_extract(as_json('{"a": [1]}'), '$.a[0]'), as_json('{"a": [1]}')->'a',
      as_json('[1, 2]')::INTEGER[], to_json({'b': as_json('{"a": [1]}')})
      """)
    #expect(rows.map { $0.map(\.description) } == [["JSON", "1", "[1]", "[1, 2]", #"{"b":{"a":[1]}}"#]])
    #expect(try connection.type(of: "SELECT as_json('1')") == .plain(.json))
  }
}
