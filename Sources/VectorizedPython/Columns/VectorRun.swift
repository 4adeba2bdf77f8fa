package import Columnar
import Functions

/// What a program made of a batch: results, and the rows that are left to CPython.
package struct VectorRun: ~Copyable {
  private let program: VectorProgram
  private let rowCount: Int
  /// What became of each row; nil as long as that is what the columns' nulls say.
  private var states: RowStates?
  /// The nulls of columns that make a row null without a call.
  private let nulls: [ColumnNulls]
  private var values: GrowableBuffer
  private let width: Int
  /// The bytes of texts, one after the other, and where each row's end.
  private var bytes = GrowableBuffer()
  private var byteCount = 0
  private let ends: GrowableBuffer
  /// The rows that CPython is to run, in order.
  package private(set) var rerun: [Range<Int>] = []
  package private(set) var rerunCount = 0

  /// Runs a program on a batch; nil when its columns are such as no register takes.
  ///
  /// - Parameter goesOn: asked before every chunk, with its first row; the rows from there on are CPython's once it says no.
  package init?(
    _ program: VectorProgram, _ batch: RecordBatch, in workspace: VectorWorkspace, goesOn: (Int) -> Bool
  ) {
    guard batch.columns.count == program.parameters.count else { return nil }
    var columns: [ArgumentColumn] = []
    columns.reserveCapacity(batch.columns.count)
    for place in batch.columns.indices {
      guard let bound = ArgumentColumn(batch.columns[place], program.parameters[place]) else { return nil }
      columns.append(bound)
    }
    self.program = program
    rowCount = batch.rowCount
    width = program.resultKind == .text ? 0 : program.resultType.resultWidth
    nulls = columns.compactMap(\.deciding)
    values = GrowableBuffer(byteCapacity: program.resultKind == .text ? 0 : rowCount * width)
    ends = GrowableBuffer(byteCapacity: program.resultKind == .text ? rowCount * 8 : 0)
    let lanes = workspace.lanes(of: program)
    var first = 0
    while first < rowCount {
      let count = min(Lanes.rows, rowCount - first)
      guard goesOn(first) else {
        leave(first..<rowCount)
        break
      }
      run(lanes, columns, first, count)
      first += count
    }
    for column in columns { lanes.bind(column.register, to: nil) }
    lanes.bind(program.resultRegister, to: nil)
  }

  /// Whether a row has a result, and is not left to CPython.
  package func isComputed(_ row: Int) -> Bool { states?[row] != .rerun }

  /// Whether a row has another result than the only row of a column; not where it has none yet.
  package func differs(at row: Int, from other: Column) -> Bool {
    switch states?[row] ?? (isValue(row) ? .value : .null) {
    case .rerun: return false
    case .null: return !other.isNull(0)
    case .value: if other.isNull(0) { return true }
    }
    switch (program.resultKind, width) {
    case (.text, _):
      let mine = text(row)
      return !mine.elementsEqual(VariableWidthRows(other).bytes(at: 0))
    case (.bool, _):
      let (bits, offset) = other.unsafeBits
      return values.base.load(fromByteOffset: row, as: UInt8.self) != (bits[offset >> 3] >> UInt8(offset & 7)) & 1
    case (.float, 8):
      let (mine, theirs) = (
        values.base.load(fromByteOffset: row * 8, as: Double.self), other.unsafeValues.load(as: Double.self)
      )
      return mine.bitPattern != theirs.bitPattern && !(mine.isNaN && theirs.isNaN)
    case (.float, _):
      let (mine, theirs) = (
        values.base.load(fromByteOffset: row * 4, as: Float.self), other.unsafeValues.load(as: Float.self)
      )
      return mine.bitPattern != theirs.bitPattern && !(mine.isNaN && theirs.isNaN)
    default:
      let mine = UnsafeRawBufferPointer(start: values.base + row * width, count: width)
      return !mine.elementsEqual(UnsafeRawBufferPointer(start: other.unsafeValues, count: width))
    }
  }

  /// The bytes of a row's text.
  private func text(_ row: Int) -> UnsafeRawBufferPointer {
    let ends = ends.base.assumingMemoryBound(to: Int.self)
    let start = row == 0 ? 0 : ends[row - 1]
    return UnsafeRawBufferPointer(start: bytes.base + start, count: ends[row] - start)
  }

  private mutating func leave(_ rows: Range<Int>) {
    states(upTo: rows.lowerBound).fill(rows, with: .rerun)
    if program.resultKind == .text {
      (ends.base.assumingMemoryBound(to: Int.self) + rows.lowerBound).update(repeating: byteCount, count: rows.count)
    }
    add(rows)
  }

  private mutating func add(_ rows: Range<Int>) {
    rerunCount += rows.count
    if let last = rerun.last, last.upperBound == rows.lowerBound {
      rerun[rerun.count - 1] = last.lowerBound..<rows.upperBound
    } else {
      rerun.append(rows)
    }
  }

  /// The states of rows, of which those before `first` are what the nulls say when they are made here.
  private mutating func states(upTo first: Int) -> RowStates {
    if let states { return states }
    let made = RowStates(count: rowCount)
    made.fill(0..<first, with: .value)
    for nulls in nulls { made.clear(0..<first, where: nulls) }
    states = made
    return made
  }

  private mutating func run(_ lanes: Lanes, _ columns: [ArgumentColumn], _ first: Int, _ count: Int) {
    lanes.begin(rows: count)
    for column in columns { column.bind(lanes, first: first, count: count) }
    let isDirect = width == 8 && program.resultKind != .text && program.resultKind != .bool
    if isDirect { lanes.bind(program.resultRegister, to: values.base + first * 8) }
    var selection = Selection(rows: lanes.list(), count: count, isDense: true)
    // Null rows are computed along where that cannot go on and on.
    let needsStates = program.resultValidity != nil || (!nulls.isEmpty && program.isSensitiveToNulls)
    var own = states != nil || needsStates ? begin(first..<first + count) : nil
    if let own, !nulls.isEmpty, program.isSensitiveToNulls {
      selection.keep { own[$0] == .value }
    }
    // Texts that cannot be read are marked before the first kernel.
    if lanes.isMarked { selection = lanes.unmarked(selection) }
    lanes.run(program.actions, &selection)
    if let own, let validity = program.resultValidity {
      RowStates.clear(own, count, where: lanes.values(validity, as: Int64.self))
    }
    if lanes.isMarked {
      let states = own ?? begin(first..<first + count)
      // A null row is null without a call. One that is marked has no result yet that could be.
      for row in 0..<count where lanes.marks[row] != 0 && !nulls.contains(where: { $0[first + row] }) {
        states[row] = .rerun
      }
      own = states
    }
    if !isDirect { take(lanes, own, first, count) }
    guard lanes.isMarked, let own else { return }
    var row = 0
    while row < count {
      guard own[row] == .rerun else {
        row += 1
        continue
      }
      let start = row
      while row < count, own[row] == .rerun { row += 1 }
      add(first + start..<first + row)
    }
  }

  /// The states of a chunk's rows, as the nulls say.
  private mutating func begin(_ rows: Range<Int>) -> UnsafeMutablePointer<RowState> {
    let states = states(upTo: rows.lowerBound)
    states.fill(rows, with: .value)
    for nulls in nulls { states.clear(rows, where: nulls) }
    return states.memory + rows.lowerBound
  }

  /// Takes a chunk's results over where the result's register is not the column itself.
  private mutating func take(_ lanes: Lanes, _ own: UnsafeMutablePointer<RowState>?, _ first: Int, _ count: Int) {
    let register = program.resultRegister
    switch program.resultKind {
    case .text:
      let texts = Texts(lanes, register)
      // Rows that have no value have no bytes.
      if let own {
        for row in 0..<count where own[row] != .value { texts[row].count = 0 }
      }
      var total = 0
      for row in 0..<count { total &+= texts.count(row) }
      bytes.grow(toFit: byteCount + total, keeping: byteCount)
      let target = bytes.base.assumingMemoryBound(to: UInt8.self)
      let ends = ends.base.assumingMemoryBound(to: Int.self) + first
      let all = texts.adjoining(Selection(rows: lanes.list(), count: count, isDense: true))
      if let all { all.copy(to: target + byteCount) }
      for row in 0..<count {
        if all == nil { texts[row].copy(to: target + byteCount) }
        byteCount &+= texts.count(row)
        ends[row] = byteCount
      }
    case .bool: narrow(lanes, first, count) { (value: Int64) in UInt8(truncatingIfNeeded: value) }
    case .float: narrow(lanes, first, count) { (value: Double) in Float(value) }
    default:
      switch program.resultType {
      case .int8, .uint8: narrow(lanes, first, count) { (value: Int64) in UInt8(truncatingIfNeeded: value) }
      case .int16, .uint16: narrow(lanes, first, count) { (value: Int64) in UInt16(truncatingIfNeeded: value) }
      default: narrow(lanes, first, count) { (value: Int64) in UInt32(truncatingIfNeeded: value) }
      }
    }
  }

  private mutating func narrow<Wide, Narrow>(_ lanes: Lanes, _ first: Int, _ count: Int, _ convert: (Wide) -> Narrow) {
    let source = lanes.values(program.resultRegister, as: Wide.self)
    let target = values.base.assumingMemoryBound(to: Narrow.self) + first
    for row in 0..<count { target[row] = convert(source[row]) }
  }

  // MARK: The column

  /// The results with those of CPython in their places.
  ///
  /// - Parameters:
  ///   - others: a column of what CPython gave, row after row; nil when it ran none.
  ///   - rows: which rows these are.
  ///   - replaced: whether rows of these that the program had results for are CPython's now.
  package consuming func column(
    with others: Column?, of rows: [Range<Int>], reach: OffsetReach
  ) throws(ColumnError) -> Column {
    if program.resultKind == .text { return try textColumn(with: others, of: rows, reach) }
    if let others, let states {
      var place = 0
      for range in rows {
        for row in range {
          states[row] = others.isNull(place) ? .null : .value
          copy(others, place, to: row)
          place += 1
        }
      }
    }
    let (validity, nullCount) = validity()
    let type = program.resultType.columnType
    if type == .bool {
      let bits = RowStates.packed(values.base, count: rowCount)
      return try Column(type: .bool, count: rowCount, nullCount: nullCount, validity: validity, buffers: [bits])
    }
    let count = rowCount
    let buffer = values.freeze(byteCount: rowCount * width)
    return try Column(type: type, count: count, nullCount: nullCount, validity: validity, buffers: [buffer])
  }

  /// The bits of the results' validity, and how many are null; no bits where none is.
  private func validity() -> (Buffer?, nullCount: Int) {
    if let states { return states.validity() }
    return nulls.isEmpty ? (nil, 0) : ColumnNulls.validity(nulls, count: rowCount)
  }

  private func isValue(_ row: Int) -> Bool { states.map { $0[row] == .value } ?? !nulls.contains { $0[row] } }

  private mutating func copy(_ others: Column, _ place: Int, to row: Int) {
    if program.resultKind == .bool {
      let (bytes, offset) = others.unsafeBits
      let bit = offset + place
      values.base.assumingMemoryBound(to: UInt8.self)[row] = (bytes[bit >> 3] >> UInt8(truncatingIfNeeded: bit & 7)) & 1
    } else {
      (values.base + row * width).copyMemory(from: others.unsafeValues + place * width, byteCount: width)
    }
  }

  /// The texts as they lie there already.
  private consuming func plainTextColumn() throws(ColumnError) -> Column {
    let (validity, nullCount) = validity()
    let (count, byteCount) = (rowCount, byteCount)
    let offsets = GrowableBuffer(byteCapacity: (count + 1) * 4)
    let memory = offsets.base.assumingMemoryBound(to: Int32.self)
    memory[0] = 0
    let ends = ends.base.assumingMemoryBound(to: Int.self)
    for row in 0..<count { memory[row + 1] = Int32(truncatingIfNeeded: ends[row]) }
    let data = bytes.freeze(byteCount: byteCount)
    return try Column(
      type: .utf8, count: count, nullCount: nullCount, validity: validity,
      buffers: [offsets.freeze(byteCount: (count + 1) * 4), data])
  }

  private consuming func textColumn(
    with others: Column?, of rows: [Range<Int>], _ reach: OffsetReach
  ) throws(ColumnError) -> Column {
    if others == nil, byteCount <= reach.short { return try plainTextColumn() }
    var builder = LargeStringBuilder(reach: reach)
    builder.reserveCapacity(rowCount, bytes: byteCount)
    let texts = others.map(VariableWidthRows.init)
    var (range, place) = (0, 0)
    for row in 0..<rowCount {
      while range < rows.count, row >= rows[range].upperBound { range += 1 }
      if let others, let texts, range < rows.count, rows[range].contains(row) {
        if others.isNull(place) { builder.appendNull() } else { try builder.append(utf8: texts.bytes(at: place)) }
        place += 1
      } else if isValue(row) {
        try builder.append(utf8: text(row))
      } else {
        builder.appendNull()
      }
    }
    return builder.finish()
  }
}

extension UDFType {
  /// The bytes of a value of a result, while it is made; a truth value has a byte of its own.
  fileprivate var resultWidth: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float32, .date: 4
    default: 8
    }
  }
}
