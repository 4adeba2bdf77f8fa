import Columnar
import WorkerProcess

/// A batch, and how many rows each of those had that it is made of.
struct JoinedBatch: Sendable {
  let batch: RecordBatch
  let counts: [Int]

  /// The result of the batch as results of those that it is made of.
  func parts(of result: Column) -> [Column] {
    guard counts.count > 1 else { return [result] }
    var end = 0
    return counts.map { count in
      end += count
      return result.slice(end - count..<end)
    }
  }
}

/// Batches as a function of batches wants them: those of one schema that follow each other are joined up to a number of rows,
/// and what is longer than that is left as it is. Draws one batch more than it gives if it joins.
struct JoinedBatches<Base: Sequence<RecordBatch>>: Sequence, IteratorProtocol {
  private var rest: Base.Iterator
  private var ahead: RecordBatch?
  /// Those that could not be joined, in order.
  private var pending: [RecordBatch] = []
  /// How many rows a joined batch has at most; nil for batches as they come.
  private let mostRows: Int?

  init(_ batches: Base, upTo mostRows: Int?) {
    self.mostRows = mostRows
    rest = batches.makeIterator()
    if mostRows != nil { ahead = rest.next() }
  }

  mutating func next() -> JoinedBatch? {
    if !pending.isEmpty {
      let batch = pending.removeFirst()
      return JoinedBatch(batch: batch, counts: [batch.rowCount])
    }
    guard let mostRows else { return rest.next().map { JoinedBatch(batch: $0, counts: [$0.rowCount]) } }
    guard let first = ahead else { return nil }
    ahead = rest.next()
    var (parts, count) = ([first], first.rowCount)
    while let next = ahead, next.schema == first.schema, count + next.rowCount <= mostRows {
      parts.append(next)
      count += next.rowCount
      ahead = rest.next()
    }
    if parts.count > 1, let batch = Self.joining(parts, rowCount: count) {
      return JoinedBatch(batch: batch, counts: parts.map(\.rowCount))
    }
    // What cannot be one batch is not: nothing was lost but the joining.
    pending.append(contentsOf: parts.dropFirst())
    return JoinedBatch(batch: first, counts: [first.rowCount])
  }

  private static func joining(_ parts: [RecordBatch], rowCount: Int) -> RecordBatch? {
    let columns = parts[0].columns.indices.map { place in try? Column.joining(parts.map { $0.columns[place] }) }
    let whole = columns.compactMap(\.self)
    guard whole.count == columns.count else { return nil }
    return try? RecordBatch(schema: parts[0].schema, columns: whole, rowCount: rowCount)
  }
}
