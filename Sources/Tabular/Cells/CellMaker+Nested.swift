import Columnar

extension CellMaker {
  func lists(_ column: Column, _ element: Field) throws -> Cells {
    let (ranges, elements) = try elements(of: column)
    let cells = try cells(elements, element)
    return Cells(column, null: null, isNested: true) { row, text in
      let range = ranges[row]
      append(range.count, "[", "]", to: &text) { index, text in appendElement(cells, range.lowerBound + index, &text) }
    }
  }

  func structures(_ column: Column, _ fields: [Field]) throws -> Cells {
    let columns = try zip(column.fieldColumns(), fields).map { try cells($0, $1) }
    let isNamed = fields.first.map { !$0.name.isEmpty } ?? true
    // The names with what stands around them are the same in every row.
    let heads = fields.map { field in
      var head: [UInt8] = []
      if isNamed { appendName(field.name, to: &head) }
      return head
    }
    let (open, close): (Character, Character) =
      isNamed ? ("{", "}") : form == .json ? ("[", "]") : ("(", ")")
    return Cells(column, null: null, isNested: true) { row, text in
      append(columns.count, open, close, to: &text) { index, text in
        text += heads[index]
        appendElement(columns[index], row, &text)
      }
    }
  }

  func maps(_ column: Column, _ key: Field, _ value: Field) throws -> Cells {
    let (ranges, entries) = try elements(of: column)
    let members = try entries.fieldColumns()
    // The names of a JSON object are texts, whatever the keys are.
    let keys = try CellMaker(form: .sql, zones: zones).cells(members[0], key)
    let values = try cells(members[1], value)
    return Cells(column, null: null, isNested: true) { row, text in
      let range = ranges[row]
      append(range.count, "{", "}", to: &text) { index, text in
        let entry = range.lowerBound + index
        if form == .json {
          JSONText.appendString(keys[entry], to: &text)
          text.append(UInt8(ascii: ":"))
        } else {
          keys.appendNested(entry, to: &text)
          text.append(UInt8(ascii: "="))
        }
        appendElement(values, entry, &text)
      }
    }
  }

  /// A tag that says which of the members is there, and the members.
  func unions(_ column: Column, _ fields: [Field]) throws -> Cells {
    let columns = try column.fieldColumns()
    let tag = columns[0]
    let tags = try tag.values(as: UInt8.self)
    let members = try zip(columns, fields).dropFirst().map { try cells($0, $1) }
    var positions: [Int] = []
    positions.reserveCapacity(column.count)
    for row in 0..<column.count { positions.append(Int(tags[row])) }
    return Cells(column, null: null, isNested: true) { row, text in
      guard members.indices.contains(positions[row]) else { return null.withUTF8Buffer { text += $0 } }
      text += members[positions[row]][row]
    }
  }

  private func appendElement(_ cells: Cells, _ row: Int, _ text: inout [UInt8]) {
    if form == .json { text += cells[row] } else { cells.appendNested(row, to: &text) }
  }

  /// The name of a structure's field with what parts it from the value.
  func appendName(_ name: String, to text: inout [UInt8]) {
    if form == .json {
      JSONText.appendString(name.utf8, to: &text)
      text.append(UInt8(ascii: ":"))
    } else {
      NestedText.appendQuoted(name.utf8, to: &text)
      text += ": ".utf8
    }
  }

  private func append(
    _ count: Int, _ open: Character, _ close: Character, to text: inout [UInt8],
    _ append: (_ index: Int, _ text: inout [UInt8]) -> Void
  ) {
    guard form == .json else { return NestedText.append(count, open, close, to: &text, append) }
    text += open.utf8
    for index in 0..<count {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      append(index, &text)
    }
    text += close.utf8
  }

  /// The elements that the rows reach, and where each row has its own among them.
  private func elements(of column: Column) throws -> ([Range<Int>], Column) {
    let lists = try column.lists()
    let ranges = (0..<column.count).map { column.isNull($0) ? nil : lists.range(at: $0) }
    let start = ranges.reduce(Int.max) { min($0, $1.map { $0.isEmpty ? .max : $0.lowerBound } ?? .max) }
    let end = ranges.reduce(0) { max($0, $1.map { $0.isEmpty ? 0 : $0.upperBound } ?? 0) }
    guard start < end else { return (ranges.map { _ in 0..<0 }, lists.elements.slice(0..<0)) }
    let moved = ranges.map { range in
      range.map { $0.isEmpty ? 0..<0 : $0.lowerBound - start..<$0.upperBound - start } ?? 0..<0
    }
    return (moved, lists.elements.slice(start..<end))
  }
}
