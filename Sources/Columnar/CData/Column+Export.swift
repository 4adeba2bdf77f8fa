package import CArrowABI

extension Column {
  /// Writes the column as an array of the C Data Interface into memory of the caller's, who owns it from then on and
  /// must call its release once, on any thread. What was there before is not released.
  ///
  /// Nothing is copied: the column's memory stays alive until the release, also that of rows outside a slice.
  package func export(to array: UnsafeMutablePointer<ArrowArray>) {
    ExportedArray(self).fill(array, count: count, nullCount: nullCount, offset: offset)
  }

  /// Hands the column and a field that describes it to another library in this process, by the addresses of the structs
  /// `ArrowArray` and `ArrowSchema` of Arrow's C Data Interface.
  ///
  /// Whoever owns the memory there owns both from then on, and must call their releases once, on any thread. What was
  /// there before is overwritten, not released. Nothing is copied: the column's memory stays alive until the release.
  /// The addresses must be those of memory for such structs: nothing can check that.
  ///
  /// Throws `typeMismatch` when the field has another type, and `invalidLayout` for addresses where nothing can be.
  public func export(toArrayAt array: UInt, schemaAt schema: UInt, as field: Field) throws(ColumnError) {
    guard field.type == type else { throw mismatch(asked: "\(field.type), the type of its field") }
    let (array, schema): (UnsafeMutablePointer<ArrowArray>, UnsafeMutablePointer<ArrowSchema>) = (
      try structure(at: array, "array"), try structure(at: schema, "schema")
    )
    export(to: array)
    field.export(to: schema)
  }
}

/// What an exported array points at. It lives from the export to the release, and keeps the column's own memory alive;
/// each child and the dictionary keep theirs.
private final class ExportedArray {
  private let memory: [Buffer]
  private let buffers: UnsafeMutablePointer<UnsafeRawPointer?>
  private let bufferCount: Int
  private let children: ExportedList<ArrowArray>
  private let dictionary: ExportedList<ArrowArray>

  init(_ column: Column) {
    var memory: [Buffer?] = column.type.layout == .null ? [] : [column.validity?.buffer]
    memory += column.buffers
    if column.type.layout == .views {
      memory.append(Buffer(copying: column.buffers.dropFirst().map { Int64($0.byteCount) }))
    }
    self.memory = memory.compactMap { $0 }
    let addresses = memory.map { $0?.baseAddress }
    bufferCount = addresses.count
    buffers = .allocate(capacity: max(1, bufferCount))
    buffers.initialize(to: nil)
    for (index, address) in addresses.enumerated() { (buffers + index).initialize(to: address) }
    children = ExportedList(column.children) { $0.export(to: $1) }
    dictionary = ExportedList(column.dictionary.map { [$0] } ?? []) { $0.export(to: $1) }
  }

  deinit {
    buffers.deallocate()
    // A child that the consumer has moved elsewhere is marked as released here, and lives on by itself.
    for array in children.structs + dictionary.structs { array.pointee.release?(array) }
  }

  func fill(_ array: UnsafeMutablePointer<ArrowArray>, count: Int, nullCount: Int, offset: Int) {
    // Some consumers ignore the offset of an array without rows when they work out the sizes of its buffers.
    let offset = count == 0 ? 0 : offset
    array.initialize(
      to: ArrowArray(
        length: Int64(count), null_count: Int64(nullCount), offset: Int64(offset),
        n_buffers: Int64(bufferCount), n_children: Int64(children.structs.count), buffers: buffers,
        children: children.addresses, dictionary: dictionary.structs.first,
        release: { array in
          guard let data = array.pointee.private_data else { return }
          array.pointee.release = nil
          array.pointee.private_data = nil
          Unmanaged<ExportedArray>.fromOpaque(data).release()
        },
        private_data: Unmanaged.passRetained(self).toOpaque()))
  }
}
