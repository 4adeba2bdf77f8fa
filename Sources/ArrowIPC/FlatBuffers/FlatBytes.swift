internal import Columnar

/// The bytes of a FlatBuffers message, of which nothing is believed.
///
/// Every read is checked against the bytes that are there. What is read is paid for out of a budget that the size of the
/// message sets: a message may refer to one place many times, and reading it must not become more work, or more memory,
/// than twice what a message of that size without such references can ask for.
struct FlatBytes {
  private let buffer: Buffer
  private let budget: Budget

  private final class Budget {
    var left: Int

    init(_ amount: Int) { left = amount }
  }

  /// What a table costs: a reference to it and its own reference to the list of its fields.
  static let tableCost = 8

  init(_ buffer: Buffer) {
    self.buffer = buffer
    let (twofold, overflow) = buffer.byteCount.multipliedReportingOverflow(by: 2)
    budget = Budget(overflow ? .max : twofold)
  }

  var count: Int { buffer.byteCount }

  /// Whether there are `byteCount` bytes from `position` on.
  func hold(_ byteCount: Int, at position: Int) -> Bool {
    position >= 0 && byteCount >= 0 && byteCount <= count && position <= count - byteCount
  }

  func load<T: BitwiseCopyable & FixedWidthInteger>(_ position: Int, as type: T.Type) throws(IPCError) -> T {
    guard hold(MemoryLayout<T>.size, at: position) else { throw outside(position) }
    return T(littleEndian: buffer.baseAddress.loadUnaligned(fromByteOffset: position, as: T.self))
  }

  /// The place that a reference at `position` points to.
  func target(of position: Int) throws(IPCError) -> Int {
    let distance = try load(position, as: UInt32.self)
    // Neither can be near the range's end: positions are below the size of memory, distances below 2^32.
    let target = position + Int(distance)
    guard distance > 0, hold(4, at: target) else { throw outside(target) }
    return target
  }

  /// The text at `position`, its length in front. What is not UTF-8 is repaired with U+FFFD.
  func string(at position: Int) throws(IPCError) -> String {
    let length = Int(try load(position, as: UInt32.self))
    guard hold(length, at: position + 4) else { throw outside(position + 4 + length) }
    try charge(Self.tableCost + length)
    return String(
      decoding: UnsafeRawBufferPointer(start: buffer.baseAddress + position + 4, count: length), as: UTF8.self)
  }

  func charge(_ cost: Int) throws(IPCError) {
    guard cost <= budget.left else {
      throw .invalid("the metadata of \(count) bytes refers to the same places over and over")
    }
    budget.left -= cost
  }

  func outside(_ position: Int) -> IPCError {
    .invalid("the metadata points to byte \(position), and it has \(count)")
  }
}
