internal import CDuckDBABI
import Columnar

extension ColumnReader {
  /// Lists and maps.
  ///
  /// Elements that stand one list after the other are copied in one piece. Others are put into that order, which repeats
  /// those that lists share: Arrow's offsets cannot.
  func lists(_ vector: duckdb_vector, _ shape: VectorShape, _ rows: RowSelection, _ mask: RowMask?) throws -> Column {
    let entries = try data(of: vector, shape).assumingMemoryBound(to: duckdb_list_entry.self)
    var elements = RowSelection()
    var offsets = rows.map(to: Int32.self, first: 0) { position, row in
      if mask?[position] ?? true {
        let start = Int(entries[row].offset)
        elements.append(start..<start + Int(entries[row].length))
      }
      return Int32(truncatingIfNeeded: elements.count)
    }
    let isLarge = elements.count > shortReach
    if isLarge {
      var end = 0
      offsets = rows.map(to: Int64.self, first: 0) { position, row in
        if mask?[position] ?? true { end += Int(entries[row].length) }
        return Int64(end)
      }
    }
    let child = try child(functions.pointee.list_vector_get_child(vector), shape)
    let content = try inside(shape.children.count == 1 ? "the elements of a LIST" : "the entries of a MAP") {
      try self.elements(child, shape, elements)
    }
    return try column(shape, rows, mask, [offsets], [content], isLarge: isLarge)
  }

  /// The elements of a list; of a map its entries, which are structures and never null.
  private func elements(_ vector: duckdb_vector, _ shape: VectorShape, _ rows: RowSelection) throws -> Column {
    guard case .map = shape.layout else { return try column(vector, shape.children[0], rows, parent: nil) }
    let members = try members(of: vector, shape, rows, nil)
    let type = shape.columnType.childFields[0].type.withChildTypes(members.map(\.type))
    return try Column(type: type, count: rows.count, nullCount: 0, buffers: [], children: members)
  }
}
