import Columnar
import TestSupport

extension Sample {
  static var texts: [Sample] {
    get throws {
      var small = StringBuilder()
      var large = LargeStringBuilder()
      var view = StringViewBuilder()
      var binary = BinaryBuilder()
      var largeBinary = LargeBinaryBuilder()
      var binaryView = BinaryViewBuilder()
      var fixed = try FixedSizeBinaryBuilder(byteWidth: 3)
      var empty = try FixedSizeBinaryBuilder(byteWidth: 0)
      for row in 0..<count {
        guard row % 4 != 1 else {
          small.appendNull()
          large.appendNull()
          view.appendNull()
          binary.appendNull()
          largeBinary.appendNull()
          binaryView.appendNull()
          fixed.appendNull()
          empty.appendNull()
          continue
        }
        let text = text(row)
        try small.append(text)
        try large.append(text)
        try view.append(text)
        let bytes = Array(text.utf8)
        try binary.append(bytes)
        try largeBinary.append(bytes)
        try binaryView.append(bytes.span.bytes)
        let three: [UInt8] = [0, 255, UInt8(row)]
        try fixed.append(three.span.bytes)
        try empty.append(three.span.bytes.extracting(0..<0))
      }
      let rows = rows { .text(Hexadecimal.text(text($0).utf8)) }
      let columns = [
        small.finish(), large.finish(), view.finish(), binary.finish(), largeBinary.finish(), binaryView.finish(),
      ]
      return columns.map { Sample(column: $0, rows: rows) } + [
        Sample(column: fixed.finish(), rows: self.rows { .text(Hexadecimal.text([0, 255, UInt8($0)])) }),
        Sample(column: empty.finish(), rows: self.rows { _ in .text("") }),
      ]
    }
  }

  private static func text(_ row: Int) -> String { String(repeating: "é", count: row) + "\(row)" }

  /// Every nested type around the rows of another sample, which are first sliced.
  static func nested(_ inner: Sample) throws -> [Sample] {
    // Row r has the next r % 3 elements; null rows have none.
    let sizes = (0..<count).map { $0 % 4 == 1 ? 0 : $0 % 3 }
    let total = sizes.reduce(0, +)
    let (elements, values) = (inner.column.slice(2..<2 + total), Array(inner.rows[2..<2 + total]))
    var list = ListBuilder()
    var large = LargeListBuilder()
    var map = ListBuilder()
    var structure = StructBuilder()
    var fixed = try FixedSizeListBuilder(size: 1)
    for row in 0..<count {
      if row % 4 == 1 {
        list.appendNull()
        large.appendNull()
        map.appendNull()
        structure.appendNull()
        fixed.appendNull()
      } else {
        try list.append(elementCount: sizes[row])
        try large.append(elementCount: sizes[row])
        try map.append(elementCount: sizes[row])
        structure.append()
        fixed.append()
      }
    }
    func part(_ row: Int) -> Range<Int> { sizes[..<row].reduce(0, +)..<sizes[...row].reduce(0, +) }
    let lists = rows { .list(Array(values[part($0)])) }
    let keys = Column((0..<total).map { Int64($0) as Int64? })
    let index = try FixedWidthBuilder<UInt8>.filled((0..<count).map { $0 % 4 == 1 ? nil : UInt8($0 % 5) })
    let fields = [Field(name: "a", type: inner.type), Field(name: "b", type: .int64, isNullable: false)]
    let numbers = Column((0..<count).map { Int64($0) as Int64? })
    return [
      Sample(column: try list.finish(elements: elements), rows: lists),
      Sample(column: try large.finish(elements: elements), rows: lists),
      Sample(
        column: try map.finishMap(keys: keys, values: elements, keysSorted: true),
        rows: rows { row in .list(part(row).map { .list([.text("\($0)"), values[$0]]) }) }),
      Sample(
        column: try structure.finish(fields: fields, columns: [inner.column, numbers]),
        rows: rows { .list([inner.rows[$0], .text("\($0)")]) }),
      Sample(column: try fixed.finish(elements: inner.column), rows: rows { .list([inner.rows[$0]]) }),
      Sample(
        column: try .dictionaryEncoded(indices: index, dictionary: elements, isOrdered: true),
        rows: rows { values[$0 % 5] }),
    ]
  }

  /// Nested types in nested types in nested types.
  static var deep: [Sample] {
    get throws {
      var samples: [Sample] = []
      for outer in try nested(texts[5]) {
        for middle in try nested(outer) { samples.append(try nested(middle)[samples.count % 6]) }
      }
      return samples
    }
  }
}

extension FixedWidthBuilder {
  static func filled(_ values: [T?]) throws -> Column {
    var builder = FixedWidthBuilder()
    for value in values { if let value { builder.append(value) } else { builder.appendNull() } }
    return builder.finish()
  }
}
