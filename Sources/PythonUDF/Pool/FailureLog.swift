import Functions
import PythonFunctions
import Columnar
import Synchronization

/// How many rows of a function became null because their calls failed.
public struct UDFFailureSummary: Sendable, Hashable {
  /// The function.
  public let function: String
  /// The rows that failed.
  public let failedRows: Int
  /// All rows of the batches that were called in the mode ``UDFErrorMode/null``, also those that are null without a call.
  public let rows: Int
  /// The first few failures.
  public let examples: [UDFRowFailure]
}

/// What failed in a pool so far, and who wants to hear of it.
final class FailureLog: Sendable {
  private struct State {
    var summaries: [String: (failed: Int, rows: Int, examples: [UDFRowFailure])] = [:]
    var observer: (@Sendable (UDFRowFailure) -> Void)?
  }

  private let state = Mutex(State())

  var observer: (@Sendable (UDFRowFailure) -> Void)? { state.withLock(\.observer) }

  func observe(with observer: (@Sendable (UDFRowFailure) -> Void)?) { state.withLock { $0.observer = observer } }

  /// Counts the rows of a call that became null, or ended a table.
  func add(_ failed: Int, of rows: Int, _ examples: [UDFRowFailure], _ call: CallContext) {
    guard call.errorMode == .null else { return }
    let function = call.name
    state.withLock { state in
      var summary = state.summaries[function] ?? (0, 0, [])
      summary.failed += failed
      summary.rows += rows
      summary.examples += examples.prefix(RowFailures.examples - summary.examples.count)
      state.summaries[function] = summary
    }
  }

  /// Those functions of which rows failed, in the order of their names.
  var summaries: [UDFFailureSummary] {
    state.withLock { state in
      state.summaries.filter { $0.value.failed > 0 }.sorted { $0.key < $1.key }.map {
        UDFFailureSummary(
          function: $0.key, failedRows: $0.value.failed, rows: $0.value.rows, examples: $0.value.examples)
      }
    }
  }
}
