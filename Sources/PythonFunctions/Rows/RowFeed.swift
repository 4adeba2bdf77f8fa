import Columnar
import CPythonABI
import Functions
import PythonRuntime
import Synchronization

/// The arguments of a batch's rows, handed out some rows at a time as places for them become free.
///
/// A row's place counts those that are called: rows that are null without a call have none, nor have those that share the
/// call of an equal row before.
final class RowFeed: @unchecked Sendable {
  // Sendable because it is only used under the GIL of the interpreter that the call runs in.

  private let api: PythonAPI
  private let progress: CallProgress
  private let distinct: DistinctRows?
  /// Which groups of equal rows have been called for.
  private var called: [Bool]
  private var next = 0
  private(set) var arguments: ArgumentRows
  /// The row of each place so far.
  private(set) var rows: [Int] = []
  /// Why the arguments of rows could not be made.
  private(set) var problems: [Int: (error: PythonError, isFatal: Bool)] = [:]

  init(_ arguments: consuming ArgumentRows, _ distinct: DistinctRows?, _ progress: CallProgress, _ api: PythonAPI) {
    self.api = api
    self.progress = progress
    self.distinct = distinct
    called = Array(repeating: false, count: distinct?.groupCount ?? 0)
    self.arguments = arguments
  }

  /// A list of the arguments of the next rows, as tuples, `None` where they could not be made, as a new reference; an empty
  /// one when there are no more, nil with an exception pending.
  func block() -> ObjectPointer? {
    guard let list = api.pointee.PyList_New(0) else { return nil }
    while next < arguments.rowCount, rows.count < arguments.rowCount {
      let block = next..<min(next + arguments.blockRows, arguments.rowCount)
      next = block.upperBound
      // Making arguments may run code.
      if block.count == 1, isSkipped(block.lowerBound) { continue }
      let before = rows.count
      guard append(block, to: list) else {
        api.pointee.Py_DecRef(list)
        return nil
      }
      if rows.count > before { break }
    }
    return list
  }

  /// Says which row writes something; nil when none does.
  func locate(_ place: Int?) {
    let row = place.flatMap { rows.indices.contains($0) ? rows[$0] : nil }
    progress.row.pointee.store(row.map { $0 + 1 } ?? 0, ordering: .relaxed)
  }

  /// Whether a row is not called for, of those whose turn it is.
  private func isSkipped(_ row: Int) -> Bool {
    if let skipped = arguments.skipped, skipped[row] { return true }
    guard let group = distinct?.groups[row] else { return false }
    return called[group]
  }

  private func append(_ block: Range<Int>, to list: ObjectPointer) -> Bool {
    let (width, stride) = (arguments.width, arguments.stride)
    var vector = arguments.make(block)
    for row in block {
      defer { vector += stride }
      if isSkipped(row) {
        arguments.drop(vector)
        continue
      }
      if let group = distinct?.groups[row] { called[group] = true }
      rows.append(row)
      if let problem = arguments.problems[row] {
        problems[row] = problem
        arguments.drop(vector)
        if api.pointee.PyList_Append(list, api.none) != 0 {
          return dropping(row + 1..<block.upperBound, vector + stride)
        }
        continue
      }
      guard let tuple = api.pointee.PyTuple_New(width) else { return dropping(row..<block.upperBound, vector) }
      for index in 0..<width {
        // The tuple takes the reference over.
        _ = api.pointee.PyTuple_SetItem(tuple, index, vector[index])
        vector[index] = nil
      }
      let isAppended = api.pointee.PyList_Append(list, tuple) == 0
      api.pointee.Py_DecRef(tuple)
      if !isAppended { return dropping(row + 1..<block.upperBound, vector + stride) }
    }
    return true
  }

  private func dropping(_ rows: Range<Int>, _ vector: UnsafeMutablePointer<ObjectPointer?>) -> Bool {
    arguments.drop(rows, vector)
    return false
  }
}
