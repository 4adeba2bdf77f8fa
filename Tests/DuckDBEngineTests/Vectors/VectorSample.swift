import Testing

/// Values of one type, written as the elements of a list in SQL.
struct VectorSample: CustomTestStringConvertible, Sendable {
  var type: String
  var values: String

  init(_ type: String, _ values: String) { (self.type, self.values) = (type, values) }

  var testDescription: String { String(type.prefix(60)) }

  /// A query with a row for each value, in a column `x`.
  var query: String { "SELECT unnest([\(values)]::\(type)[]) AS x" }

  /// Every type that has a column.
  static let all = plain + temporal + nested

  static let plain = [
    VectorSample("BOOLEAN", "true, false, NULL"),
    VectorSample("TINYINT", "-128, 127, 0, NULL"), VectorSample("UTINYINT", "0, 255, NULL"),
    VectorSample("SMALLINT", "-32768, 32767, NULL"), VectorSample("USMALLINT", "0, 65535, NULL"),
    VectorSample("INTEGER", "-2147483648, 2147483647, NULL"), VectorSample("UINTEGER", "0, 4294967295, NULL"),
    VectorSample("BIGINT", "-9223372036854775808, 9223372036854775807, NULL"),
    VectorSample("UBIGINT", "0, 18446744073709551615, NULL"),
    VectorSample(
      "HUGEINT",
      "-170141183460469231731687303715884105728, 170141183460469231731687303715884105727, -1, 0, 1, NULL"),
    VectorSample("UHUGEINT", "'0', '340282366920938463463374607431768211455', '18446744073709551616', NULL"),
    VectorSample(
      "FLOAT",
      "0, '-0.0'::FLOAT, 'inf'::FLOAT, '-inf'::FLOAT, 'nan'::FLOAT, 3.4028235e38::FLOAT, 1e-45::FLOAT, NULL"),
    VectorSample(
      "DOUBLE",
      "'-0.0'::DOUBLE, 'inf'::DOUBLE, '-inf'::DOUBLE, 'nan'::DOUBLE, 1.7976931348623157e308, 5e-324, 0.1, NULL"),
    VectorSample(
      "VARCHAR",
      "'', 'a', 'twelve bytes', 'thirteen byte', NULL, 'nul' || chr(0) || 'in it', '🦆', 'äöü🦆 and more than that', "
        + "repeat('long 🦆 ', 2000)"),
    VectorSample("JSON", "'{\"a\": [1, null]}', 'null', NULL, '\"text of more than twelve bytes\"'"),
    VectorSample("BLOB", #"'', '\x00\xFF', 'twelve bytes', 'thirteen byt\xFF', NULL, repeat('long', 1000)::BLOB"#),
    VectorSample(
      "UUID",
      """
      '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', NULL,
      '7f000000-0000-0000-8000-000000000001', '01234567-89ab-cdef-0123-456789abcdef'
      """),
    VectorSample("DECIMAL(4,2)", "-99.99, 99.99, 0, NULL, 0.01"), VectorSample("DECIMAL(1,0)", "-9, 9, NULL"),
    VectorSample("DECIMAL(9,0)", "-999999999, 999999999, NULL"),
    VectorSample("DECIMAL(18,18)", "-0.999999999999999999, 0.000000000000000001, NULL"),
    VectorSample(
      "DECIMAL(38,10)", "-9999999999999999999999999999.9999999999, 9999999999999999999999999999.9999999999, NULL, 0"),
    VectorSample("\"NULL\"", "NULL, NULL"),
    VectorSample("ENUM('b', 'a', '', 'a value of some length')", "'a', NULL, 'a value of some length', '', 'b'"),
    VectorSample(enumeration(255), "'v0', 'v254', NULL"), VectorSample(enumeration(256), "'v0', 'v255', NULL"),
  ]

  static let temporal = [
    VectorSample("DATE", "'1970-01-01', 'infinity', '-infinity', '5877642-06-25 (BC)', '5881580-07-10', NULL"),
    VectorSample("TIME", "'00:00:00', '23:59:59.999999', '24:00:00', NULL"),
    VectorSample("TIME_NS", "'00:00:00', '23:59:59.999999999', NULL"),
    VectorSample("TIMESTAMP_S", "'1970-01-01', '1969-12-31 23:59:59', 'infinity', '-infinity', NULL"),
    VectorSample("TIMESTAMP_MS", "'1970-01-01', '1969-12-31 23:59:59.999', 'infinity', '-infinity', NULL"),
    VectorSample(
      "TIMESTAMP",
      "'1970-01-01', '290309-12-22 (BC) 00:00:00', '294247-01-10 04:00:54.775806', 'infinity', '-infinity', NULL"),
    VectorSample("TIMESTAMP_NS", "'1970-01-01', '2262-04-11 23:47:16.854775806', 'infinity', '-infinity', NULL"),
    VectorSample("TIMESTAMPTZ", "'1970-01-01 00:00:00+00', 'infinity', '-infinity', NULL"),
    VectorSample("INTERVAL", "'1 month -2 days 3 microseconds', '0 days', '-2562047 hours', NULL, '100 years'"),
  ]

  static let nested = [
    VectorSample("INTEGER[]", "[1, NULL, 3], [], NULL, [4]"),
    VectorSample("VARCHAR[]", "['a', 'thirteen byte'], NULL, [NULL], [''], []"),
    VectorSample("BOOLEAN[]", "[true], [false, NULL], NULL, [true, true]"),
    VectorSample("DECIMAL(9,1)[][]", "[[1.5], [], NULL], NULL, [], [[NULL, -0.1]]"),
    VectorSample("STRUCT(a INTEGER, b VARCHAR)", "{'a': 1, 'b': 'x'}, NULL, {'a': NULL, 'b': 'thirteen byte'}"),
    VectorSample("STRUCT(s STRUCT(t INTEGER[2], u UUID[]))", "{'s': NULL}, {'s': {'t': [1, NULL], 'u': []}}, NULL"),
    VectorSample("INTEGER[3]", "[1, 2, 3], NULL, [NULL, NULL, 6]"),
    VectorSample("VARCHAR[2][2]", "[['a', 'b'], NULL], NULL, [['thirteen byte', NULL], ['c', 'd']]"),
    VectorSample("MAP(VARCHAR, INTEGER)", "MAP {'a': 1, 'b': NULL}, MAP {}, NULL, MAP {'thirteen byte': 3}"),
    VectorSample("MAP(INTEGER, VARCHAR[])", "MAP {1: ['x', NULL], 2: NULL}, NULL, MAP {3: []}"),
    VectorSample(
      "STRUCT(a INTEGER, l STRUCT(k INTERVAL, v ENUM('p', 'q')[])[])[]",
      """
      [{'a': 1, 'l': [{'k': '1 day', 'v': ['q', NULL]}, NULL]}, NULL, {'a': NULL, 'l': NULL}], [], NULL,
      [{'a': 2, 'l': []}]
      """),
    VectorSample("MAP(STRUCT(a INTEGER), MAP(DATE, HUGEINT))", "MAP {{'a': 1}: MAP {'2020-01-01': -5}}, NULL, MAP {}"),
    VectorSample("STRUCT(\"A b\" INTEGER, \"ö\" JSON)", "{'A b': 1, 'ö': '[]'}, NULL"),
    VectorSample("\"NULL\"[]", "[NULL, NULL], NULL, []"),
    VectorSample("INTEGER[2][]", "[[1, 2], NULL], [], NULL, [[3, NULL]]"),
  ]

  static func enumeration(_ count: Int) -> String {
    "ENUM(\((0..<count).map { "'v\($0)'" }.joined(separator: ", ")))"
  }
}
