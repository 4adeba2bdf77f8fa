import Columnar
import Testing

@testable import DuckDBEngine

@Suite(.timeLimit(.minutes(30))) struct VectorRoundTripTests {
  @Test(arguments: TestLibrary.allCases, VectorSample.all)
  func `Values go into a column and back`(library: TestLibrary, sample: VectorSample) throws {
    let connection = try library.connect()
    let type = try connection.type(of: sample.query)
    try connection.registerIdentity("same", type)
    try connection.expectSame("SELECT x, same(x) FROM (\(sample.query))")
    #expect(try connection.type(of: "SELECT same(x) FROM (\(sample.query))") == type)
  }

  @Test(arguments: TestLibrary.allCases, VectorSample.all)
  func `Many chunks of them, too, with nulls at random`(library: TestLibrary, sample: VectorSample) throws {
    let connection = try library.connect()
    let type = try connection.type(of: sample.query)
    try connection.registerIdentity("same", type)
    try connection.run("CREATE TABLE t AS SELECT row_number() OVER () AS n, x FROM (\(sample.query))")
    try connection.run(
      """
      CREATE TABLE u AS SELECT i, x FROM range(2500) r(i) JOIN t ON n = 1 + i % (SELECT count(*) FROM t)
      WHERE hash(i) % 3 > 0 UNION ALL SELECT i, NULL FROM range(2500) r(i) WHERE hash(i) % 3 = 0
      """)
    try connection.expectSame("SELECT x, same(x) FROM u ORDER BY i")
    try connection.expectSame("SELECT x, same(x) FROM u WHERE i % 3 = 0")
    try connection.expectSame("SELECT x, same(x) FROM (SELECT any_value(x) AS x FROM u GROUP BY i // 3)")
  }

  @Test(arguments: TestLibrary.allCases, VectorSample.all)
  func `They survive inside lists, structures and arrays`(library: TestLibrary, sample: VectorSample) throws {
    let connection = try library.connect()
    var number = 0
    for outer in [
      "SELECT list(x) AS y FROM (\(sample.query)), range(1100) r(i) GROUP BY i % 2",
      "SELECT {'a': x, 'b': x, 'c': 42} AS y FROM (\(sample.query))",
      """
      SELECT y FROM (SELECT {'a': x, 'b': [x, x]} AS y FROM (\(sample.query)) UNION ALL SELECT NULL), range(400)
      """,
      "SELECT array_value(x, NULL, x) AS y FROM (\(sample.query))",
      "SELECT MAP {1: x, 2: x} AS y FROM (\(sample.query))",
      "SELECT list({'k': x, 'l': [x]}) AS y FROM (\(sample.query)), range(400)",
      "SELECT list(array_value(x, x)) AS y FROM (\(sample.query)), range(600)",
    ] {
      let type = try connection.type(of: outer)
      defer { number += 1 }
      let name = "same_\(number)"
      try connection.registerIdentity(name, type)
      try connection.expectSame("SELECT y, \(name)(y) FROM (\(outer))")
    }
  }
}

extension DuckDBConnection {
  /// Both columns of a query have the same values in every row.
  func expectSame(_ query: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let rows = try rows(query)
    #expect(!rows.isEmpty, sourceLocation: sourceLocation)
    for (index, row) in rows.enumerated() where row[0].description != row[1].description {
      Issue.record(
        "row \(index): \(row[0].description.prefix(300)) became \(row[1].description.prefix(300)); \(query.prefix(200))",
        sourceLocation: sourceLocation)
      return
    }
  }
}
