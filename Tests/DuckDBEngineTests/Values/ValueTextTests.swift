import DuckDBEngine
import Testing

/// What is read and rendered here against what DuckDB's own cast gives for the same expression.
@Suite struct ValueTextTests {
  static let expressions =
    expressionsWithoutArrays + [
      "[1, 2, 3]::INTEGER[3]", "[['a', NULL], ['b', 'c']]::VARCHAR[2][2]", "NULL::INTEGER[2]",
    ]

  static let expressionsWithoutArrays = [
    "true", "false",
    "(-128)::TINYINT", "127::TINYINT", "(-32768)::SMALLINT", "(-2147483648)::INTEGER",
    "(-9223372036854775808)::BIGINT", "9223372036854775807", "255::UTINYINT", "65535::USMALLINT",
    "4294967295::UINTEGER", "18446744073709551615::UBIGINT", "1::UBIGINT",
    "(-170141183460469231731687303715884105728)::HUGEINT", "170141183460469231731687303715884105727::HUGEINT",
    "(-1)::HUGEINT", "18446744073709551616::HUGEINT", "0::UHUGEINT",
    "340282366920938463463374607431768211455::UHUGEINT",
    "1.5::FLOAT", "(-0.1)::FLOAT", "1e10::FLOAT", "3.4028235e38::FLOAT", "1e-40::FLOAT", "'nan'::FLOAT",
    "16777216::FLOAT",
    "'-inf'::FLOAT", "0.1::DOUBLE", "1e15::DOUBLE", "1e16::DOUBLE", "123456789012345678::DOUBLE",
    "1e-4::DOUBLE", "1e-5::DOUBLE", "1.25e-7::DOUBLE", "1e100::DOUBLE", "1.7976931348623157e308::DOUBLE",
    "5e-324::DOUBLE",
    "(-0.0)::DOUBLE", "0::DOUBLE", "100::DOUBLE", "1234.5678::DOUBLE", "9007199254740993::DOUBLE",
    "99999999999999999::DOUBLE", "'nan'::DOUBLE", "'inf'::DOUBLE", "'-inf'::DOUBLE",
    "1.5::DECIMAL(4,1)", "(-0.05)::DECIMAL(4,2)", "(-12345.678)::DECIMAL(9,3)", "0.000001::DECIMAL(9,9)",
    "5::DECIMAL(3,0)",
    "(-123456789012345.678)::DECIMAL(18,3)", "0::DECIMAL(18,18)",
    "(-12345678901234567890123456789012345.678)::DECIMAL(38,3)",
    "0.00000000000000000000000000000000000001::DECIMAL(38,38)",
    "'duck'", "''", "'exactly 12 b'", "'thirteen byte'", "'Ärger 鴨 🦆 e\u{301}'", "E'line\\nbreak'",
    "'a\"b''c'",
    "'\\xAA\\x00abc\\x22\\x27\\x5C~ '::BLOB", "''::BLOB",
    "DATE '1970-01-01'", "DATE '2024-02-29'", "DATE '0001-01-01'", "DATE '0044-03-15 (BC)'",
    "DATE '0001-12-31 (BC)'",
    "DATE '5877641-06-23'", "'infinity'::DATE", "'-infinity'::DATE", "DATE '1969-12-31'",
    "DATE '12345-06-07'", "DATE '290308-12-21 (BC)'",
    "TIME '00:00:00'", "TIME '23:59:59.999999'", "TIME '12:34:56.5'", "TIME '24:00:00'",
    "'12:34:56.123456789'::TIME_NS", "'00:00:00.000000001'::TIME_NS",
    "'12:34:56+05:30'::TIMETZ", "'12:34:56.789-08'::TIMETZ", "'00:00:00+15:59:59'::TIMETZ",
    "'00:00:00-15:59:59'::TIMETZ", "'01:02:03-00:30'::TIMETZ",
    "TIMESTAMP '1992-09-20 11:30:00'", "TIMESTAMP '1969-12-31 23:59:59.999999'",
    "TIMESTAMP '2024-01-01 00:00:00.12'",
    "TIMESTAMP '0044-03-15 (BC) 12:00:00'", "'infinity'::TIMESTAMP", "'-infinity'::TIMESTAMP",
    "TIMESTAMP_S '1992-09-20 11:30:01'", "'infinity'::TIMESTAMP_S", "TIMESTAMP_MS '1992-09-20 11:30:01.25'",
    "TIMESTAMP_MS '1960-09-20 11:30:01.001'", "'-infinity'::TIMESTAMP_MS",
    "TIMESTAMP_NS '1992-09-20 11:30:00.123456789'", "TIMESTAMP_NS '1960-01-01 00:00:00.000000001'",
    "TIMESTAMP_NS '1992-09-20 11:30:00.123'", "'infinity'::TIMESTAMP_NS",
    "TIMESTAMPTZ '1992-09-20 11:30:00.5+00'", "'-infinity'::TIMESTAMPTZ",
    "TIMESTAMPTZ '0044-03-15 (BC) 12:00:00+00'",
    "INTERVAL 0 DAY", "INTERVAL '1 year 2 months 3 days 04:05:06.789'", "INTERVAL '-1 year -2 months'",
    "INTERVAL '13 months -1 day'",
    "INTERVAL '-25 hours'", "INTERVAL '-0.000001 seconds'", "INTERVAL '100 hours'",
    "INTERVAL '1 month -00:00:01'", "INTERVAL '-1 day'",
    "'00112233-4455-6677-8899-aabbccddeeff'::UUID", "'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID",
    "'00000000-0000-0000-0000-000000000000'::UUID",
    "'b'::ENUM('a', 'b', 'c d')", "'1'::BIT", "'0101011'::BIT", "'00000000'::BIT", "'1010101010101'::BIT",
    "bitstring('1', 100)",
    "NULL", "NULL::VARCHAR",
    "[1, NULL, -3]", "[]::INTEGER[]", "[[1], [], NULL, [2, 3]]", "[NULL]", "[1.50, -2.25]", "[true, false]",
    "['a', 'b c', ' lead', 'trail ', '', 'null', 'NuLL', 'it''s', 'q\"', 'a,b', 'a:b', 'a=b', '[x]', '{y}', '(z)', 'back\\''both', 'new\nline', '\t', 'ü ', 'a''b\\c']",
    "[DATE '2024-01-01', DATE '0044-03-15 (BC)']", "[TIMESTAMP '2024-01-01 01:02:03']",
    "[INTERVAL '1 day 01:00:00']", "['\\xAA,'::BLOB]", "[TIME '01:02:03']",
    "['nan'::DOUBLE, 1e100]", "['00112233-4455-6677-8899-aabbccddeeff'::UUID]", "['101'::BIT]",
    "[(-1)::HUGEINT]", "['x y'::ENUM('x y', 'z')]", "['12:34:56+05:30'::TIMETZ]",
    "[TIMESTAMPTZ '1992-09-20 11:30:00+00']",
    "{'a': 1, 'b c': 'x', 'it''s': NULL, 'd': [1, 2], 'e': {'f': 'g, h'}}", "row(1, 'x, y', NULL)",
    "{'back\\slash': ''}", "{'a': NULL::STRUCT(b INTEGER)}", "NULL::STRUCT(b INTEGER)",
    "MAP {'k': 1, 'k 2': NULL, 'k=3': 3}", "MAP {1: {'a': 'b'}, 2: NULL}", "MAP {}", "MAP {[1, 2]: ['x']}",
    "MAP {DATE '2024-01-01': TIME '01:02:03'}",
    "union_value(num := 2)", "union_value(str := 'a, b')", "[union_value(str := 'a, b')]",
    "{'u': union_value(l := [1, 2])}", "[union_value(str := NULL::VARCHAR)]",
    "union_value(str := NULL::VARCHAR)",
    "[{'a': 'x', 'b': [union_value(n := 1)]}]", "MAP {'a': union_value(s := 'x y')}",
  ]

  @Test("Every type is written as DuckDB's cast writes it", arguments: TestLibrary.allCases)
  func texts(library: TestLibrary) throws {
    let connection = try library.connect()
    try? connection.run("SET TimeZone = 'UTC'")
    for expression in Self.expressions {
      let rows = try connection.rows("SELECT x, CAST(x AS VARCHAR) FROM (SELECT \(expression) AS x)")
      #expect(rows.count == 1)
      #expect(rows.first?.first?.description == rows.first?.last?.description, "\(expression)")
    }
  }

  @Test(
    "A type that is not supported says so and does no harm", arguments: TestLibrary.allCases,
    [
      "123::BIGNUM", "[1::BIGNUM, NULL]", "{'a': 1::BIGNUM}", "1::VARIANT", "MAP {1: 2::BIGNUM}",
      "union_value(b := 1::BIGNUM)",
    ])
  func unsupported(library: TestLibrary, expression: String) throws {
    let rows = try library.connect().rows("SELECT \(expression) UNION ALL SELECT NULL")
    #expect(rows.first?.first?.description.contains("is not supported>") == true)
    #expect(rows.last == [.null])
  }

  /// Where versions differ.
  static let newerExpressions = ["['back\\slash', 'a']", "[['a', NULL], ['b,c', '']]::VARCHAR[2][2]"]

  @Test("Where versions differ, texts are those of DuckDB 2", arguments: newerExpressions)
  func newerTexts(expression: String) throws {
    let rows = try TestLibrary.duckdbWheel.connect().rows(
      "SELECT x, CAST(x AS VARCHAR) FROM (SELECT \(expression) AS x)")
    #expect(rows.first?.first?.description == rows.first?.last?.description)
  }

  @Test("Arrays keep their rows, with nulls between", arguments: TestLibrary.allCases)
  func arrays(library: TestLibrary) throws {
    let rows = try library.connect().rows(
      """
      SELECT [1, 2]::INTEGER[2] AS x UNION ALL SELECT NULL UNION ALL SELECT [3, NULL]::INTEGER[2]
      """)
    #expect(rows == [[.list([.integer(1), .integer(2)])], [.null], [.list([.integer(3), .null])]])
  }

  @Test(
    "Enumerations of every width are read", arguments: TestLibrary.allCases,
    [1, 255, 256, 257, 65535, 65536, 65537])
  func enumerations(library: TestLibrary, count: Int) throws {
    let connection = try library.connect()
    try connection.run("CREATE TYPE many AS ENUM (SELECT 'v' || i FROM range(\(count)) t(i))")
    let rows = try connection.rows("SELECT ('v' || i)::many FROM (VALUES (0), (\(count - 1))) t(i)")
    #expect(rows == [[.text("v0")], [.text("v\(count - 1)")]])
  }

  @Test("Types are named as DuckDB names them", arguments: TestLibrary.allCases)
  func types(library: TestLibrary) throws {
    let connection = try library.connect()
    for expression in Self.expressions {
      let statements = try connection.execute("SELECT \(expression), typeof(\(expression))")
      let result = try #require(try statements.next())
      let name = try result.nextRows()?[0, 1].description
      if name?.contains("NULL") == true { continue }  // A bare NULL gets a type when it leaves the query.
      #expect(result.columns.first?.type.description == name, "\(expression)")
    }
  }

  @Test(
    "Values keep their rows, with nulls between", arguments: TestLibrary.allCases,
    // DuckDB 2 cannot join arrays with nulls.
    expressionsWithoutArrays)
  func manyRows(library: TestLibrary, expression: String) throws {
    let connection = try library.connect()
    try? connection.run("SET TimeZone = 'UTC'")
    let rows = try connection.rows(
      """
      SELECT x, CAST(x AS VARCHAR) FROM
        (SELECT x FROM range(2500) t(i) LEFT JOIN
          (SELECT k, \(expression) AS x FROM (VALUES (0), (2)) v(k)) ON i % 3 = k)
      """)
    #expect(rows.count == 2500)
    #expect(rows.allSatisfy { $0[0].description == $0[1].description })
  }
}
