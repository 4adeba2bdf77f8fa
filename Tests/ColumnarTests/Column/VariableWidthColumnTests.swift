import Columnar
import Testing

@Suite("Text and binary columns")
struct VariableWidthColumnTests {
  static let texts: [[String?]] = [
    ["", "a", "embedded \u{0} nul\u{0}", "ünï", "漢字", "🥚🐣", "\u{10FFFF}", "e\u{301}"],
    [nil, "", nil, nil, "🥚", nil],
    [nil],
    (0..<300).map { $0 % 4 == 1 ? nil : String(repeating: "é", count: $0) },
  ]

  @Test("texts come back from every way of building them", arguments: texts)
  func textRoundTrip(rows: [String?]) throws {
    var small = StringBuilder()
    var large = LargeStringBuilder()
    for row in rows {
      if let row {
        try small.append(row)
        try large.append(row)
      } else {
        small.appendNull()
        large.appendNull()
      }
    }
    for (column, type) in [
      (Column(rows), .utf8), (small.finish(), .utf8), (large.finish(), .largeUTF8),
    ] as [(Column, ColumnType)] {
      #expect(column.type == type)
      #expect(column.nullCount == rows.count { $0 == nil })
      try column.validate(.full)
      #expect(
        try column.toArray(of: String.self).map { $0.map { Array($0.utf8) } }
          == rows.map { $0.map { Array($0.utf8) } })
      let view = try column.strings()
      #expect(view.count == rows.count)
      for (index, row) in rows.enumerated() {
        let byteCount = view.bytes(at: index).byteCount
        #expect(byteCount == row?.utf8.count ?? 0)
      }
    }
  }

  @Test("bytes come back from every way of building them")
  func binaryRoundTrip() throws {
    let rows: [[UInt8]?] = [[], [0], nil, [255, 0, 254], Array(0...255), nil]
    var small = BinaryBuilder()
    var large = LargeBinaryBuilder()
    for row in rows {
      if let row {
        try small.append(row)
        try large.append(row.span.bytes)
      } else {
        small.appendNull()
        large.appendNull()
      }
    }
    for (column, type) in [
      (Column(rows), .binary), (small.finish(), .binary), (large.finish(), .largeBinary),
    ] as [(Column, ColumnType)] {
      #expect(column.type == type)
      try column.validate(.full)
      #expect(try column.toArray(of: [UInt8].self) == rows)
      #expect(throws: ColumnError.self) { try column.strings() }
    }
  }

  @Test("the bytes of a text can be read")
  func bytesOfText() throws {
    #expect(try Column(["é"]).binary()[0] == [0xC3, 0xA9])
  }

  @Test(
    "slices of slices show their rows",
    arguments: [(3..<290, 4..<201), (1..<300, 299 - 1..<299), (7..<7, 0..<0)])
  func slices(outer: Range<Int>, inner: Range<Int>) throws {
    let rows = Self.texts[3]
    let slice = Column(rows).slice(outer).slice(inner)
    try slice.validate(.full)
    #expect(try slice.toArray(of: String.self) == Array(Array(rows[outer])[inner]))
    #expect(slice.nullCount == Array(rows[outer])[inner].count { $0 == nil })
  }
}
