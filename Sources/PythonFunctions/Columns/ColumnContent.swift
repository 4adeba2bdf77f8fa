import CPythonABI
import Columnar
import Functions
import PythonRuntime

/// The rows of an argument, and how they become Python objects or numbers in memory.
///
/// Made and dropped under the GIL of the interpreter only: it holds Python objects for its readers.
final class ColumnContent {
  let api: PythonAPI
  let column: Column
  let field: Field
  let type: UDFType
  private let reader: ArgumentReader
  private let conversion: Conversion
  private let account: MemoryAccount
  /// Which rows are null because what they stand for in a dictionary is; nil for none.
  let dictionaryNulls: [Bool]?
  private var numbers: NumberMemory?
  private var plain: Column?

  /// - Parameter conversion: of the call; the content has one of its own, since code that runs on after the call may use it.
  /// - Throws: as `Conversion.reader`.
  init(
    _ column: Column, _ field: Field, as type: UDFType, _ conversion: Conversion, _ account: MemoryAccount
  ) throws {
    let own = Conversion(conversion)
    do { reader = try own.reader(of: column, field, as: type) } catch {
      own.release()
      throw error
    }
    (api, self.column, self.type, self.conversion, self.account) = (own.api, column, type, own, account)
    self.field = field
    if let dictionary = column.dictionary, dictionary.nullCount > 0 {
      dictionaryNulls = try? column.dictionaryIndices().map { $0 < 0 || dictionary.isNull($0) }
    } else {
      dictionaryNulls = nil
    }
  }

  deinit { conversion.release() }

  /// Ends the call: what Python code has kept of the memory counts as the interpreter's from now on.
  func end() { numbers?.endCall() }

  // MARK: Objects

  func nullCount(_ rows: Range<Int>) -> Int {
    dictionaryNulls?[rows].count { $0 } ?? column.slice(rows).nullCount
  }

  func isNull(_ row: Int) -> Bool { dictionaryNulls?[row] ?? column.isNull(row) }

  /// A new reference to the value of a row, or nil with an exception set.
  func object(_ row: Int) -> ObjectPointer? {
    var object: ObjectPointer?
    return reader(row..<row + 1, &object, 1) == 1 ? object : nil
  }

  /// Fills a list that was made for it; gives false with an exception set, and the list is good for nothing then.
  func fill(_ list: ObjectPointer, first: Int, step: Int, count: Int) -> Bool {
    guard let places = api.places(of: list, count: count, holdNone: reader.runsPython) else { return count == 0 }
    if step == 1 { return reader(first..<first + count, places, 1) == count }
    for place in 0..<count {
      let row = first + place * step
      guard reader(row..<row + 1, places + place, 1) == 1 else { return false }
    }
    return true
  }

  // MARK: Numbers

  /// The numbers of all rows in memory, 0 for nulls; nil with an exception set where there are none.
  func memory() -> NumberMemory? {
    if let numbers { return numbers }
    guard let layout = NumberLayout(type) else {
      return refuse(
        "a column of \(type) has no buffer, as numbers and bool have; index it, or make a list with to_list()")
    }
    guard let plain = plainNumbers() else { return nil }
    let made = NumberMemory(plain, layout, account)
    numbers = made
    return made
  }

  /// The rows as a column of the type's own; nil with an exception set where a value does not fit.
  func plainNumbers() -> Column? {
    if let plain { return plain }
    do {
      let made = try column.type == type.columnType ? column : converted()
      plain = made
      return made
    } catch let problem as ResultProblem {
      return refuse("a value of the column \(problem.reason)")
    } catch {
      return refuse("\(error)")
    }
  }

  private func refuse<Value>(_ reason: String) -> Value? {
    _ = api.raise(api.pointee.PyExc_BufferError, reason)
    return nil
  }

  /// The same values as a column of the type's own.
  private func converted() throws -> Column {
    if let widened = type == .int ? column.widened(to: Int64.self) : type == .float ? column.asDoubles : nil {
      return widened
    }
    var rows = EachRow(content: self)
    return try conversion.withWriter(of: type, rows: column.count, &rows)
  }

  /// By way of Python objects.
  private struct EachRow: WriterUse {
    let content: ColumnContent

    func use<Writer: ResultWriter & ~Copyable>(_ initial: consuming Writer) throws -> Column {
      var writer = initial
      let api = content.api
      for row in 0..<content.column.count {
        guard let object = content.object(row) else { throw api.pendingProblem() }
        defer { api.pointee.Py_DecRef(object) }
        if object == api.none { writer.appendNull() } else { try writer.append(object) }
      }
      return try writer.finish()
    }
  }
}

extension ResultProblem {
  fileprivate var reason: String {
    switch self {
    case .outOfRange(let range): "does not fit \(range)"
    case .exception(let error, _): "cannot be converted: \(error.summary)"
    case .column(let error): "cannot be converted: \(error.message)"
    case .wrongType, .part: "is of another type"
    }
  }
}

/// The numbers of a column in memory, in Python's own layout.
final class NumberMemory {
  let layout: NumberLayout
  let start: UnsafeRawPointer
  /// Keeps the memory.
  private let owner: Buffer
  private let byteCount: Int
  private let account: MemoryAccount
  /// How many buffers point there.
  private var exports = 0
  private var isCharged = false

  /// - Parameter column: of the layout's type.
  init(_ column: Column, _ layout: NumberLayout, _ account: MemoryAccount) {
    (self.layout, self.account) = (layout, account)
    if layout.kind == .bool {
      owner = column.unpackedBits
      start = owner.baseAddress
    } else if column.nullCount > 0 {
      owner = column.valuesWithoutNulls(of: layout.byteWidth)
      start = owner.baseAddress
    } else {
      owner = column.buffers[0]
      start = column.unsafeValues
    }
    byteCount = owner.byteCount
  }

  fileprivate func beginExport() { exports += 1 }

  fileprivate func endExport() {
    exports -= 1
    if exports == 0, isCharged {
      isCharged = false
      account.discharge(byteCount)
    }
  }

  /// What is kept beyond the call counts as the interpreter's.
  fileprivate func endCall() {
    guard exports > 0, !isCharged else { return }
    isCharged = true
    account.charge(byteCount)
  }
}

/// What a buffer holds until it is released: the memory, and the numbers that CPython wants in memory too.
final class ColumnExport {
  let shape: UnsafeMutablePointer<Int>
  var strides: UnsafeMutablePointer<Int> { shape + 1 }
  private let memory: NumberMemory

  init(_ memory: NumberMemory, count: Int, stride: Int) {
    self.memory = memory
    shape = .allocate(capacity: 2)
    shape.initialize(to: count)
    (shape + 1).initialize(to: stride)
    memory.beginExport()
  }

  deinit {
    memory.endExport()
    shape.deallocate()
  }
}

extension Column {
  /// A byte for each row, 0 for nulls.
  fileprivate var unpackedBits: Buffer {
    let (bits, bitOffset) = unsafeBits
    let validity = unsafeValidity
    guard validity != nil else { return .unpacking(bits, bitOffset: bitOffset, count: count) }
    return Buffer(
      copying: (0..<count).lazy.map { row -> UInt8 in
        let bit = bitOffset + row
        if let validity, !validity.bytes.isSet(validity.bitOffset + row) { return 0 }
        return bits.isSet(bit) ? 1 : 0
      })
  }

  /// A copy of the values, with zeros for nulls.
  fileprivate func valuesWithoutNulls(of byteWidth: Int) -> Buffer {
    var memory = GrowableBuffer(byteCapacity: count * byteWidth)
    memory.copy(UnsafeRawBufferPointer(start: unsafeValues, count: count * byteWidth), toByteOffset: 0)
    let base = memory.base
    guard let validity = unsafeValidity else { return memory.freeze(byteCount: count * byteWidth) }
    var row = 0
    while row < count {
      let bit = validity.bitOffset + row
      // Most bytes have no null.
      if bit & 7 == 0, count - row >= 8, validity.bytes[bit >> 3] == 0xFF {
        row += 8
        continue
      }
      if !validity.bytes.isSet(bit) {
        (base + row * byteWidth).initializeMemory(as: UInt8.self, repeating: 0, count: byteWidth)
      }
      row += 1
    }
    return memory.freeze(byteCount: count * byteWidth)
  }

  /// The values of a column of narrower integers; nil for any other.
  fileprivate func widened(to type: Int64.Type) -> Column? {
    switch self.type {
    case .int8: mapped(Int8.self) { Int64($0) }
    case .int16: mapped(Int16.self) { Int64($0) }
    case .int32: mapped(Int32.self) { Int64($0) }
    case .uint8: mapped(UInt8.self) { Int64($0) }
    case .uint16: mapped(UInt16.self) { Int64($0) }
    case .uint32: mapped(UInt32.self) { Int64($0) }
    default: nil
    }
  }

  /// The values of a column of integers, or of shorter floats; nil for any other.
  fileprivate var asDoubles: Column? {
    switch type {
    case .int8: mapped(Int8.self) { Double($0) }
    case .int16: mapped(Int16.self) { Double($0) }
    case .int32: mapped(Int32.self) { Double($0) }
    case .int64: mapped(Int64.self) { Double($0) }
    case .uint8: mapped(UInt8.self) { Double($0) }
    case .uint16: mapped(UInt16.self) { Double($0) }
    case .uint32: mapped(UInt32.self) { Double($0) }
    case .float32: mapped(Float.self) { Double($0) }
    default: nil
    }
  }

  private func mapped<Value, Other: FixedWidthColumnElement>(_: Value.Type, _ change: (Value) -> Other) -> Column {
    let values = unsafeValues.assumingMemoryBound(to: Value.self)
    var builder = FixedWidthBuilder<Other>()
    builder.reserveCapacity(count)
    let validity = unsafeValidity
    for row in 0..<count {
      if let validity, !validity.bytes.isSet(validity.bitOffset + row) {
        builder.appendNull()
      } else {
        builder.append(change(values[row]))
      }
    }
    return builder.finish()
  }
}

extension UnsafePointer<UInt8> {
  @inline(__always)
  fileprivate func isSet(_ bit: Int) -> Bool { self[bit >> 3] & (1 << UInt8(truncatingIfNeeded: bit & 7)) != 0 }
}
