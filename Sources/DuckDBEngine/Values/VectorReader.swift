internal import CDuckDBABI

/// Copies the values of a vector, whose type is looked at once and not once per row.
struct VectorReader {
  let functions: UnsafePointer<DuckDBFunctions>

  func values(_ vector: duckdb_vector?, type: SQLType, count: Int) -> [SQLValue] {
    guard count > 0 else { return [] }
    guard let vector else { return Array(repeating: .unsupported(type.description), count: count) }
    switch type {
    case .plain(let plain): return plainValues(vector, type: plain, count: count)
    case .decimal(let width, let scale): return decimals(vector, width: width, scale: scale, count: count)
    case .enumeration(let names): return enumerated(vector, names: names, count: count)
    case .list(let element): return lists(vector, element: element, count: count) { .list(Array($0)) }
    case .array(let element, let size): return arrays(vector, element: element, size: size, count: count)
    case .structure(let fields): return structures(vector, fields: fields, count: count)
    case .map(let key, let value):
      let entry = SQLType.structure([.init(name: "key", type: key), .init(name: "value", type: value)])
      return lists(vector, element: entry, count: count) { .map($0.compactMap(\.entry)) }
    case .union(let members): return unions(vector, members: members, count: count)
    case .unsupported(let name): return valid(vector, count: count) { _ in .unsupported(name) }
    }
  }

  /// Reads rows of a plain layout.
  func rows<Row>(
    _ vector: duckdb_vector, of _: Row.Type, count: Int, _ value: (borrowing Row) -> SQLValue
  ) -> [SQLValue] {
    guard let data = functions.pointee.vector_get_data(vector) else {
      return Array(repeating: .null, count: count)
    }
    let rows = data.assumingMemoryBound(to: Row.self)
    return valid(vector, count: count) { value(rows[$0]) }
  }

  /// Asks for the values of the rows that are not null.
  private func valid(_ vector: duckdb_vector, count: Int, _ value: (Int) -> SQLValue) -> [SQLValue] {
    guard let validity = functions.pointee.vector_get_validity(vector) else { return (0..<count).map(value) }
    return (0..<count).map { row in
      validity[row >> 6] >> UInt64(row & 63) & 1 == 1 ? value(row) : .null
    }
  }

  private func decimals(_ vector: duckdb_vector, width: Int, scale: Int, count: Int) -> [SQLValue] {
    func value(_ digits: Int128) -> SQLValue { .decimal(digits, width: width, scale: scale) }
    return switch width {
    case ...4: rows(vector, of: Int16.self, count: count) { value(Int128($0)) }
    case ...9: rows(vector, of: Int32.self, count: count) { value(Int128($0)) }
    case ...18: rows(vector, of: Int64.self, count: count) { value(Int128($0)) }
    default: rows(vector, of: duckdb_hugeint.self, count: count) { value(Int128($0)) }
    }
  }

  private func enumerated(_ vector: duckdb_vector, names: [String], count: Int) -> [SQLValue] {
    let values = names.map { SQLValue.text($0) }
    func value(_ index: Int) -> SQLValue { index < values.count ? values[index] : .null }
    return switch names.count {
    case ...0xFF: rows(vector, of: UInt8.self, count: count) { value(Int($0)) }
    case ...0xFFFF: rows(vector, of: UInt16.self, count: count) { value(Int($0)) }
    default: rows(vector, of: UInt32.self, count: count) { value(Int($0)) }
    }
  }

  private func lists(
    _ vector: duckdb_vector, element: SQLType, count: Int, _ value: (ArraySlice<SQLValue>) -> SQLValue
  ) -> [SQLValue] {
    let size = Int(functions.pointee.list_vector_get_size(vector))
    let elements = values(functions.pointee.list_vector_get_child(vector), type: element, count: size)
    return rows(vector, of: duckdb_list_entry.self, count: count) { entry in
      value(elements.dropFirst(Int(entry.offset)).prefix(Int(entry.length)))
    }
  }

  private func arrays(_ vector: duckdb_vector, element: SQLType, size: Int, count: Int) -> [SQLValue] {
    let elements = values(
      functions.pointee.array_vector_get_child(vector), type: element, count: size * count)
    return valid(vector, count: count) { .list(Array(elements[$0 * size..<($0 + 1) * size])) }
  }

  private func structures(_ vector: duckdb_vector, fields: [SQLType.Field], count: Int) -> [SQLValue] {
    let children = fields.enumerated().map { index, field in
      values(functions.pointee.struct_vector_get_child(vector, idx_t(index)), type: field.type, count: count)
    }
    return valid(vector, count: count) { row in
      .structure(zip(fields, children).map { SQLValue.Field(name: $0.name, value: $1[row]) })
    }
  }

  /// A union is stored as a structure whose first child says which of the others is there.
  private func unions(_ vector: duckdb_vector, members: [SQLType.Field], count: Int) -> [SQLValue] {
    guard let tagVector = functions.pointee.struct_vector_get_child(vector, 0),
      let data = functions.pointee.vector_get_data(tagVector)
    else { return Array(repeating: .null, count: count) }
    let tags = data.assumingMemoryBound(to: UInt8.self)
    let children = members.enumerated().map { index, member in
      values(
        functions.pointee.struct_vector_get_child(vector, idx_t(index + 1)), type: member.type, count: count)
    }
    return valid(vector, count: count) { row in
      let tag = Int(tags[row])
      return tag < members.count ? .union(tag: members[tag].name, children[tag][row]) : .null
    }
  }
}

extension SQLValue {
  /// The entry of a map that was read as a structure of key and value.
  fileprivate var entry: Entry? {
    guard case .structure(let fields) = self, fields.count == 2 else { return nil }
    return Entry(key: fields[0].value, value: fields[1].value)
  }
}

extension Int128 {
  init(_ value: duckdb_hugeint) { self = Int128(value.upper) << 64 | Int128(value.lower) }
}
