import Functions
import Columnar
import PythonFunctions
import PythonRuntime
import ThreadConfinement

/// One place that runs the functions of a source, one step at a time, on a thread of its own.
///
/// Interpreters are such places; a worker process, or whatever runs functions without CPython, can be others.
protocol FunctionHost: AnyObject, Sendable {
  /// The thread that steps run on.
  var thread: DedicatedThread { get }
  /// Whether the source has been loaded, and not been given up since.
  var isLoaded: Bool { get }
  /// Whether code of the source's runs when it ends.
  var hasWorkAtEnd: Bool { get }
  /// What one whose call was given up is, as in "its interpreter was given up".
  var ending: String { get }
  /// Tells what its code has written so far, where that is not told as it is written.
  func settleOutput()
  /// Whether the calling thread is the one that steps run on.
  var isCurrent: Bool { get }

  /// Gives its thread work, after what it has; false when it has ended.
  func submit(_ work: @escaping @Sendable () -> Void) -> Bool

  /// Runs a step; called on its thread. The source must have been loaded before anything else.
  ///
  /// - Throws: `UDFError`, `CancellationError`, `PythonRuntimeError`.
  func run(_ step: FunctionStep, _ call: CallContext) throws -> StepResult

  /// Whether `runAtOnce` may run something.
  var runsAtOnce: Bool { get }

  /// Runs a step on the calling thread, which is none of a host's. The source must have been loaded, and whoever calls this has
  /// the host for the time.
  ///
  /// - Returns: nil, and nothing has run, where the step belongs on the host's thread.
  /// - Throws: as `run`.
  func runAtOnce(_ step: FunctionStep, _ call: CallContext) throws -> StepResult?

  /// Stops the step that is under way, if there is one. From any thread.
  func stop(_ reason: StopReason)

  /// Makes the code that it runs raise, soon. From any thread.
  ///
  /// - Parameters:
  ///   - isWanted: asked right before: the step may be over by then.
  ///   - done: called when the attempt is over.
  func raise(if isWanted: @escaping @Sendable () -> Bool, done: @escaping @Sendable () -> Void)

  /// Where the code was at the last attempt to make it raise, innermost first.
  var lastFrames: [PythonError.Frame] { get }
  /// Where the code is now, innermost first; empty when it runs none, nil when that cannot be seen.
  func frames() -> [PythonError.Frame]?

  /// What it takes; nil when it was never loaded.
  var memoryUsage: MemoryUsage? { get }
  var denials: PolicyDenials { get }

  /// Stops waiting for a thread that hangs: it ends if it ever comes back.
  func abandon()
  /// Ends it after the work that it has, and waits for that.
  func close()
}

extension FunctionHost {
  var ending: String { "its interpreter was given up" }
  func settleOutput() {}
  var runsAtOnce: Bool { false }
  func runAtOnce(_ step: FunctionStep, _ call: CallContext) throws -> StepResult? { nil }
}

/// One thing that a host is asked to do.
enum FunctionStep: Sendable {
  /// Loads the source.
  case load
  /// Calls the function at a place in the signatures for each row of a batch.
  case rows(function: Int, RecordBatch)
  /// Draws at most so many rows of a table function's call.
  case draw(TableCall, limit: Int)
  /// Ends a table function's call.
  case close(TableCall)
  /// Does something with the states of an aggregate function.
  case aggregate(StateTable, AggregateStep)
  /// Gives a batch to a function that takes one after the other.
  case feed(StreamCall, RecordBatch)
  /// Tells such a function that there are no more, and lets it come to its end.
  case finish(StreamCall)
  /// Ends such a function before its end.
  case abort(StreamCall)
  /// Says what of a function runs without Python.
  case inspect(function: Int)
  /// Gives the arguments of rows as JSON, without a call.
  case arguments(function: Int, RecordBatch)
  /// Closes the source's instances and its event loop.
  case end
}

/// What a step gave.
enum StepResult: Sendable {
  /// The signatures of the source's functions.
  case loaded([UDFSignature])
  /// A value per row.
  case rows(UDFResult)
  /// Rows of a table; nil when there are no more.
  case drawn(UDFTableBatch?)
  /// What a step on states gave.
  case aggregated(AggregateOutcome)
  case inspected(VectorReport)
  /// For each row, unless they cannot be made.
  case arguments([String?])
  case closed
}

extension StepResult {
  /// What traces and metrics count of it.
  var count: StepCount {
    switch self {
    case .rows(let result):
      StepCount(
        rows: result.values.count, nulls: result.values.nullCount, failed: result.failureCount,
        failuresByType: result.failuresByType, vectorized: result.vectorizedRows, rerun: result.rerunRows)
    case .drawn(let drawn?):
      StepCount(rows: drawn.values.rowCount, failed: drawn.failureCount, failuresByType: drawn.failuresByType)
    case .aggregated(let outcome):
      StepCount(rows: outcome.rows, failed: outcome.failureCount, failuresByType: outcome.failuresByType)
    case .drawn, .loaded, .inspected, .arguments, .closed: StepCount()
    }
  }
}
