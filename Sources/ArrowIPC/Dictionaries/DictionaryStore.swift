internal import Columnar

/// The dictionaries that a reader has got so far, by their numbers in messages.
struct DictionaryStore: Sendable {
  private struct Entry {
    /// What the dictionary is made of: its first message and those that add to it.
    var pieces: [Column]
    var byteCount: Int
    /// How often it was replaced, and how often those had been that its values refer to when it came.
    var generation: Int
    var innerGenerations: [Int64: Int]
  }

  private var entries: [Int64: Entry] = [:]
  private let limit: Int
  private let mayReplace: Bool

  /// - Parameter mayReplace: whether a dictionary may come a second time, as it may in streams.
  init(maxBytes: Int, mayReplace: Bool) { (limit, self.mayReplace) = (maxBytes, mayReplace) }

  /// Takes in a dictionary, or rows to be added to one.
  ///
  /// - Parameter inner: the dictionaries that its values refer to.
  mutating func add(
    _ column: Column, to id: Int64, isDelta: Bool, byteCount: Int, inner: [Int64]
  ) throws(IPCError) {
    // A message takes memory even if its rows take none.
    let byteCount = byteCount + 1024
    let innerGenerations = Dictionary(inner.map { ($0, entries[$0]?.generation ?? 0) }) { first, _ in first }
    let others = entries.reduce(0) { $1.key == id && !isDelta ? $0 : $0 + $1.value.byteCount }
    try IPCReadOptions.require(
      others + byteCount, atMost: limit, "the dictionaries take \(others + byteCount) bytes", "maxDictionaryBytes")
    guard isDelta else {
      guard mayReplace || entries[id] == nil else {
        throw .invalid("the dictionary comes a second time, which it may in streams only")
      }
      let generation = entries[id].map { $0.generation + 1 } ?? 0
      entries[id] = Entry(
        pieces: [column], byteCount: byteCount, generation: generation, innerGenerations: innerGenerations)
      return
    }
    guard var entry = entries[id] else { throw .invalid("rows come for dictionary \(id), which has not come itself") }
    guard entry.innerGenerations == innerGenerations else {
      throw IPCError(
        code: .unsupported,
        message:
          "rows come for dictionary \(id), of whose values the dictionaries have been replaced; send it as a whole")
    }
    // Taken out meanwhile, so that there is one owner of the pieces and adding one copies none.
    entries[id] = nil
    entry.pieces.append(column)
    entry.byteCount += byteCount
    entries[id] = entry
  }

  /// Puts dictionaries together that came in pieces, which takes a copy of each.
  mutating func join(maxRows: Int) throws(IPCError) {
    for (id, entry) in entries where entry.pieces.count > 1 {
      let rows = entry.pieces.reduce(0) { $0 + $1.count }
      try IPCReadOptions.require(rows, atMost: maxRows, "dictionary \(id) has \(rows) rows", "maxRows")
      let joined = try Column.joined(entry.pieces)
      entries[id]?.pieces = [joined]
      entries[id]?.byteCount = joined.bufferByteCount + 1024
    }
  }

  /// The dictionary of a column of `type`. It may be missing as long as no row needs it.
  func column(_ id: Int64, type: ColumnType, isNeeded: Bool) throws(IPCError) -> Column? {
    if let column = entries[id]?.pieces.first { return column }
    guard let values = type.dictionaryType, !isNeeded else {
      throw .invalid("the rows of a \(type) column refer to dictionary \(id), which has not come before")
    }
    return try .withoutRows(of: values)
  }
}
