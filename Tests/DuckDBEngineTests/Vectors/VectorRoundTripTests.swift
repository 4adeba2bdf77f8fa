import Columnar
import Testing

@testable import DuckDBEngine

@Suite(.timeLimit(.minutes(5))) struct VectorRoundTripTests {
  /// Values of one type each, as lists for `unnest`, with the type that they have.
  static let samples: [Sample] = plainSamples + temporalSamples + nestedSamples

  struct Sample: CustomTestStringConvertible, Sendable {
    var type: String
    var values: String
    var testDescription: String { String(type.prefix(60)) }

    init(_ type: String, _ values: String) { (self.type, self.values) = (type, values) }

    var query: String { "SELECT unnest([\(values)]::\(type)[]) AS x" }
  }

  static let plainSamples = [
    Sample("BOOLEAN", "true, false, NULL"),
    Sample("TINYINT", "-128, 127, 0, NULL"), Sample("UTINYINT", "0, 255, NULL"),
    Sample("SMALLINT", "-32768, 32767, NULL"), Sample("USMALLINT", "0, 65535, NULL"),
    Sample("INTEGER", "-2147483648, 2147483647, NULL"), Sample("UINTEGER", "0, 4294967295, NULL"),
    Sample("BIGINT", "-9223372036854775808, 9223372036854775807, NULL"),
    Sample("UBIGINT", "0, 18446744073709551615, NULL"),
    Sample(
      "HUGEINT",
      "-170141183460469231731687303715884105728, 170141183460469231731687303715884105727, -1, 0, 1, NULL"),
    Sample("UHUGEINT", "0, 340282366920938463463374607431768211455, 18446744073709551616, NULL"),
    Sample("FLOAT", "0, '-0.0', 'inf', '-inf', 'nan', 3.4028235e38, 1e-45, 0.1, NULL"),
    Sample("DOUBLE", "0, '-0.0', 'inf', '-inf', 'nan', 1.7976931348623157e308, 5e-324, 0.1, NULL"),
    Sample(
      "VARCHAR",
      "'', 'a', 'twelve bytes', 'thirteen byte', NULL, 'nul' || chr(0) || 'in it', '🦆', 'äöü🦆 and more than that', "
        + "repeat('long 🦆 ', 2000)"),
    Sample("JSON", "'{\"a\": [1, null]}', 'null', NULL, '\"text of more than twelve bytes\"'"),
    Sample("BLOB", #"'', '\x00\xFF', 'twelve bytes', 'thirteen byt\xFF', NULL, repeat('long', 1000)::BLOB"#),
    Sample(
      "UUID",
      """
      '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', NULL,
      '7f000000-0000-0000-8000-000000000001', '01234567-89ab-cdef-0123-456789abcdef'
      """),
    Sample("DECIMAL(4,2)", "-99.99, 99.99, 0, NULL, 0.01"), Sample("DECIMAL(1,0)", "-9, 9, NULL"),
    Sample("DECIMAL(9,0)", "-999999999, 999999999, NULL"),
    Sample("DECIMAL(18,18)", "-0.999999999999999999, 0.000000000000000001, NULL"),
    Sample(
      "DECIMAL(38,10)", "-9999999999999999999999999999.9999999999, 9999999999999999999999999999.9999999999, NULL, 0"),
    Sample("\"NULL\"", "NULL, NULL"),
    Sample("ENUM('b', 'a', '', 'a value of some length')", "'a', NULL, 'a value of some length', '', 'b'"),
    Sample(enumeration(255), "'v0', 'v254', NULL"), Sample(enumeration(256), "'v0', 'v255', NULL"),
    Sample(enumeration(66_000), "'v0', 'v65999', NULL"),
  ]

  static let temporalSamples = [
    Sample("DATE", "'1970-01-01', 'infinity', '-infinity', '5877642-06-25 (BC)', '5881580-07-10', NULL"),
    Sample("TIME", "'00:00:00', '23:59:59.999999', '24:00:00', NULL"),
    Sample("TIME_NS", "'00:00:00', '23:59:59.999999999', NULL"),
    Sample("TIMESTAMP_S", "'1970-01-01', '1969-12-31 23:59:59', 'infinity', '-infinity', NULL"),
    Sample("TIMESTAMP_MS", "'1970-01-01', '1969-12-31 23:59:59.999', 'infinity', '-infinity', NULL"),
    Sample("TIMESTAMP", "'1970-01-01', '290309-12-22 (BC) 00:00:00', '294247-01-10 04:00:54.775806', 'infinity', '-infinity', NULL"),
    Sample("TIMESTAMP_NS", "'1970-01-01', '2262-04-11 23:47:16.854775806', 'infinity', '-infinity', NULL"),
    Sample("TIMESTAMPTZ", "'1970-01-01 00:00:00+00', 'infinity', '-infinity', NULL"),
    Sample("INTERVAL", "'1 month -2 days 3 microseconds', '0 days', '-2562047 hours', NULL, '100 years'"),
  ]

  static let nestedSamples = [
    Sample("INTEGER[]", "[1, NULL, 3], [], NULL, [4]"),
    Sample("VARCHAR[]", "['a', 'thirteen byte'], NULL, [NULL], [''], []"),
    Sample("BOOLEAN[]", "[true], [false, NULL], NULL, [true, true]"),
    Sample("DECIMAL(9,1)[][]", "[[1.5], [], NULL], NULL, [], [[NULL, -0.1]]"),
    Sample("STRUCT(a INTEGER, b VARCHAR)", "{'a': 1, 'b': 'x'}, NULL, {'a': NULL, 'b': 'thirteen byte'}"),
    Sample("STRUCT(s STRUCT(t INTEGER[2], u UUID[]))", "{'s': NULL}, {'s': {'t': [1, NULL], 'u': []}}, NULL"),
    Sample("INTEGER[3]", "[1, 2, 3], NULL, [NULL, NULL, 6]"),
    Sample("VARCHAR[2][2]", "[['a', 'b'], NULL], NULL, [['thirteen byte', NULL], ['c', 'd']]"),
    Sample("MAP(VARCHAR, INTEGER)", "MAP {'a': 1, 'b': NULL}, MAP {}, NULL, MAP {'thirteen byte': 3}"),
    Sample("MAP(INTEGER, VARCHAR[])", "MAP {1: ['x', NULL], 2: NULL}, NULL, MAP {3: []}"),
    Sample(
      "STRUCT(a INTEGER, l STRUCT(k INTERVAL, v ENUM('p', 'q')[])[])[]",
      """
      [{'a': 1, 'l': [{'k': '1 day', 'v': ['q', NULL]}, NULL]}, NULL, {'a': NULL, 'l': NULL}], [], NULL,
      [{'a': 2, 'l': []}]
      """),
    Sample("MAP(STRUCT(a INTEGER), MAP(DATE, HUGEINT))", "MAP {{'a': 1}: MAP {'2020-01-01': -5}}, NULL, MAP {}"),
    Sample("STRUCT(\"A b\" INTEGER, \"ö\" JSON)", "{'A b': 1, 'ö': '[]'}, NULL"),
    Sample("\"NULL\"[]", "[NULL, NULL], NULL, []"),
    Sample("INTEGER[2][]", "[[1, 2], NULL], [], NULL, [[3, NULL]]"),
  ]

  static func enumeration(_ count: Int) -> String {
    "ENUM(\((0..<count).map { "'v\($0)'" }.joined(separator: ", ")))"
  }

  @Test(arguments: TestLibrary.allCases, samples)
  func `Values go into a column and back`(library: TestLibrary, sample: Sample) throws {
    let connection = try library.connect()
    let type = try connection.type(of: sample.query)
    try connection.registerIdentity("same", type)
    try connection.expectSame("SELECT x, same(x) FROM (\(sample.query))")
    #expect(try connection.type(of: "SELECT same(x) FROM (\(sample.query))") == type)
  }

  @Test(arguments: TestLibrary.allCases, samples)
  func `Many chunks of them, too, with nulls at random`(library: TestLibrary, sample: Sample) throws {
    let connection = try library.connect()
    let type = try connection.type(of: sample.query)
    try connection.registerIdentity("same", type)
    try connection.run("CREATE TABLE t AS SELECT row_number() OVER () AS n, x FROM (\(sample.query))")
    try connection.run(
      """
      CREATE TABLE u AS SELECT i, CASE WHEN hash(i) % 3 > 0 THEN x END AS x
      FROM range(5000) r(i) JOIN t ON n = 1 + i % (SELECT count(*) FROM t)
      """)
    try connection.expectSame("SELECT x, same(x) FROM u ORDER BY i")
    try connection.expectSame("SELECT x, same(x) FROM u WHERE i % 3 = 0")
    try connection.expectSame("SELECT x, same(x) FROM (SELECT any_value(x) AS x FROM u GROUP BY i // 3)")
  }

  @Test(arguments: TestLibrary.allCases, samples)
  func `They survive inside lists, structures and arrays`(library: TestLibrary, sample: Sample) throws {
    let connection = try library.connect()
    for outer in [
      "SELECT list(x) AS y FROM (\(sample.query)), range(3000) r(i) GROUP BY i % 2",
      "SELECT {'a': x, 'b': x, 'c': 42} AS y FROM (\(sample.query))",
      "SELECT CASE WHEN n % 3 > 0 THEN {'a': x, 'b': [x, x]} END AS y FROM (SELECT row_number() OVER () AS n, x FROM (\(sample.query)))",
      "SELECT array_value(x, NULL, x) AS y FROM (\(sample.query))",
      "SELECT MAP {1: x, 2: x} AS y FROM (\(sample.query))",
      "SELECT list({'k': x, 'l': [x]}) AS y FROM (\(sample.query)), range(1000)",
      "SELECT list(array_value(x, x)) AS y FROM (\(sample.query)), range(1500)",
    ] {
      let type = try connection.type(of: outer)
      let name = "same_\(abs(outer.hashValue))"
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
