import Columnar

/// A column as the registers of a program take it, a chunk at a time.
///
/// An object, since a batch is many chunks: a copy for each would count the references of all that a column has.
final class ArgumentColumn {
  let register: Int
  private let column: Column
  private let validity: Int?
  private let load: (Lanes, _ first: Int, _ count: Int) -> Void

  /// Nil for a column that no register takes; its rows are CPython's.
  init?(_ column: Column, _ parameter: ProgramParameter) {
    guard column.dictionary == nil else { return nil }
    let register = parameter.register
    (self.register, validity) = (register, parameter.validity)
    self.column = column
    switch (parameter.kind, column.type) {
    case (.int, .int64), (.float, .float64):
      // The column's own memory, which programs do not write.
      nonisolated(unsafe) let values = UnsafeMutableRawPointer(mutating: column.unsafeValues)
      load = { lanes, first, _ in lanes.bind(register, to: values + first * 8) }
    case (.int, .int8): load = Self.widening(column, register) { (value: Int8) in Int64(value) }
    case (.int, .int16): load = Self.widening(column, register) { (value: Int16) in Int64(value) }
    case (.int, .int32): load = Self.widening(column, register) { (value: Int32) in Int64(value) }
    case (.int, .uint8): load = Self.widening(column, register) { (value: UInt8) in Int64(value) }
    case (.int, .uint16): load = Self.widening(column, register) { (value: UInt16) in Int64(value) }
    case (.int, .uint32): load = Self.widening(column, register) { (value: UInt32) in Int64(value) }
    case (.float, .float32): load = Self.widening(column, register) { (value: Float) in Double(value) }
    case (.float, .int8): load = Self.widening(column, register) { (value: Int8) in Double(value) }
    case (.float, .int16): load = Self.widening(column, register) { (value: Int16) in Double(value) }
    case (.float, .int32): load = Self.widening(column, register) { (value: Int32) in Double(value) }
    case (.float, .int64): load = Self.widening(column, register) { (value: Int64) in Double(value) }
    case (.float, .uint8): load = Self.widening(column, register) { (value: UInt8) in Double(value) }
    case (.float, .uint16): load = Self.widening(column, register) { (value: UInt16) in Double(value) }
    case (.float, .uint32): load = Self.widening(column, register) { (value: UInt32) in Double(value) }
    case (.float, .uint64): load = Self.widening(column, register) { (value: UInt64) in Double(value) }
    case (.bool, .bool):
      let (bytes, offset) = column.unsafeBits
      load = { lanes, first, count in
        Self.unpack(bytes, offset + first, count, into: lanes.values(register, as: Int64.self))
      }
    case (.date, .date32):
      load = Self.checked(column, register, DateKernels.days) { (value: Int32) in Int64(value) }
    case (.moment, .timestamp(let unit, nil)):
      // Of nanoseconds Python takes only some.
      let factors: [TimeUnit: Int64] = [.second: 1_000_000, .millisecond: 1_000, .microsecond: 1]
      guard let factor = factors[unit] else { return nil }
      load = Self.checked(column, register, DateKernels.moments) { (value: Int64) in
        let (moment, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow ? .max : moment
      }
    case (.text, .utf8), (.text, .largeUTF8), (.text, .utf8View):
      let rows = VariableWidthRows(column)
      let hasNulls = column.nullCount > 0
      let isContiguous = column.type != .utf8View
      let short = rows.shortOffsets
      load = { lanes, first, count in
        let texts = Texts(lanes, register)
        if let short, let byteCount = texts.fill(first..<first + count, short.offsets, short.data) {
          lanes.textBytes &+= byteCount
          return
        }
        // All bytes of the chunk at once, where they are one behind the other.
        var isASCII = false
        if isContiguous, count > 0 {
          let (low, high) = (rows.bytes(at: first), rows.bytes(at: first + count - 1))
          if let start = low.baseAddress, let last = high.baseAddress {
            let bytes = last - start + high.count
            isASCII =
              bytes >= 0 && TextView(start: start.assumingMemoryBound(to: UInt8.self), count: bytes).isASCII
          }
        }
        var isAll = true
        var total = 0
        for row in 0..<count {
          // The view of a null row may hold anything.
          let bytes =
            hasNulls && column.isNull(first + row)
            ? UnsafeRawBufferPointer(start: nil, count: 0) : rows.bytes(at: first + row)
          let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? Texts.nowhere
          let text = TextView(start: start, count: bytes.count)
          texts[row] = text
          total &+= text.count
          let isOwn = isASCII || text.isASCII
          isAll = isAll && isOwn
          // What is no UTF-8 is an error that CPython finds.
          // One that is very large takes memory there, which is bounded.
          if text.count > TextArena.textLimit || (!isOwn && String(validating: bytes, as: UTF8.self) == nil) {
            lanes.marks[row] = 1
            lanes.isMarked = true
            texts[row] = TextView(start: Texts.nowhere, count: 0)
          }
        }
        lanes.isASCII[register] = isAll
        lanes.textBytes &+= total
      }
    default: return nil
    }
  }

  /// Makes a chunk's values the register's.
  func bind(_ lanes: Lanes, first: Int, count: Int) {
    load(lanes, first, count)
    guard let validity else { return }
    guard let bits = column.unsafeValidity else { return lanes.fill(validity, with: 1) }
    Self.unpack(bits.bytes, bits.bitOffset + first, count, into: lanes.values(validity, as: Int64.self))
  }

  /// Where rows are null without a call because this column is; nil where none is, or the function sees that.
  var deciding: ColumnNulls? {
    guard validity == nil, column.nullCount > 0 else { return nil }
    return column.unsafeValidity.map { ColumnNulls($0.bytes, offset: $0.bitOffset) }
  }

  private static func widening<Value, Wide>(
    _ column: Column, _ register: Int, _ widen: @escaping (Value) -> Wide
  ) -> (Lanes, Int, Int) -> Void {
    let values = column.unsafeValues.assumingMemoryBound(to: Value.self)
    return { lanes, first, count in
      let wide = lanes.values(register, as: Wide.self)
      for row in 0..<count { wide[row] = widen(values[first + row]) }
    }
  }

  /// Rows of which a value is not in the range are CPython's, which says what is wrong with it.
  private static func checked<Value>(
    _ column: Column, _ register: Int, _ range: ClosedRange<Int64>, _ widen: @escaping (Value) -> Int64
  ) -> (Lanes, Int, Int) -> Void {
    let values = column.unsafeValues.assumingMemoryBound(to: Value.self)
    return { lanes, first, count in
      let wide = lanes.values(register, as: Int64.self)
      var areInside = true
      for row in 0..<count {
        let value = widen(values[first + row])
        let isInside = range.contains(value)
        wide[row] = isInside ? value : 0
        areInside = areInside && isInside
      }
      guard !areInside else { return }
      for row in 0..<count where !range.contains(widen(values[first + row])) {
        lanes.marks[row] = 1
        lanes.isMarked = true
      }
    }
  }

  private static func unpack(
    _ bytes: UnsafePointer<UInt8>, _ first: Int, _ count: Int, into target: UnsafeMutablePointer<Int64>
  ) {
    for row in 0..<count {
      let bit = first &+ row
      target[row] = Int64((bytes[bit &>> 3] &>> UInt8(truncatingIfNeeded: bit & 7)) & 1)
    }
  }
}
