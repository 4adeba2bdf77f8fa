import Columnar
import TestSupport

/// Batches that between them have every layout, with nulls.
enum Samples {
  static let rows = 11

  /// Numbers, bits, texts, decimals and intervals.
  static func plain() throws -> RecordBatch {
    var decimals = try FixedWidthBuilder<Int128>(type: .decimal128(precision: 38, scale: 2))
    var intervals = FixedWidthBuilder<MonthDayNanoInterval>()
    var days = FixedWidthBuilder<DayTimeInterval>()
    var months = try FixedWidthBuilder<Int32>(type: .interval(.yearMonth))
    var fixed = try FixedSizeBinaryBuilder(byteWidth: 3)
    for row in 0..<rows {
      decimals.append(Int128(row) * 1_000_000_000_000_000_000_000)
      intervals.append(MonthDayNanoInterval(months: Int32(row), days: -1, nanoseconds: .max))
      if row == 4 { days.appendNull() } else { days.append(DayTimeInterval(days: Int32(row), milliseconds: -5)) }
      months.append(Int32(row) * 12)
      try fixed.append([UInt8(row), 255, 0].span.bytes)
    }
    return try batch([
      ("n", Column((0..<rows).map { $0 % 4 == 1 ? nil : Int64($0) << 40 })),
      ("b", Column((0..<rows).map { $0 % 3 == 1 ? nil : $0 % 2 == 0 } as [Bool?])),
      ("t", Column((0..<rows).map(text))), ("z", .null(count: rows)), ("d", decimals.finish()),
      ("i", intervals.finish()), ("day", days.finish()), ("month", months.finish()), ("f", fixed.finish()),
    ])
  }

  /// Lists, structs, maps and views.
  static func nested() throws -> RecordBatch {
    var views = StringViewBuilder()
    for row in 0..<rows { if let text = text(row) { try views.append(text) } else { views.appendNull() } }
    var list = ListBuilder()
    var map = ListBuilder()
    var structure = StructBuilder()
    var pairs = try FixedSizeListBuilder(size: 2)
    for row in 0..<rows {
      if row % 5 == 3 { list.appendNull() } else { try list.append(elementCount: row == 0 ? 0 : 1) }
      try map.append(elementCount: row % 2)
      if row == 2 { structure.appendNull() } else { structure.append() }
      pairs.append()
    }
    let texts = Column((0..<rows).map(text))
    let structs = try structure.finish(
      fields: [Field(name: "a", type: .utf8), Field(name: "b", type: .int64, metadata: ["unit": "m"])],
      columns: [texts, Column((0..<rows).map { Int64($0) as Int64? })])
    let elements = 8
    return try batch([
      ("v", views.finish()), ("l", try list.finish(elements: structs.slice(0..<elements))),
      ("m", try map.finishMap(keys: Column((0..<5).map { Int64($0) as Int64? }), values: texts.slice(1..<6))),
      ("s", structs),
      ("p", try pairs.finish(elements: Column((0..<2 * rows).map { Float($0) as Float? }))),
      ("lv", try listViews(of: texts)),
    ])
  }

  /// Dictionary encoded columns, one of them inside lists, whose values are structs.
  static func dictionaries() throws -> RecordBatch {
    let words = Column(["red", nil, "a colour with a long name"] as [String?])
    let indices = Column((0..<rows).map { $0 % 4 == 2 ? nil : Int8($0 % 3) } as [Int8?])
    let plain = try Column.dictionaryEncoded(indices: indices, dictionary: words)
    var structure = StructBuilder()
    for _ in 0..<3 { structure.append() }
    let structs = try structure.finish(fields: [Field(name: "w", type: .utf8)], columns: [words])
    let coded = try Column.dictionaryEncoded(
      indices: Column((0..<rows).map { UInt16($0 % 3) as UInt16? }), dictionary: structs, isOrdered: true)
    var list = ListBuilder()
    for row in 0..<rows { try list.append(elementCount: row % 2) }
    return try batch([("c", plain), ("lc", try list.finish(elements: coded.slice(3..<8)))])
  }

  static func batch(
    _ columns: [(name: String, column: Column)], metadata: [String: String] = [:]
  ) throws(ColumnError) -> RecordBatch {
    try RecordBatch(
      schema: Schema(columns.map { Field(name: $0.name, type: $0.column.type) }, metadata: metadata),
      columns: columns.map(\.column))
  }

  static func text(_ row: Int) -> String? {
    row % 4 == 1 ? nil : String(repeating: "é", count: row) + "\(row)"
  }

  /// Lists that share elements, and are in no order.
  private static func listViews(of elements: Column) throws -> Column {
    let starts = (0..<rows).map { Int32(($0 * 7) % 9) }
    let sizes = (0..<rows).map { Int32($0 % 3) }
    return try Column(
      type: .listView(Field(name: "item", type: elements.type)), count: rows,
      buffers: [Buffer(copying: starts), Buffer(copying: sizes)], children: [elements])
  }
}
