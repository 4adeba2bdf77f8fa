import CDuckDBABI
import Columnar
import Foundation
import Testing

@testable import DuckDBEngine

/// Vectors as DuckDB may have them, but seldom has.
@Suite(.timeLimit(.minutes(30))) struct VectorReadingTests {
  /// What must not be followed: a pointer to nowhere.
  static var garbage: duckdb_string_t {
    duckdb_string_t(length: 1_000, prefix: (1, 2, 3, 4), pointer: UnsafeMutablePointer(bitPattern: 0x10))
  }
  static let far = duckdb_list_entry(offset: 1 << 40, length: 1 << 41)

  static func short(_ letter: Unicode.Scalar) -> duckdb_string_t {
    duckdb_string_t(length: 1, prefix: (CChar(truncatingIfNeeded: Int(letter.value)), 0, 0, 0), pointer: nil)
  }

  static func entry(_ offset: UInt64, _ length: UInt64) -> duckdb_list_entry {
    duckdb_list_entry(offset: offset, length: length)
  }

  @Test(
    arguments: TestLibrary.allCases,
    [
      ([0..<2, 2..<2, 2..<5], "[[10, 11], [], [12, 13, 14]]"),
      ([1..<3, 3..<4], "[[11, 12], [13]]"),
      ([3..<5, 0..<1], "[[13, 14], [10]]"),
      ([0..<3, 1..<4, 0..<3], "[[10, 11, 12], [11, 12, 13], [10, 11, 12]]"),
      ([4..<5, 9..<9, 5..<6], "[[14], [], [15]]"),
      ([0..<1, 2..<3, 4..<5], "[[10], [12], [14]]"),
    ] as [([Range<UInt64>], String)])
  func `Lists may stand anywhere`(library: TestLibrary, sample: (lists: [Range<UInt64>], rows: String)) throws {
    let vector = try LooseVector(.list(.plain(.integer)), in: library)
    vector.fill((0..<6).map { Int32(10 + $0) }, at: vector.elements(6))
    vector.fill(sample.lists.map { Self.entry($0.lowerBound, UInt64($0.count)) })
    #expect(try vector.column(count: sample.lists.count).rowTexts == sample.rows)
  }

  @Test(arguments: TestLibrary.allCases)
  func `Garbage in null rows is not looked at`(library: TestLibrary) throws {
    let lists = try LooseVector(.list(.plain(.varchar)), in: library)
    lists.fill([Self.short("a")], at: lists.elements(1))
    lists.fill([Self.far, Self.entry(0, 1), Self.far])
    lists.markNull([0, 2])
    #expect(try lists.column(count: 3).rowTexts == "[null, [\"a\"], null]")

    let texts = try LooseVector(.plain(.varchar), in: library)
    texts.fill([Self.garbage, Self.garbage])
    texts.markNull([0, 1])
    #expect(try texts.column(count: 2).rowTexts == "[null, null]")

    let intervals = try LooseVector(.plain(.interval), in: library)
    intervals.fill([duckdb_interval(months: 0, days: 0, micros: .max)])
    intervals.markNull([0])
    #expect(try intervals.column(count: 1).rowTexts == "[null]")
  }

  @Test(arguments: TestLibrary.allCases)
  func `Members of a null structure are null, even if they do not say so`(library: TestLibrary) throws {
    let type = SQLType.structure([
      .init(name: "a", type: .plain(.varchar)), .init(name: "b", type: .list(.plain(.integer))),
      .init(name: "c", type: .plain(.interval)),
    ])
    let vector = try LooseVector(type, in: library)
    vector.fill([Self.garbage, Self.garbage], at: vector.member(0))
    vector.fill([Self.far, Self.far], at: vector.member(1))
    vector.fill([duckdb_interval(months: 0, days: 0, micros: .min)], at: vector.member(2))
    vector.markNull([0, 1])
    let column = try vector.column(count: 2)
    #expect(column.children.map(\.nullCount) == [2, 2, 2])
  }

  @Test(arguments: TestLibrary.allCases)
  func `An interval with more nanoseconds than there are is an error`(library: TestLibrary) throws {
    let vector = try LooseVector(.plain(.interval), in: library)
    let fits = Int64.max / 1_000
    vector.fill([fits, -fits, fits + 1].map { duckdb_interval(months: 1, days: 2, micros: $0) })
    #expect(try vector.column(count: 2).nullCount == 0)
    let error = message { _ = try vector.column(count: 3) }
    #expect(error.contains("INTERVAL '1 month 2 days 2562047:47:16.854776' at row 2"))

    let list = try LooseVector(.list(.plain(.interval)), in: library)
    list.fill([duckdb_interval(months: 0, days: 0, micros: .max)], at: list.elements(1))
    list.fill([Self.entry(0, 1)])
    #expect(message { _ = try list.column(count: 1) }.hasPrefix("among the elements of a LIST: the INTERVAL"))
  }

  @Test(arguments: TestLibrary.allCases, [1, 7, 8, 63, 64, 65, 2_047, 2_048])
  func `Nulls are found wherever they are`(library: TestLibrary, count: Int) throws {
    for step in [1, 2, 3, 64, 65] {
      for first in 0..<min(step, 3) {
        let nulls = Set(stride(from: first, to: count, by: step))
        let vector = try LooseVector(.plain(.smallint), in: library)
        vector.fill((0..<count).map { Int16($0) })
        vector.markNull(Array(nulls))
        let expected = (0..<count).map { nulls.contains($0) ? nil : Int16($0) }
        #expect(try vector.column(count: count).toArray(of: Int16.self) == expected)
        let written = try LooseVector(.plain(.smallint), in: library)
        try written.write(Column(expected))
        #expect(try written.column(count: count).toArray(of: Int16.self) == expected)
      }
    }
  }

  @Test(arguments: TestLibrary.allCases)
  func `A type without a column is refused`(library: TestLibrary) throws {
    let vector = try LooseVector(.plain(.integer), in: library)
    let error = message { _ = try vector.columns.column(vector.vector, type: .plain(.bit), count: 1) }
    #expect(error == "values of type BIT cannot be handed over; cast them, for example to VARCHAR")
  }
}

extension Column {
  /// The rows alone.
  var rowTexts: String { String(description[(description.range(of: "): ")?.upperBound ?? description.startIndex)...]) }
}
