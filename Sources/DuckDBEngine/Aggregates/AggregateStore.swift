import Columnar
import Functions
internal import Synchronization
import ThreadConfinement

/// The states of an aggregate function that DuckDB's queries have: in one interpreter or several, and shared where DuckDB
/// combines a state into one without rows.
///
/// DuckDB's threads call this at the same time. The lock is held while it is decided what is to be done, and not while an
/// interpreter does it.
final class AggregateStore: StatementObserver {
  private let provider: any FunctionProvider
  private let index: Int
  private let options: CallOptions
  private let statements: StatementLog
  /// How states go from one interpreter to another; nil when they cannot, so that all have to be in one.
  private let form: StateForm?

  private struct State {
    var entries: StateEntries
    var tables: [AggregateStates] = []
    /// The tables of DuckDB's threads.
    var threads: [ThreadIdentity: Int] = [:]
    /// Groups to be dropped, by table.
    var garbage: [Int: [Int]] = [:]
    /// How many callbacks are under way.
    var callbacks = 0
    /// Tables of another generation are of no account any more.
    var generation = 0

    /// The tables whose interpreters have been given up.
    var dead: Set<Int> = []

    /// The table of a thread.
    func own(_ thread: ThreadIdentity, isOnly: Bool) -> Int? {
      isOnly ? tables.indices.first { !dead.contains($0) } : threads[thread]
    }

    /// Notes groups that nobody has any more; gives whether there are many. Under the lock in which they were given up, as
    /// tables of these places may be others after that.
    mutating func discard(_ places: [StateEntries.Place]) -> Bool {
      for place in places { garbage[place.table, default: []].append(place.group) }
      return garbage.values.contains { $0.count >= AggregateStore.mostGarbage }
    }
  }

  private let state: Mutex<State>
  /// Held while a table is made, which may load an interpreter.
  private let making = Mutex(())

  /// So many states that nobody has are dropped at once.
  fileprivate static let mostGarbage = 2_048
  /// A group that never has a state, for the value of none.
  private static let emptyGroup = (1 << 27)

  init(
    _ index: Int, of provider: any FunctionProvider, number: UInt32, _ options: CallOptions,
    _ statements: StatementLog
  ) {
    (self.index, self.provider, self.statements) = (index, provider, statements)
    var options = options
    options.keepsRows = true
    self.options = options
    let aggregate = provider.signatures[index].aggregate
    form =
      aggregate?.canMerge == false || aggregate?.isMovable == true
      ? .pickled : aggregate?.state == nil ? nil : .annotated
    state = Mutex(State(entries: StateEntries(function: number)))
  }

  /// How many states there are.
  var count: Int { state.withLock(\.entries.count) }

  // MARK: Callbacks

  /// Does what a callback has to, with the tables that are there.
  private func during<Value>(_ body: () throws -> Value) rethrows -> Value {
    state.withLock { $0.callbacks += 1 }
    defer { state.withLock { $0.callbacks -= 1 } }
    return try body()
  }

  /// Takes the rows of a chunk into states.
  ///
  /// - Parameters:
  ///   - arguments: the rows.
  ///   - states: for each row DuckDB's state.
  func update(_ arguments: RecordBatch, _ states: UnsafeMutablePointer<UnsafeMutableRawPointer>) throws {
    try during {
      let own = try ownTable()
      let count = arguments.rowCount
      let statement = statements.current
      var copies = Copies()
      defer { release(copies.sources) }
      // The groups of the rows that go to one table, usually all; those that go to others are left out.
      var table = own
      var groups = [Int](repeating: -1, count: count)
      var others: [Int: [Int]] = [:]
      try state.withLock { state in
        for row in 0..<count {
          let place = try Self.place(at: states[row], in: own, statement, &state.entries, &copies)
          if row == 0 { table = place.table }
          if place.table == table {
            groups[row] = place.group
          } else {
            others[place.table, default: Array(repeating: -1, count: count)][row] = place.group
          }
        }
      }
      for (table, merges) in copies.merges { try perform(.merge(merges), on: table) }
      try perform(.accumulate(arguments, groups: groups, signs: nil), on: table)
      for (table, groups) in others.sorted(by: { $0.key < $1.key }) {
        try perform(.accumulate(arguments, groups: groups, signs: nil), on: table)
      }
    }
  }

  /// Where the state is that a row goes to; makes one, or a copy of one that is shared.
  @inline(__always)
  private static func place(
    at address: UnsafeMutableRawPointer, in table: Int, _ statement: Int, _ entries: inout StateEntries,
    _ copies: inout Copies
  ) throws -> StateEntries.Place {
    let handle = StateHandle(at: address)
    if let place = entries.placeOfOnlyOwner(handle) { return place }
    return try newPlace(handle, at: address, in: table, statement, &entries, &copies)
  }

  private static func newPlace(
    _ handle: StateHandle, at address: UnsafeMutableRawPointer, in table: Int, _ statement: Int,
    _ entries: inout StateEntries, _ copies: inout Copies
  ) throws -> StateEntries.Place {
    let shared = entries.place(of: handle)
    guard shared != nil || handle.isNone else { throw gone }
    let new = entries.add(in: shared?.table ?? table, statement: statement)
    new.store(at: address)
    guard let place = entries.place(of: new) else { throw gone }
    if let shared {
      copies.sources.append(handle)
      // Merging nothing into it makes it another one.
      copies.merges[place.table, default: []].append(
        StateMerge(source: place.group, target: shared.group, outcome: place.group))
    }
    return place
  }

  /// Copies that have to be made of shared states.
  private struct Copies {
    var merges: [Int: [StateMerge]] = [:]
    /// What is copied, and kept until that is done: somebody else who has it might change it then, or let go of it.
    var sources: [StateHandle] = []
  }

  /// Lets go of states.
  private func release(_ handles: [StateHandle]) {
    if handles.isEmpty { return }
    let isMuch = state.withLock { state in
      state.discard(handles.compactMap { state.entries.release($0) })
    }
    if isMuch { dropGarbage() }
  }

  /// Merges states into others, pair by pair; those that are taken stay as they are.
  func combine(
    _ sources: UnsafeMutablePointer<UnsafeMutableRawPointer>, _ targets: UnsafeMutablePointer<UnsafeMutableRawPointer>,
    _ count: Int
  ) throws {
    try during {
      var plan = MergePlan()
      for pair in 0..<count {
        let isFlushed = try state.withLock { state in
          try Self.plan(sources[pair], targets[pair], &plan, &state, statements.current)
        }
        guard !isFlushed else { continue }
        try run(&plan)
        _ = try state.withLock { state in
          try Self.plan(sources[pair], targets[pair], &plan, &state, statements.current)
        }
      }
      try run(&plan)
    }
  }

  /// What a call of `combine` has to do, as far as it has been decided.
  private struct MergePlan {
    struct Move {
      let from, to: StateEntries.Place
    }
    var moves: [Move] = []
    var merges: [(table: Int, merge: StateMerge)] = []
    /// What the merges change.
    var outcomes: Set<StateEntries.Place> = []
    /// What targets had before, as of `Copies`.
    var sources: [StateHandle] = []
  }

  /// Plans one pair; gives false, with nothing planned, when what has been planned has to be done first.
  private static func plan(
    _ source: UnsafeMutableRawPointer, _ target: UnsafeMutableRawPointer, _ plan: inout MergePlan, _ state: inout State,
    _ statement: Int
  ) throws -> Bool {
    let (from, into) = (StateHandle(at: source), StateHandle(at: target))
    guard !from.isNone else { return true }
    guard let sourcePlace = state.entries.place(of: from) else { throw gone }
    guard !into.isNone else {
      state.entries.retain(from)
      from.store(at: target)
      return true
    }
    guard let targetPlace = state.entries.place(of: into) else { throw gone }
    var taken = sourcePlace.group
    if sourcePlace.table != targetPlace.table {
      // It is moved before anything is merged.
      if plan.outcomes.contains(sourcePlace) { return false }
      taken = state.entries.newGroup(in: targetPlace.table)
      plan.moves.append(.init(from: sourcePlace, to: .init(table: targetPlace.table, group: taken)))
    }
    var outcome = targetPlace
    if state.entries.isShared(into) {
      let new = state.entries.add(in: targetPlace.table, statement: statement)
      plan.sources.append(into)
      new.store(at: target)
      guard let place = state.entries.place(of: new) else { throw gone }
      outcome = place
    }
    plan.outcomes.insert(outcome)
    plan.merges.append(
      (outcome.table, StateMerge(source: taken, target: targetPlace.group, outcome: outcome.group)))
    return true
  }

  private func run(_ plan: inout MergePlan) throws {
    defer { plan = MergePlan() }
    let moves = Dictionary(grouping: plan.moves) { [$0.from.table, $0.to.table] }
    defer {
      release(plan.sources)
      discard(plan.moves.map(\.to))
    }
    for (tables, moves) in moves.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      guard let form else { throw Self.gone }
      let answer = try perform(.export(moves.map(\.from.group), form), on: tables[0])
      guard case .states(let exported) = answer else { throw Self.gone }
      try perform(.importing(exported, groups: moves.map(\.to.group), form), on: tables[1])
    }
    for (table, merges) in Dictionary(grouping: plan.merges, by: \.table).sorted(by: { $0.key < $1.key }) {
      try perform(.merge(merges.map(\.merge)), on: table)
    }
  }

  /// The values of states, as runs of them that are in one table: the rows of each, and a value for each of these.
  func finish(
    _ states: UnsafeMutablePointer<UnsafeMutableRawPointer>, _ count: Int
  ) throws -> [(rows: [Int], result: UDFResult)] {
    try during {
      var groups: [Int: (rows: [Int], groups: [Int], shared: Set<Int>)] = [:]
      var empty: [Int] = []
      try state.withLock { state in
        for row in 0..<count {
          let handle = StateHandle(at: states[row])
          if handle.isNone {
            empty.append(row)
          } else {
            guard let place = state.entries.place(of: handle) else { throw Self.gone }
            groups[place.table, default: ([], [], [])].rows.append(row)
            groups[place.table, default: ([], [], [])].groups.append(place.group)
            if state.entries.isShared(handle) { groups[place.table, default: ([], [], [])].shared.insert(place.group) }
          }
        }
      }
      if !empty.isEmpty {
        let table = try groups.keys.min() ?? ownTable()
        groups[table, default: ([], [], [])].rows += empty
        groups[table, default: ([], [], [])].groups += empty.map { _ in Self.emptyGroup }
      }
      return try groups.sorted { $0.key < $1.key }.map { table, found in
        guard case .values(let result) = try perform(.finish(found.groups, shared: found.shared), on: table) else {
          throw Self.gone
        }
        return (found.rows, result)
      }
    }
  }

  /// Lets go of a state that DuckDB destroys.
  func destroy(_ handles: [StateHandle]) { release(handles) }

  // MARK: What nobody has any more

  private func discard(_ places: [StateEntries.Place]) {
    if state.withLock({ $0.discard(places) }) { dropGarbage() }
  }

  private func dropGarbage() {
    let (garbage, generation) = state.withLock { state in
      defer { state.garbage = [:] }
      let known = state.garbage.compactMap { table, groups in
        state.tables.indices.contains(table) ? (table, state.tables[table], groups) : nil
      }
      return (known, state.generation)
    }
    for (table, states, groups) in garbage {
      states.begin(.drop(groups)) { [weak self] in
        self?.state.withLock { state in
          if state.generation == generation { state.entries.reuse(groups, of: table) }
        }
      }
    }
  }

  /// Drops what is left of statements that have ended, and the tables when nobody has any state.
  func statementEnded(_ oldest: Int) {
    state.withLock { state in _ = state.discard(state.entries.removeAll(before: oldest)) }
    let unused = state.withLock { state -> [AggregateStates] in
      guard state.entries.count == 0, state.callbacks == 0 else { return [] }
      defer {
        (state.tables, state.threads, state.dead) = ([], [:], [])
        state.garbage = [:]
        state.generation += 1
        state.entries.removeTables()
      }
      // What was loaded anew since is called from the next state on.
      return state.tables
    }
    // The last reference drops what they have.
    guard unused.isEmpty else { return }
    dropGarbage()
  }

  // MARK: Tables

  @discardableResult
  private func perform(_ step: AggregateStep, on table: Int) throws -> AggregateAnswer {
    let states = state.withLock { state in state.tables.indices.contains(table) ? state.tables[table] : nil }
    guard let states else { throw Self.gone }
    do { return try states.performAndWait(step) } catch let error as UDFError where error.code == .closed {
      // What comes next goes elsewhere.
      state.withLock { state in
        state.dead.insert(table)
        state.threads = state.threads.filter { $0.value != table }
      }
      throw error
    }
  }

  /// The table for the new states of the calling thread's chunks: each of DuckDB's threads has its own, unless there are
  /// fewer interpreters, or all states have to be in one.
  private func ownTable() throws -> Int {
    let thread = ThreadIdentity.current
    if let table = state.withLock({ $0.own(thread, isOnly: form == nil) }) { return table }
    return try making.withLock { _ in
      if let table = state.withLock({ $0.own(thread, isOnly: form == nil) }) { return table }
      let states = try provider.aggregate(index, options)
      // The first step finds the interpreter, that with the fewest states.
      _ = try states.performAndWait(.drop([]))
      return state.withLock { state in
        if let home = states.interpreter, let known = state.tables.firstIndex(where: { $0.interpreter == home }) {
          state.threads[thread] = known
          return known
        }
        state.tables.append(states)
        let table = state.entries.addTable()
        state.threads[thread] = table
        return table
      }
    }
  }

  private static var gone: UDFError {
    UDFError(.closed, "DuckDB uses a state of an aggregate function that it has destroyed")
  }
}
