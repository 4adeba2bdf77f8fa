package import Columnar

extension Column {
  /// The column that the parts make, its structure checked. Throws `invalidColumn`.
  static func assembled(
    _ type: ColumnType, count: Int, nullCount: Int?, validity: Buffer? = nil, buffers: [Buffer],
    children: [Column] = [],
    dictionary: Column? = nil
  ) throws(IPCError) -> Column {
    do throws(ColumnError) {
      return try Column(
        type: type, count: count, nullCount: nullCount, validity: validity, buffers: buffers, children: children,
        dictionary: dictionary)
    } catch {
      throw IPCError(code: .invalidColumn, message: error.message)
    }
  }

  /// A column of no rows, with the dictionaries of another one of the type.
  static func withoutRows(of type: ColumnType, like column: Column? = nil) throws(IPCError) -> Column {
    let buffers: [Buffer] =
      switch type.layout {
      case .null, .fixedSizeList, .structure: []
      case .bits, .fixedWidth, .views: [.empty]
      case .list(let byteWidth): [.zeros(byteCount: byteWidth)]
      case .variableWidth(let byteWidth): [.zeros(byteCount: byteWidth), .empty]
      case .listViews: [.empty, .empty]
      }
    var children: [Column] = []
    for (index, field) in type.childFields.enumerated() {
      children.append(try withoutRows(of: field.type, like: column?.children[index]))
    }
    var dictionary = column?.dictionary
    if dictionary == nil, let values = type.dictionaryType { dictionary = try withoutRows(of: values) }
    return try assembled(type, count: 0, nullCount: nil, buffers: buffers, children: children, dictionary: dictionary)
  }

  /// A column of which every row is null.
  package static func nulls(_ count: Int, of type: ColumnType) throws(IPCError) -> Column {
    func zeros(_ byteCount: Int) -> Buffer {
      let memory = GrowableBuffer(byteCapacity: byteCount)
      memory.base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
      return memory.freeze(byteCount: byteCount)
    }
    guard count > 0 else { return try withoutRows(of: type) }
    let buffers: [Buffer] =
      switch type.layout {
      case .null, .fixedSizeList, .structure: []
      case .bits: [zeros((count + 7) / 8)]
      case .fixedWidth(let byteWidth): [zeros(count * byteWidth)]
      case .views: [zeros(count * 16)]
      case .list(let byteWidth): [zeros((count + 1) * byteWidth)]
      case .variableWidth(let byteWidth): [zeros((count + 1) * byteWidth), .empty]
      case .listViews(let byteWidth): [zeros(count * byteWidth), zeros(count * byteWidth)]
      }
    var children: [Column] = []
    for field in type.childFields {
      switch type.layout {
      case .structure: children.append(try nulls(count, of: field.type))
      case .fixedSizeList(let size): children.append(try nulls(count * size, of: field.type))
      default: children.append(try withoutRows(of: field.type))
      }
    }
    return try assembled(
      type, count: count, nullCount: type == .null ? nil : count,
      validity: type == .null ? nil : zeros((count + 7) / 8),
      buffers: buffers, children: children,
      dictionary: try type.dictionaryType.map { (type) throws(IPCError) in
        try withoutRows(of: type)
      })
  }

  /// The bytes of the column's buffers and of those of its children, its dictionary not counted.
  var bufferByteCount: Int {
    buffers.reduce(validityBuffer?.byteCount ?? 0) { $0 + $1.byteCount }
      + children.reduce(0) { $0 + $1.bufferByteCount }
  }
}
