import Columnar
import Testing

/// What holds for every builder, tried with code that knows none of them.
@Suite("What all builders have in common")
struct ColumnBuilderTests {
  /// Adds rows, every third of them null, and takes some back again and again.
  private static func build<Builder: ColumnBuilder & ~Copyable>(
    _ builder: inout Builder, rows: Int, takingBack: Bool, append: (inout Builder, Int) throws -> Void
  ) throws {
    builder.reserveCapacity(rows / 2)
    while builder.count < rows {
      let row = builder.count
      if row % 3 == 1 { builder.appendNull() } else { try append(&builder, row) }
      // Back behind nulls and values, to nothing at first, and once more to where it is.
      if takingBack, row % 5 == 4 {
        let kept = row == 4 ? 0 : row - 2
        let added = builder.count
        for other in added..<added + 4 {
          if other % 2 == 0 { builder.appendNull() } else { try append(&builder, other) }
        }
        builder.truncate(to: kept)
        builder.truncate(to: kept + 100)
        #expect(builder.count == kept)
        for again in kept..<added { if again % 3 == 1 { builder.appendNull() } else { try append(&builder, again) } }
      }
    }
    #expect(builder.count == rows)
  }

  private static func expectSame<Builder: ColumnBuilder & ~Copyable>(
    _ make: () throws -> Builder, _ append: (inout Builder, Int) throws -> Void,
    _ finish: (consuming Builder) throws -> Column
  ) throws {
    for rows in [0, 1, 5, 8, 64, 200] {
      let columns = try [false, true].map { takingBack in
        var builder = try make()
        try build(&builder, rows: rows, takingBack: takingBack, append: append)
        return try finish(builder)
      }
      for column in columns { try column.validate(.full) }
      #expect(columns[0].description == columns[1].description)
      #expect(columns[0].nullCount == columns[1].nullCount)
      #expect((0..<rows).allSatisfy { columns[0].isNull($0) == columns[1].isNull($0) })
      #expect(memory(of: columns[0]) == memory(of: columns[1]))
    }
  }

  /// Every byte, so that a row that was taken back has left nothing.
  private static func memory(of column: Column) -> [[UInt8]] {
    ([column.validityBuffer].compactMap(\.self) + column.buffers).map {
      Array(UnsafeRawBufferPointer(start: $0.baseAddress, count: $0.byteCount))
    }
  }

  private static func bytes(_ row: Int) -> [UInt8] { Array(repeating: UInt8(row % 256), count: row % 20) }
  private static func text(_ row: Int) -> String { String(repeating: "é", count: row % 20) }

  @Test("fixed widths can be taken back")
  func fixedWidth() throws {
    try Self.expectSame({ FixedWidthBuilder<Int32>() }, { $0.append(Int32($1)) }, { $0.finish() })
    try Self.expectSame({ FixedWidthBuilder<Int256>() }, { $0.append(Int256(Int128($1))) }, { $0.finish() })
    try Self.expectSame({ BooleanBuilder() }, { $0.append($1 % 2 == 0) }, { $0.finish() })
    try Self.expectSame(
      { try FixedSizeBinaryBuilder(byteWidth: 3) },
      { try $0.append([UInt8](repeating: UInt8($1 % 256), count: 3).span.bytes) },
      { $0.finish() })
  }

  @Test("texts and bytes can be taken back")
  func variableWidth() throws {
    try Self.expectSame({ StringBuilder() }, { try $0.append(Self.text($1)) }, { $0.finish() })
    try Self.expectSame({ LargeStringBuilder() }, { try $0.append(Self.text($1)) }, { $0.finish() })
    try Self.expectSame({ BinaryBuilder() }, { try $0.append(Self.bytes($1)) }, { $0.finish() })
    try Self.expectSame({ LargeBinaryBuilder() }, { try $0.append(Self.bytes($1)) }, { $0.finish() })
    try Self.expectSame({ StringViewBuilder() }, { try $0.append(Self.text($1)) }, { $0.finish() })
    try Self.expectSame({ BinaryViewBuilder() }, { try $0.append(Self.bytes($1).span.bytes) }, { $0.finish() })
  }

  @Test("what is made around other columns can be taken back")
  func nested() throws {
    func elements(_ count: Int) -> Column { Column((0..<count).map { Int64($0) }) }
    func list<Offset: ColumnOffset>(_ builder: consuming GenericListBuilder<Offset>) throws -> Column {
      let elements = elements(builder.elementCount)
      return try builder.finish(elements: elements)
    }
    try Self.expectSame({ ListBuilder() }, { try $0.append(elementCount: $1 % 4) }, { try list($0) })
    try Self.expectSame({ LargeListBuilder() }, { try $0.append(elementCount: $1 % 4) }, { try list($0) })
    try Self.expectSame({ try FixedSizeListBuilder(size: 2) }, { builder, _ in builder.append() }) { builder in
      let elements = elements(builder.count * 2)
      return try builder.finish(elements: elements)
    }
    try Self.expectSame({ StructBuilder() }, { builder, _ in builder.append() }) { builder in
      let column = elements(builder.count)
      return try builder.finish(fields: [Field(name: "a", type: .int64)], columns: [column])
    }
  }
}
