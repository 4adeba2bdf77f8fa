internal import CDuckDBABI
import Columnar

extension ColumnReader {
  /// The offsets and the data of texts or bytes, and whether the offsets have 64 bits. The pointers of null rows are not
  /// followed.
  func strings(
    _ data: UnsafeRawPointer, _ rows: RowSelection, _ mask: RowMask?
  ) -> (buffers: [Buffer], isLarge: Bool) {
    let strings = data.assumingMemoryBound(to: duckdb_string_t.self)
    // Added up first, so that memory is taken once and of the right size.
    func ends<Offset: ColumnOffset>(_: Offset.Type) -> (Buffer, total: Int) {
      var total = 0
      let offsets = rows.map(to: Offset.self, first: 0) { position, row in
        if mask?[position] ?? true { total += Int(strings[row].length) }
        return Offset(truncatingIfNeeded: total)
      }
      return (offsets, total)
    }
    var (offsets, total) = ends(Int32.self)
    let isLarge = total > shortReach
    if isLarge { offsets = ends(Int64.self).0 }
    let memory = GrowableBuffer(byteCapacity: total)
    var end = memory.base
    rows.forEach { position, row in
      guard mask?[position] ?? true else { return }
      let length = Int(strings[row].length)
      // A short one stands in its row, which is therefore read in place.
      let start = length <= 12 ? UnsafeRawPointer(strings + row) + 4 : UnsafeRawPointer(strings[row].pointer)
      guard let start else { return }
      end.copyMemory(from: start, byteCount: length)
      end += length
    }
    return ([offsets, memory.freeze(byteCount: total)], isLarge)
  }
}

extension RowSelection {
  /// Makes a value of each row, behind a first one.
  @inline(__always)
  func map<Value: BitwiseCopyable>(
    to _: Value.Type, first: Value, _ value: (_ position: Int, _ row: Int) -> Value
  ) -> Buffer {
    let width = MemoryLayout<Value>.stride
    let memory = GrowableBuffer(byteCapacity: (count + 1) * width)
    let values = memory.base.assumingMemoryBound(to: Value.self)
    values[0] = first
    forEach { position, row in values[position + 1] = value(position, row) }
    return memory.freeze(byteCount: (count + 1) * width)
  }
}
