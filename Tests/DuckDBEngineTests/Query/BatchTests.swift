import Columnar
import DuckDBEngine
import Tabular
import Testing

/// Results as record batches.
@Suite(.timeLimit(.minutes(30))) struct BatchTests {
  private func result(_ sql: String, on connection: DuckDBConnection) throws -> DuckDBResult {
    try #require(try connection.execute(sql).next())
  }

  @Test(arguments: TestLibrary.allCases)
  func `A result has a schema and batches, which stay when it is gone`(library: TestLibrary) throws {
    var result: DuckDBResult? = try result(
      "SELECT i, 'row ' || i AS text FROM range(5000) t(i) ORDER BY i", on: library.connect())
    #expect(result?.schema == Schema([Field(name: "i", type: .int64), Field(name: "text", type: .utf8)]))
    var batches: [RecordBatch] = []
    while let batch = try result?.nextBatch() { batches.append(batch) }
    #expect(try result?.nextBatch() == nil)
    result = nil
    #expect(batches.allSatisfy { (1...2_048).contains($0.rowCount) })
    #expect(try batches.flatMap { try $0.columns[0].toArray(of: Int64.self) } == (0..<5_000).map(Int64.init))
    #expect(try batches.last?.column(named: "text")?.toArray(of: String.self).last == "row 4999")
  }

  @Test(arguments: TestLibrary.allCases)
  func `A statement without rows has no batches`(library: TestLibrary) throws {
    let connection = try library.connect()
    for statement in ["CREATE TABLE t (i INTEGER)", "INSERT INTO t VALUES (1)", "SET threads = 1"] {
      let result = try result(statement, on: connection)
      #expect(result.schema.count == 0)
      #expect(try result.nextBatch() == nil)
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `Every type is written from batches as DuckDB's cast writes it`(library: TestLibrary) throws {
    let connection = try library.connect()
    try? connection.run("SET TimeZone = 'UTC'")
    for expression in ValueTextTests.expressions {
      // A union of a null is a value to us, and null to the cast.
      let isUnionOfNull = expression.hasPrefix("union_value(str := NULL")
      let csv = try connection.written("SELECT x FROM (SELECT \(expression) AS x)", as: .csv)
      let cast = try connection.written("SELECT x::VARCHAR AS x FROM (SELECT \(expression) AS x)", as: .csv)
      #expect(isUnionOfNull ? csv == "x\nNULL\n" : csv == cast, "\(expression)")
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `The head of a table names every type`(library: TestLibrary) throws {
    let connection = try library.connect()
    for (type, name) in [
      ("TIMESTAMPTZ", "timestamptz"), ("TIMETZ", "timetz"), ("TIMESTAMP_S", "timestamp_s"), ("TIME_NS", "time_ns"),
      ("TIMESTAMP_MS", "timestamp_ms"), ("TIMESTAMP_NS", "timestamp_ns"), ("TIMESTAMP", "timestamp"), ("BIT", "bit"),
      ("HUGEINT", "hugeint"), ("UHUGEINT", "uhugeint"), ("UUID", "uuid"), ("BLOB", "blob"), ("DATE", "date"),
      ("TIME", "time"), ("INTERVAL", "interval"), ("ENUM('a')", "enum"), ("UNION(a INTEGER)", "union"),
      ("STRUCT(a INTEGER)", "struct"), ("MAP(UTINYINT, TIMETZ[])", "map(utinyint, timetz[])"), ("FLOAT", "float"),
      ("DECIMAL(9,2)[3]", "decimal(9,2)[3]"), ("BIGNUM", "bignum"), ("BOOLEAN", "boolean"), ("UBIGINT", "ubigint"),
    ] {
      let lines = try connection.written("SELECT NULL::\(type) AS x", as: .table).split(separator: "\n")
      #expect(lines[2].split(separator: "│").first?.trimmingPrefix(" ").hasPrefix(name) == true, "\(type): \(lines)")
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `A union is a struct of a tag and its members`(library: TestLibrary) throws {
    let connection = try library.connect()
    try connection.run("CREATE TABLE t (u UNION(n INTEGER, s VARCHAR)); INSERT INTO t VALUES (1), ('a'), (NULL)")
    let result = try result("FROM t", on: connection)
    let field = result.schema[0]
    #expect(field.extensionName == "clutch.union")
    #expect(field.type.description == "struct<tag: uint8, n: int32, s: utf8>")
    let column = try #require(try result.nextBatch()).columns[0]
    let members = try column.fieldColumns()
    #expect((0..<3).map { column.isNull($0) } == [false, false, true])
    #expect(try members[0].toArray(of: UInt8.self).prefix(2) == [0, 1])
    #expect(try members[1].toArray(of: Int32.self) == [1, nil, nil])
    #expect(try members[2].toArray(of: String.self) == [nil, "a", nil])
  }

  @Test(arguments: TestLibrary.allCases)
  func `An interval that Arrow cannot hold is an error in batches, and written whole`(library: TestLibrary) throws {
    let connection = try library.connect()
    let long = "INTERVAL (3000000) HOUR"
    let error = #expect(throws: DuckDBError.self) {
      _ = try self.result("SELECT \(long) AS x", on: connection).nextBatch()
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("3000000:00:00") == true)
    #expect(error?.message.hasSuffix("or cast it to VARCHAR") == true)
    let fitting = try result("SELECT INTERVAL '1 month 2 days 3 seconds' AS x", on: connection)
    #expect(fitting.schema[0].type == .interval(.monthDayNano))
    #expect(try #require(try fitting.nextBatch()).columns[0].description.contains("1 months 2 d 3000000000 ns"))
    #expect(
      try connection.written("SELECT [\(long)] AS x, \(long) AS y", as: .csv)
        == "x,y\n['3000000:00:00'],3000000:00:00\n")
    #expect(try connection.rows("SELECT \(long)").first?.first?.description == "3000000:00:00")
  }

  @Test(arguments: TestLibrary.allCases)
  func `Values that cannot be read are told from none`(library: TestLibrary) throws {
    let text = try library.connect().written("SELECT 1::BIGNUM AS x UNION ALL SELECT NULL", as: .csv)
    #expect(
      Set(text.split(separator: "\n", omittingEmptySubsequences: false)) == ["x", "<BIGNUM is not supported>", ""])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A batch passes the checks for what comes from outside`(library: TestLibrary) throws {
    let result = try result("SELECT TIMESTAMP '2024-01-01 00:00:00' AS t, 7::HUGEINT AS h", on: library.connect())
    let batch = try #require(try result.nextBatch())
    try batch.validate(.full)
    #expect(batch.schema[1].extensionName == "arrow.opaque")
  }
}
