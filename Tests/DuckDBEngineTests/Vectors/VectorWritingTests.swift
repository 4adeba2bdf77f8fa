import CDuckDBABI
import Columnar
import Testing

@testable import DuckDBEngine

@Suite(.timeLimit(.minutes(30))) struct VectorWritingTests {
  /// A column written as a type, and read by the reader of results.
  static func values(_ column: Column, as type: SQLType, in library: TestLibrary) throws -> [String] {
    let vector = try LooseVector(type, in: library)
    try vector.write(column)
    return try vector.values(count: column.count)
  }

  static func fixed<T: FixedWidthColumnElement>(_ type: ColumnType, _ values: [T?]) throws -> Column {
    var builder = try FixedWidthBuilder<T>(type: type)
    for value in values { if let value { builder.append(value) } else { builder.appendNull() } }
    return builder.finish()
  }

  static func list(_ counts: [Int?], _ elements: Column) throws -> Column {
    var builder = ListBuilder()
    for count in counts { if let count { try builder.append(elementCount: count) } else { builder.appendNull() } }
    return try builder.finish(elements: elements)
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      (Column([1] as [Int32?]), .plain(.bigint)), (Column([1] as [Int64?]), .plain(.timestamp)),
      (Column(["a"] as [String?]), .plain(.blob)), (Column(["a"] as [String?]), .enumeration(["a"])),
      (Column([[1]] as [[UInt8]?]), .plain(.varchar)), (Column([true] as [Bool?]), .plain(.utinyint)),
      (Column([1] as [Int32?]), .plain(.null)), (Column([1] as [Int32?]), .list(.plain(.integer))),
      (Column([1] as [Int32?]), .structure([.init(name: "a", type: .plain(.integer))])),
      (Column([1] as [Int128?]), .decimal(width: 18, scale: 0)),
    ] as [(Column, SQLType)])
  func `A column of another type is refused`(library: TestLibrary, sample: (column: Column, type: SQLType)) throws {
    let (column, type) = sample
    let vector = try LooseVector(type, in: library)
    let error = message { try vector.write(column) }
    #expect(error == "a \(column.type) column cannot become \(type), which takes \(try VectorShape(type).columnType)")
  }

  @Test(arguments: TestLibrary.allCases)
  func `So are nested ones that differ inside`(library: TestLibrary) throws {
    let numbers = Column([1, 2] as [Int32?])
    var structs = StructBuilder()
    structs.append()
    structs.append()
    let structure = try structs.finish(fields: [Field(name: "b", type: .int32)], columns: [numbers])
    let cases: [(Column, SQLType)] = [
      (try Self.list([2], numbers), .list(.plain(.bigint))),
      (try Self.list([2], numbers), .array(.plain(.integer), count: 2)),
      (structure, .structure([.init(name: "a", type: .plain(.integer))])),
      (structure, .structure([.init(name: "b", type: .plain(.integer)), .init(name: "c", type: .plain(.integer))])),
      (structure, .map(key: .plain(.integer), value: .plain(.integer))),
    ]
    for (column, type) in cases {
      #expect(message { _ = try Self.values(column, as: type, in: library) }.contains("cannot become \(type)"))
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `Slices are written from their first row on`(library: TestLibrary) throws {
    let numbers = Column((0..<200).map { row -> Int32? in row % 5 == 0 ? nil : Int32(row) })
    let texts = Column((0..<200).map { row -> String? in row % 7 == 0 ? nil : "text number \(row)" })
    let booleans = Column((0..<200).map { row -> Bool? in row % 11 == 0 ? nil : row % 3 == 0 })
    let counts = (0..<100).map { row -> Int? in row % 6 == 0 ? nil : row % 4 }
    let total = counts.reduce(0) { $0 + ($1 ?? 0) }
    let lists = try Self.list(counts, Column((0..<total).map { row -> Int64? in Int64(row) }))
    var builder = StructBuilder()
    for row in 0..<200 { if row % 13 == 0 { builder.appendNull() } else { builder.append() } }
    let structs = try builder.finish(
      fields: [Field(name: "n", type: .int32), Field(name: "t", type: .utf8)], columns: [numbers, texts])
    let structType = SQLType.structure([
      .init(name: "n", type: .plain(.integer)), .init(name: "t", type: .plain(.varchar)),
    ])
    let cases: [(Column, SQLType)] = [
      (numbers, .plain(.integer)), (texts, .plain(.varchar)), (booleans, .plain(.boolean)),
      (lists, .list(.plain(.bigint))), (structs, structType),
    ]
    for (column, type) in cases {
      let all = try Self.values(column, as: type, in: library)
      for range in [1..<90, 8..<9, 63..<99, 64..<65, 7..<100, 50..<50, 3..<67] {
        #expect(try Self.values(column.slice(range), as: type, in: library) == Array(all[range]), "\(type) \(range)")
      }
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `A null structure, list or array has nulls inside`(library: TestLibrary) throws {
    var builder = StructBuilder()
    builder.append()
    builder.appendNull()
    let inner = try Self.list([1, 1], Column([1, 2] as [Int64?]))
    let column = try builder.finish(fields: [Field(name: "l", type: inner.type)], columns: [inner])
    let vector = try LooseVector(.structure([.init(name: "l", type: .list(.plain(.bigint)))]), in: library)
    try vector.write(column)
    #expect(try vector.values(count: 2) == ["{'l': [1]}", "NULL"])
    let child = try #require(vector.member(0))
    let duckdb = vector.columns.functions.pointee
    #expect(duckdb.vector_get_validity(child)?.pointee == ~2)
    let elements = try #require(duckdb.list_vector_get_child(child))
    #expect(duckdb.vector_get_validity(elements)?.pointee == ~2)
  }

  @Test(arguments: TestLibrary.allCases, VectorSample.all)
  func `A column of type null goes everywhere`(library: TestLibrary, sample: VectorSample) throws {
    let type = try library.connect().type(of: sample.query)
    #expect(try Self.values(.null(count: 100), as: type, in: library) == .init(repeating: "NULL", count: 100))
    #expect(try Self.values(.null(count: 0), as: type, in: library).isEmpty)
    let lists = try Self.list([2, nil, 0], .null(count: 2))
    #expect(try Self.values(lists, as: .list(type), in: library) == ["[NULL, NULL]", "NULL", "[]"])
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      (.second, [0, 86_399, 86_400, -86_401], ["00:00:00", "23:59:59", "1 day", "-1 day -00:00:01"]),
      (.millisecond, [1, -1, 86_400_001], ["00:00:00.001", "-00:00:00.001", "1 day 00:00:00.001"]),
      (.microsecond, [1, .max], ["00:00:00.000001", "106751991 days 04:00:54.775807"]),
      (.nanosecond, [1_000, -86_400_000_001_000], ["00:00:00.000001", "-1 day -00:00:00.000001"]),
    ] as [(TimeUnit, [Int64], [String])])
  func `Durations become days and microseconds`(
    library: TestLibrary, values: (unit: TimeUnit, counts: [Int64], texts: [String])
  ) throws {
    let column = try Self.fixed(.duration(values.unit), values.counts)
    #expect(try Self.values(column, as: .plain(.interval), in: library) == values.texts)
  }

  @Test(arguments: TestLibrary.allCases)
  func `What an INTERVAL cannot hold is an error that names it`(library: TestLibrary) throws {
    func error(_ column: Column) -> String {
      message { _ = try Self.values(column, as: .plain(.interval), in: library) }
    }
    #expect(
      error(try Self.fixed(.duration(.nanosecond), [1_000, nil, 1_500] as [Int64?]))
        == "the duration of 1500 ns at row 2 is finer than the microseconds of an INTERVAL; round it")
    #expect(
      error(try Self.fixed(.duration(.second), [Int64.max]))
        .hasPrefix("the duration of 9223372036854775807 s at row 0"))
    #expect(
      error(Column([MonthDayNanoInterval(months: 1, days: -2, nanoseconds: 7)] as [MonthDayNanoInterval?]))
        == "the interval of 1 months, -2 days and 7 ns at row 0 is finer than the microseconds of an INTERVAL; "
        + "round it")
  }

  @Test(arguments: TestLibrary.allCases)
  func `Decimals have no more digits than their type`(library: TestLibrary) throws {
    for (digits, scale) in [(4, 2), (9, 2), (18, 2), (38, 2)] {
      let limit = (0..<digits).reduce(Int128(1)) { power, _ in power * 10 }
      let type = ColumnType.decimal128(precision: digits, scale: scale)
      let sql = SQLType.decimal(width: digits, scale: scale)
      #expect(try Self.values(Self.fixed(type, [limit - 1, 1 - limit, nil]), as: sql, in: library).count == 3)
      let error = message { _ = try Self.values(Self.fixed(type, [0, -limit]), as: sql, in: library) }
      #expect(error.hasSuffix("at row 1 has too many digits for \(sql)"))
    }
    let narrow = try Self.fixed(.decimal128(precision: 3, scale: 1), [Int128(-15)])
    #expect(try Self.values(narrow, as: .decimal(width: 18, scale: 1), in: library) == ["-1.5"])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Times of day are within a day`(library: TestLibrary) throws {
    let day: Int64 = 86_400_000_000
    let whole = try Self.fixed(.time64(.microsecond), [0, day, nil] as [Int64?])
    #expect(try Self.values(whole, as: .plain(.time), in: library) == ["00:00:00", "24:00:00", "NULL"])
    for value in [-1, day + 1] {
      let column = try Self.fixed(.time64(.microsecond), [0, value] as [Int64?])
      let error = message { _ = try Self.values(column, as: .plain(.time), in: library) }
      #expect(error == "the time of \(value) us at row 1 is not within a day")
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `A key of a map is never null`(library: TestLibrary) throws {
    var entries = StructBuilder()
    entries.append()
    let keys = Column([nil] as [Int32?])
    let type = ColumnType.map(from: .int32, to: .int32)
    let fields = [Field(name: "key", type: .int32, isNullable: false), Field(name: "value", type: .int32)]
    let column = try Column(
      type: type, count: 1, buffers: [Buffer(copying: [0, 1] as [Int32])],
      children: [entries.finish(fields: fields, columns: [keys, keys])])
    let map = SQLType.map(key: .plain(.integer), value: .plain(.integer))
    let error = message { _ = try Self.values(column, as: map, in: library) }
    #expect(error == "among the entries of a MAP: the key at row 0 is null, and keys of a MAP cannot be")
  }

  @Test(arguments: TestLibrary.allCases)
  func `An enumeration takes its values in any order`(library: TestLibrary) throws {
    let type = SQLType.enumeration(["a", "b", "c"])
    func encoded(_ indices: [Int64?], _ texts: [String?]) throws -> Column {
      try .dictionaryEncoded(indices: Column(indices), dictionary: Column(texts))
    }
    #expect(try Self.values(encoded([2, nil, 0], ["a", "b", "c"]), as: type, in: library) == ["c", "NULL", "a"])
    #expect(try Self.values(encoded([2, 1, 0], ["c", "b", "a"]), as: type, in: library) == ["a", "b", "c"])
    // One that no row has does no harm.
    #expect(try Self.values(encoded([1], ["z", "b"]), as: type, in: library) == ["b"])
    let error = message { _ = try Self.values(encoded([1, 0], ["z", "b"]), as: type, in: library) }
    #expect(error == "\"z\" at row 1 is none of the values of ENUM('a', 'b', 'c')")
  }

  @Test(arguments: TestLibrary.allCases)
  func `An enumeration of very many values comes back`(library: TestLibrary) throws {
    let names = (0..<70_000).map { "v\($0)" }
    let rows = try Column.dictionaryEncoded(indices: Column([69_999, 0, nil] as [UInt32?]), dictionary: Column(names))
    let vector = try LooseVector(.enumeration(names), in: library)
    try vector.write(rows)
    #expect(try vector.values(count: 3) == ["v69999", "v0", "NULL"])
    #expect(try vector.column(count: 3).rowTexts == "[\"v69999\", \"v0\", null]")
  }
}
