/// Builds views and the one buffer of data that they point into; the public builders are its faces.
@usableFromInline
package struct ViewBuilder: ~Copyable {
  @usableFromInline package let type: ColumnType
  @usableFromInline package private(set) var views = GrowableBuffer()
  @usableFromInline package private(set) var data = GrowableBuffer()
  @usableFromInline package var validity = ValidityBuilder()
  @usableFromInline package var count = 0
  @usableFromInline package var byteCount = 0
  /// Never above the limit, so that one comparison guards memory and limit.
  @usableFromInline package private(set) var byteCapacity = 0
  private let byteLimit: Int

  package init(type: ColumnType, byteLimit: Int) {
    self.type = type
    self.byteLimit = byteLimit
  }

  @inlinable
  package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ColumnError) {
    let isInline = bytes.count <= ViewLayout.inlineCapacity
    if !isInline, byteCount + bytes.count > byteCapacity { try growData(toFit: byteCount + bytes.count) }
    let view = nextView()
    view.storeBytes(of: Int32(truncatingIfNeeded: bytes.count), as: Int32.self)
    guard let source = bytes.baseAddress else { return }
    if isInline {
      (view + 4).copyMemory(from: source, byteCount: bytes.count)
    } else {
      (data.base + byteCount).copyMemory(from: source, byteCount: bytes.count)
      (view + 4).copyMemory(from: source, byteCount: 4)
      view.storeBytes(of: Int32(truncatingIfNeeded: byteCount), toByteOffset: 12, as: Int32.self)
      byteCount += bytes.count
    }
  }

  @inlinable
  package mutating func appendNull() {
    validity.markNull(row: count)
    _ = nextView()
  }

  /// The place of a new row, set to zero.
  @inlinable
  package mutating func nextView() -> UnsafeMutableRawPointer {
    if (count &+ 1) &* 16 > views.byteCapacity { reserveRows(count + 1) }
    let view = views.base + count &* 16
    view.initializeMemory(as: UInt8.self, repeating: 0, count: 16)
    count &+= 1
    return view
  }

  @usableFromInline
  package mutating func reserveRows(_ rows: Int) { views.grow(toFit: rows * 16, keeping: count * 16) }

  package mutating func reserveBytes(_ bytes: Int) {
    data.grow(toFit: min(bytes, byteLimit), keeping: byteCount)
    byteCapacity = min(data.byteCapacity, byteLimit)
  }

  @usableFromInline
  package mutating func growData(toFit bytes: Int) throws(ColumnError) {
    guard bytes <= byteLimit else {
      throw ColumnError(
        code: .capacityExceeded,
        message: "row \(count) would bring the data of a \(type) column to \(bytes) bytes, and "
          + "\(byteLimit) is the most that this builder takes; use smaller batches")
    }
    reserveBytes(bytes)
  }

  package mutating func truncate(to count: Int) {
    guard count < self.count else { return }
    validity.truncate(to: count, from: self.count)
    for row in count..<self.count {
      let view = ViewLayout(at: views.base + row * 16)
      if !view.isInline { byteCount -= view.byteCount }
    }
    self.count = count
  }

  package consuming func finish() -> Column {
    let (type, count, byteCount, nullCount) = (type, count, byteCount, validity.nullCount)
    var buffers = [views.freeze(byteCount: count * 16)]
    if byteCount > 0 { buffers.append(data.freeze(byteCount: byteCount)) }
    return Column(
      unchecked: type, count: count, nullCount: nullCount, validity: validity.finish(count: count), buffers: buffers)
  }
}
