import Functions

/// Which states of an aggregate function there are: who has each, where it is, and which statement it belongs to at most.
///
/// DuckDB may destroy a state never, or late: what it has is a handle that says which of several states at a place it means,
/// and states are dropped with their statements in any case. States that several of DuckDB's have are shared until one is
/// changed.
struct StateEntries {
  /// A state in an interpreter.
  struct Place: Hashable {
    /// The place of its table.
    let table: Int
    /// Its group there.
    let group: Int
  }

  private struct Entry {
    var generation: UInt64
    /// How many of DuckDB's states have it; 0 for a place that is free.
    var references: UInt32
    var table: UInt32
    var group: UInt32
    /// The statement that began last when it was made; it belongs to that or to one before.
    var statement: Int
  }

  private var entries: [Entry] = []
  private var free: [UInt32] = []
  /// For each table the groups that can be used, and the next one that never was.
  private var groups: [(free: [Int], next: Int)] = []
  /// How many there are, by statement.
  private var countByStatement: [Int: Int] = [:]
  private let function: UInt32

  init(function: UInt32) { self.function = function }

  /// How many states there are.
  private(set) var count = 0

  /// How many tables are known.
  var tableCount: Int { groups.count }

  mutating func addTable() -> Int {
    groups.append(([], 0))
    return groups.count - 1
  }

  /// Forgets all tables; there must be no states.
  mutating func removeTables() { groups = [] }

  /// A group of a table that nobody uses.
  mutating func newGroup(in table: Int) -> Int {
    if let group = groups[table].free.popLast() { return group }
    defer { groups[table].next += 1 }
    return groups[table].next
  }

  /// Lets groups be used again, whose states have been dropped.
  mutating func reuse(_ dropped: [Int], of table: Int) {
    if groups.indices.contains(table) { groups[table].free += dropped }
  }

  /// A new state, of which there is nothing in the interpreter yet.
  mutating func add(in table: Int, statement: Int) -> StateHandle {
    let group = UInt32(newGroup(in: table))
    count += 1
    countByStatement[statement, default: 0] += 1
    let place: UInt32
    if let known = free.popLast() {
      place = known
    } else {
      place = UInt32(entries.count)
      entries.append(Entry(generation: 0, references: 0, table: 0, group: 0, statement: 0))
    }
    let generation = entries[Int(place)].generation + 1
    entries[Int(place)] = Entry(
      generation: generation, references: 1, table: UInt32(table), group: group, statement: statement)
    return StateHandle(function: function, entry: place, generation: generation)
  }

  private func entry(of handle: StateHandle) -> Entry? {
    guard handle.function == function, Int(handle.entry) < entries.count else { return nil }
    let entry = entries[Int(handle.entry)]
    return entry.generation == handle.generation && entry.references > 0 ? entry : nil
  }

  /// Where a state is; nil for one that has been dropped.
  func place(of handle: StateHandle) -> Place? {
    entry(of: handle).map { Place(table: Int($0.table), group: Int($0.group)) }
  }

  /// Where a state is that is not shared; nil for any other.
  @inline(__always)
  func placeOfOnlyOwner(_ handle: StateHandle) -> Place? {
    guard handle.function == function, Int(handle.entry) < entries.count else { return nil }
    let entry = entries[Int(handle.entry)]
    guard entry.generation == handle.generation, entry.references == 1 else { return nil }
    return Place(table: Int(entry.table), group: Int(entry.group))
  }

  func isShared(_ handle: StateHandle) -> Bool { (entry(of: handle)?.references ?? 0) > 1 }

  mutating func retain(_ handle: StateHandle) {
    if entry(of: handle) != nil { entries[Int(handle.entry)].references += 1 }
  }

  /// Lets go of a state; gives where it was if nobody has it any more.
  mutating func release(_ handle: StateHandle) -> Place? {
    guard let entry = entry(of: handle) else { return nil }
    entries[Int(handle.entry)].references -= 1
    guard entry.references == 1 else { return nil }
    return remove(Int(handle.entry))
  }

  private mutating func remove(_ place: Int) -> Place {
    let entry = entries[place]
    entries[place].references = 0
    free.append(UInt32(place))
    count -= 1
    let left = countByStatement[entry.statement, default: 1] - 1
    countByStatement[entry.statement] = left > 0 ? left : nil
    return Place(table: Int(entry.table), group: Int(entry.group))
  }

  /// Takes out what is of statements before one, and gives where that was.
  mutating func removeAll(before statement: Int) -> [Place] {
    guard countByStatement.keys.contains(where: { $0 < statement }) else { return [] }
    var places: [Place] = []
    for place in entries.indices where entries[place].references > 0 && entries[place].statement < statement {
      places.append(remove(place))
    }
    return places
  }
}
