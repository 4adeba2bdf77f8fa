import Columnar
import TestSupport
import Testing

@Suite("Fixed width columns")
struct FixedWidthColumnTests {
  @Test("values come back bit for bit", arguments: ElementCase.all, [false, true])
  func roundTrip(element: ElementCase, withNulls: Bool) throws {
    try element.roundTrip(withNulls)
  }

  @Test("slices of slices show their rows", arguments: ElementCase.all)
  func slices(element: ElementCase) throws {
    try element.slices()
  }

  @Test("booleans come back, with and without nulls", arguments: [false, true])
  func booleans(withNulls: Bool) throws {
    var random = SplitMix64(seed: 11)
    let rows: [Bool?] = (0..<777).map { withNulls && $0 % 7 == 3 ? nil : Bool.random(using: &random) }
    let column = Column(rows)
    try column.validate(.full)
    #expect(try column.toArray(of: Bool.self) == rows)
    #expect(column.nullCount == rows.count { $0 == nil })
    let slice = column.slice(3..<700).slice(6..<601)
    #expect(try slice.toArray(of: Bool.self) == Array(rows[9..<604]))
    #expect(slice.nullCount == rows[9..<604].count { $0 == nil })
    #expect(try slice.booleans().count == 595)
  }

  @Test("a column of nulls alone has no memory")
  func nulls() throws {
    let column = Column.null(count: 5)
    try column.validate(.full)
    #expect(column.nullCount == 5)
    #expect(column.validity == nil)
    #expect((0..<5).allSatisfy { column.isNull($0) })
    #expect(column.slice(1..<4).nullCount == 3)
    #expect(column.buffers.isEmpty)
  }

  @Test("reading as another type names both types")
  func wrongType() throws {
    let column = Column([1, 2] as [Int64?])
    let asDouble = #expect(throws: ColumnError.self) { try column.toArray(of: Double.self) }
    #expect(asDouble?.code == .typeMismatch)
    #expect(asDouble?.description.contains("int64") == true)
    #expect(asDouble?.description.contains("float64") == true)
    for type in ["bool", "utf8", "binary"] {
      let error = #expect(throws: ColumnError.self) {
        switch type {
        case "bool": _ = try column.booleans()
        case "utf8": _ = try column.strings()
        default: _ = try column.binary()
        }
      }
      #expect(error?.code == .typeMismatch)
      #expect(error?.message.contains(type) == true && error?.message.contains("int64") == true)
    }
    #expect(throws: ColumnError.self) { try Column(["1"]).toArray(of: Int64.self) }
    #expect(throws: ColumnError.self) { try Column([true]).toArray(of: UInt8.self) }
  }

  @Test("an empty column of any type can be read")
  func empty() throws {
    #expect(try Column([] as [Double?]).toArray(of: Double.self).isEmpty)
    #expect(try Column([] as [Bool?]).toArray(of: Bool.self).isEmpty)
    #expect(try Column([] as [String?]).toArray(of: String.self).isEmpty)
    #expect(try Column([] as [[UInt8]?]).toArray(of: [UInt8].self).isEmpty)
    for column in [Column([] as [Int8?]), Column([] as [String?]), Column.null(count: 0)] {
      try column.validate(.full)
      try column.slice(0..<0).validate(.full)
    }
  }

  @Test(
    "a description shows type, nulls and the first rows",
    arguments: [
      (Column([1, nil, 3] as [Int64?]), "int64 (3 rows, 1 null): [1, null, 3]"),
      (Column([true]), "bool (1 row): [true]"),
      (Column(["a\n", nil]), #"utf8 (2 rows, 1 null): ["a\n", null]"#),
      (Column([[1, 2]] as [[UInt8]?]), "binary (1 row): [2 bytes]"),
      (Column((0..<12).map { UInt8($0) }), "uint8 (12 rows): [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...]"),
      (Column.null(count: 1), "null (1 row, 1 null): [null]"),
    ])
  func description(column: Column, expected: String) {
    #expect(column.description == expected)
  }
}
