import CPythonABI
import Columnar
import Functions
import PythonRuntime

/// Large results that stay where the package has put them, so that nobody copies them.
///
/// That takes an interpreter that does not end, whose GIL they come back under. And nobody may write there any more: either
/// the result is read before code of the source's runs again, or it is an array that nobody else has.
extension BatchCall {
  /// From how many bytes on; fewer are copied before the questions are answered.
  private static var least: Int { 64 << 10 }

  /// All rows of the result as the numbers of a buffer, which is taken over then; nil where they have to be copied.
  ///
  /// - Parameter validity: nil when no row is null.
  func lent(_ view: Py_buffer, _ rows: Range<Int>, validity: Buffer?) -> Column? {
    let type = result.columnType
    guard let lending, rows.count == rowCount, view.len >= Self.least, let start = view.buf, let object = view.obj,
      result.isPlain, type.layout == .fixedWidth(byteWidth: view.len / rows.count),
      UInt(bitPattern: start) % UInt(view.len / rows.count) == 0, areTakenAtOnce || isNobodyElses(object)
    else { return nil }
    let held = UnsafeMutablePointer<Py_buffer>.allocate(capacity: 1)
    held.initialize(to: view)
    let api = api
    let giveBack = lending.lend {
      api.pointee.PyBuffer_Release(held)
      held.deallocate()
    }
    let buffer = Buffer(adopting: start, byteCount: view.len, release: giveBack)
    return try? Column(type: type, count: rows.count, validity: validity, buffers: [buffer])
  }

  /// Whether an array has memory of its own, and is known to nobody but us.
  private func isNobodyElses(_ object: ObjectPointer) -> Bool {
    // Ours as it came and as our Python code gave it back, and that of the buffer.
    let ours: UInt32 = object == returned ? 3 : 2
    guard let ownsMemory, UInt32(truncatingIfNeeded: object.pointee.ob_refcnt) == ours else { return false }
    guard let answer = api.call(ownsMemory, [object]) else {
      api.pointee.PyErr_Clear()
      return false
    }
    defer { api.pointee.Py_DecRef(answer) }
    return answer == api.pointee._Py_TrueStruct
  }

  /// A column of another library in memory that stays: its own where that is read at once, and else a copy.
  func kept(_ column: Column) -> Column {
    guard let lending, areTakenAtOnce, column.count > Self.least / 16 else { return column.copiedMemory() }
    let owner = Owner(column)
    return column.sharing(BufferOwner(release: lending.lend { owner.column = nil }))
  }

  /// Lets go of another library's column when it is told to.
  private final class Owner {
    var column: Column?

    init(_ column: Column) { self.column = column }
  }
}

extension Buffer {
  /// The validity of rows, of a mask that has something other than 0 for nulls.
  ///
  /// - Parameter mask: a byte for each row.
  static func validity(ofMask mask: UnsafeRawBufferPointer) -> Buffer {
    let byteCount = (mask.count + 7) / 8
    let memory = GrowableBuffer(byteCapacity: byteCount)
    let target = memory.base.assumingMemoryBound(to: UInt8.self)
    let (ones, rest): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x7F7F_7F7F_7F7F_7F7F)
    for place in 0..<mask.count / 8 {
      let bytes = mask.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self)
      // 1 in each byte that is not 0; then the eight of them side by side in the highest byte.
      let nulls = ((bytes & rest) &+ rest | bytes) >> 7 & ones
      target[place] = ~UInt8(truncatingIfNeeded: (nulls &* 0x0102_0408_1020_4080) >> 56)
    }
    if mask.count & 7 != 0 {
      var byte: UInt8 = 0
      for bit in 0..<mask.count & 7 where mask[mask.count & ~7 + bit] == 0 { byte |= 1 << UInt8(bit) }
      target[byteCount - 1] = byte
    }
    return memory.freeze(byteCount: byteCount)
  }
}
