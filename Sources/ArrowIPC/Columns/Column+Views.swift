internal import Columnar

extension Column {
  /// The views and data buffers of a view column, of which only those bytes are kept that rows refer to: from the first of
  /// a buffer to the last. Views are copied when that moves anything.
  func compactedViews() throws(IPCError) -> [Buffer] {
    let views = buffers[0].elements(offset..<offset + count, of: 16)
    let data = Array(buffers.dropFirst())
    var used = data.map { (low: $0.byteCount, high: 0) }
    let validity = validity
    for row in 0..<count where validity?[row] != false {
      let view = ViewLayout(at: views.baseAddress + row * 16)
      if view.isInline { continue }
      let (index, start, size) = (view.bufferIndex, view.offset, view.byteCount)
      guard size > 0, data.indices.contains(index), start >= 0, start <= data[index].byteCount,
        size <= data[index].byteCount - start
      else {
        throw IPCError(
          code: .invalidColumn,
          message: "row \(row) of a \(type) column points outside its data; validate the column with .full to learn why"
        )
      }
      used[index] = (min(used[index].low, start), max(used[index].high, start + size))
    }
    let isWhole = zip(used, data).allSatisfy { $0.low == 0 && $0.high == $1.byteCount }
    // Views of null rows may be anything, which readers need not accept.
    guard !isWhole || nullCount > 0 else { return [views] + data }

    // Buffers that nothing refers to are left out.
    var numbers: [Int32] = []
    var kept: [Buffer] = []
    for (part, buffer) in zip(used, data) {
      numbers.append(Int32(truncatingIfNeeded: kept.count))
      if part.low < part.high { kept.append(buffer.slice(part.low..<part.high)) }
    }
    var memory = GrowableBuffer(byteCapacity: views.byteCount)
    memory.copy(UnsafeRawBufferPointer(start: views.baseAddress, count: views.byteCount), toByteOffset: 0)
    for row in 0..<count {
      let address = memory.base + row * 16
      if validity?[row] == false {
        address.initializeMemory(as: UInt8.self, repeating: 0, count: 16)
        continue
      }
      let view = ViewLayout(at: address)
      if view.isInline { continue }
      let (index, start) = (view.bufferIndex, view.offset)
      address.storeBytes(of: numbers[index], toByteOffset: 8, as: Int32.self)
      address.storeBytes(of: Int32(truncatingIfNeeded: start - used[index].low), toByteOffset: 12, as: Int32.self)
    }
    return [memory.freeze(byteCount: views.byteCount)] + kept
  }
}
