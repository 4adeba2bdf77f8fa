/// The memory that a program runs in: registers of a chunk's rows, and what is known of these rows.
///
/// Made for one program and used by one thread at a time. A register has eight bytes for each row: an `Int64`, a `Double`, a
/// truth value as 0 or 1, or an address. A text takes two registers, the address of its bytes and their number, and is a
/// valid, possibly empty, text in every row at all times: code that computes rows along which do not count reads it too.
final class Lanes {
  /// Rows of a chunk: with 8 KiB a register, those of an expression stay in a core's first cache.
  static let rows = 1024

  let registers: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private let own: [UnsafeMutableRawPointer]
  /// For each row of the chunk whether CPython is to run it.
  let marks: UnsafeMutablePointer<UInt8>
  /// Whether it is any row of it; whoever marks one says so, a kernel by what it gives.
  var isMarked = false
  /// For each register of a text whether the texts of all rows have ASCII characters only.
  let isASCII: UnsafeMutablePointer<Bool>
  let arena = TextArena()
  /// Which rows left a loop or an inlined function early, by the number of the exit.
  var exits: [Selection]
  private var lists: [UnsafeMutablePointer<UInt16>] = []
  private var usedLists = 0
  /// Registers of constant texts, and whether these are ASCII.
  var constantTexts: [(register: Int, isASCII: Bool)] = []
  /// The text that a register has in every row, if it is a constant's.
  func constantText(_ register: Int) -> TextView? {
    constantTexts.contains { $0.register == register } ? Texts(self, register)[0] : nil
  }

  /// How much a chunk may still loop before what still does is left to CPython, which meets deadlines.
  var budget = 0
  /// The bytes of the chunk's texts.
  var textBytes = 0
  private var rowCount = 1
  private let registerCount: Int
  private let hasTexts: Bool

  init(registers count: Int, exits exitCount: Int, hasTexts: Bool) {
    (registerCount, self.hasTexts) = (count, hasTexts)
    registers = .allocate(capacity: count)
    own = (0..<count).map { _ in
      let lanes = UnsafeMutableRawPointer.allocate(byteCount: Self.rows * 8, alignment: 64)
      lanes.initializeMemory(as: Int64.self, repeating: 0, count: Self.rows)
      return lanes
    }
    registers.initialize(from: own, count: count)
    marks = .allocate(capacity: Self.rows)
    marks.initialize(repeating: 0, count: Self.rows)
    isASCII = .allocate(capacity: count)
    isASCII.initialize(repeating: true, count: count)
    exits = (0..<exitCount).map { _ in
      Selection(rows: .allocate(capacity: Self.rows), count: 0, isDense: false)
    }
  }

  deinit {
    for lanes in own { lanes.deallocate() }
    for exit in exits { exit.rows.deallocate() }
    for list in lists { list.deallocate() }
    registers.deallocate()
    marks.deallocate()
    isASCII.deallocate()
  }

  @inline(__always)
  func values<Number>(_ register: Int, as type: Number.Type) -> UnsafeMutablePointer<Number> {
    registers[register].assumingMemoryBound(to: Number.self)
  }

  /// Lets a register be memory that is the caller's, such as a column's; `nil` for its own again.
  func bind(_ register: Int, to memory: UnsafeMutableRawPointer?) { registers[register] = memory ?? own[register] }

  func fill(_ register: Int, with value: Int64) {
    values(register, as: Int64.self).update(repeating: value, count: Self.rows)
  }

  /// Forgets the rows of the chunk before.
  func begin(rows: Int) {
    if isMarked { marks.update(repeating: 0, count: Self.rows) }
    isMarked = false
    if hasTexts {
      isASCII.update(repeating: true, count: registerCount)
      for (register, isOwn) in constantTexts { isASCII[register] = isOwn }
      arena.reset()
    }
    usedLists = 0
    budget = Self.turns
    (textBytes, rowCount) = (0, max(rows, 1))
  }

  /// What a turn of a loop takes, as one operation on its texts may read them whole.
  var textWeight: Int { 1 + (textBytes + arena.total) / rowCount / 256 }

  // MARK: Lists of rows

  /// A list for a selection, until `release(to:)` with what `depth` was before.
  func list() -> UnsafeMutablePointer<UInt16> {
    if usedLists == lists.count { lists.append(.allocate(capacity: Self.rows)) }
    usedLists += 1
    return lists[usedLists - 1]
  }

  var depth: Int { usedLists }
  func release(to depth: Int) { usedLists = depth }

  /// The rows of a selection that no kernel marked.
  func unmarked(_ selection: Selection) -> Selection {
    let rows = selection.rows
    let marks = marks
    var count = 0
    selection.each { row in
      rows[count] = UInt16(truncatingIfNeeded: row)
      count &+= marks[row] == 0 ? 1 : 0
    }
    return Selection(rows: rows, count: count, isDense: false)
  }
}
