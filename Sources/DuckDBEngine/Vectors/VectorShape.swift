import Columnar

/// A SQL type with what copying its values needs, looked up once: make it when a query is bound, not for every chunk.
struct VectorShape: Sendable {
  /// How the rows of a vector lie in memory, as far as that decides how they are copied.
  enum Layout: Sendable {
    /// No row has a value.
    case null
    /// One byte per row, where Arrow has a bit.
    case boolean
    /// The same bytes in both.
    case block(byteWidth: Int)
    /// 16 bytes, in the other order and with the highest bit flipped.
    case uuid
    /// Integers of 16, 32 or 64 bits, where Arrow has 128; for `digits` above 18 both have 128.
    case decimal(digits: Int)
    /// Microseconds, where Arrow has nanoseconds.
    case interval
    /// `duckdb_string_t`, where Arrow has offsets and data.
    case strings
    /// Positions in a list of texts.
    case enumeration(byteWidth: Int)
    /// `duckdb_list_entry`, where Arrow has offsets; and a child.
    case list
    /// A list of structures of key and value; the two are the children here.
    case map
    /// A child with `count` rows for each row.
    case array(count: Int)
    /// A child for each member.
    case structure
  }

  let type: SQLType
  /// The type of the columns with these values.
  let columnType: ColumnType
  let layout: Layout
  let children: [VectorShape]
  /// The texts of an enumeration.
  let dictionary: Column?

  /// - Throws: `invalidArgument` for a type without a column.
  init(_ type: SQLType, for use: ColumnUse = .functions) throws(DuckDBError) {
    guard let columnType = type.field(named: "", for: use)?.type else {
      throw DuckDBError(
        .invalidArgument, "values of type \(type) cannot be handed over; cast them, for example to VARCHAR")
    }
    self.type = type
    self.columnType = columnType
    switch type {
    case .enumeration(let names): dictionary = Column(names)
    default: dictionary = nil
    }
    var children: [VectorShape] = []
    for child in type.children { children.append(try VectorShape(child, for: use)) }
    self.children = children
    layout = Layout(type, columnType)
  }
}

extension VectorShape.Layout {
  /// The type must have columns.
  fileprivate init(_ type: SQLType, _ columnType: ColumnType) {
    switch type {
    case .plain(.null): self = .null
    case .plain(.boolean): self = .boolean
    case .plain(.uuid): self = .uuid
    case .plain(.interval) where columnType == .interval(.monthDayNano): self = .interval
    case .decimal(let width, _): self = .decimal(digits: width)
    case .list: self = .list
    case .map: self = .map
    case .array(_, let count): self = .array(count: count)
    // A type that cannot be read is like a structure without members: its rows have a value or none.
    case .structure, .union, .unsupported: self = .structure
    default:
      guard case .fixedWidth(let byteWidth) = columnType.layout else {
        self = .strings
        return
      }
      self = if case .enumeration = type { .enumeration(byteWidth: byteWidth) } else { .block(byteWidth: byteWidth) }
    }
  }
}

extension SQLType {
  fileprivate var children: [SQLType] {
    switch self {
    case .list(let element), .array(let element, _): [element]
    case .map(let key, let value): [key, value]
    case .structure(let fields): fields.map(\.type)
    // It is stored as a structure whose first child says which of the others is there.
    case .union(let members): [.plain(.utinyint)] + members.map(\.type)
    default: []
    }
  }
}
