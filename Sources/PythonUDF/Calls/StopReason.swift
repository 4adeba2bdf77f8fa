import Essentials
import Functions
import PythonRuntime

/// Why a call is stopped from outside.
enum StopReason: Sendable, Equatable {
  /// A row took longer than this.
  case rowTimeout(Duration)
  /// The batch took longer than this.
  case batchTimeout(Duration)
  /// The source took longer than this to load.
  case loadTimeout(Duration)
  /// The Swift task that waits for it was cancelled.
  case cancelled
  /// `UDFPool.interrupt` was called.
  case interrupted
  /// Rows of an async function did not end after another one had failed.
  case uncancelled
}

extension StopReason {
  /// What a stopped call throws.
  ///
  /// - Parameters:
  ///   - subject: what was called, as messages begin: "UDF f".
  ///   - failure: what the call ended with, if it did not swallow the exception.
  func error(_ subject: String, failure: UDFError?) -> any Error {
    let exception = failure?.exception.flatMap { $0.typeName == "clutch.DeadlineExceeded" ? $0 : nil }
    switch self {
    case .cancelled: return CancellationError()
    case .interrupted, .uncancelled: return UDFError(.interrupted, "\(subject) \(phrase)")
    case .loadTimeout: return UDFError(.deadlineExceeded, "\(subject) \(phrase)", exception: exception)
    case .rowTimeout, .batchTimeout:
      guard let row = failure?.row else { return UDFError(.deadlineExceeded, "\(subject) \(phrase)") }
      return UDFError.failed(.deadlineExceeded, in: row, because: "it \(phrase)", exception: exception)
    }
  }

  /// Where a call was that did not stop, in lines of its own.
  static func describe(_ frames: [PythonError.Frame]) -> String {
    frames.isEmpty
      ? "\nIt is in a call into C that keeps the GIL, so nobody can see where."
      : "\nIt was here, innermost first:\n" + frames.map { "  \($0)" }.joined(separator: "\n")
  }

  /// What is thrown for a call that was given up.
  ///
  /// - Parameter ending: what became of what ran it: "its interpreter was given up".
  func abandonedError(_ subject: String, row: Int?, _ ending: String, stack: String) -> any Error {
    let place = row.map { " at row \($0) of its batch" } ?? ""
    switch self {
    case .cancelled: return CancellationError()
    case .interrupted:
      return UDFError(.interrupted, "\(subject) was interrupted\(place) and did not stop; it was given up\(stack)")
    case .uncancelled:
      return UDFError(.interrupted, "\(subject) \(phrase); \(ending)\(stack)")
    case .loadTimeout:
      return UDFError(
        .deadlineExceeded, "\(subject) \(phrase), and did not stop when told to; \(ending)\(stack)")
    case .rowTimeout, .batchTimeout:
      return UDFError(
        .deadlineExceeded,
        """
        \(subject) \(phrase)\(place), and did not stop when told to; \(ending), and another takes its place\(stack)
        """)
    }
  }

  /// What is told of a call that does not stop on its caller's own thread.
  func hangingError(_ subject: String, row: Int?, stack: String) -> any Error {
    let place = row.map { " at row \($0) of its batch" } ?? ""
    let code: UDFError.Code =
      [.interrupted, .cancelled, .uncancelled].contains(self) ? .interrupted : .deadlineExceeded
    return UDFError(
      code,
      """
      \(subject) \(phrase)\(place), and did not stop when told to; the query that waits for it cannot end, because it runs \
      on the same thread\(stack)
      """)
  }

  private var phrase: String {
    switch self {
    case .rowTimeout(let limit): "ran longer than its timeout of \(limit.inSeconds.formatted) s for a row"
    case .batchTimeout(let limit): "ran longer than its timeout of \(limit.inSeconds.formatted) s for a batch"
    case .loadTimeout(let limit):
      "was still loading after \(limit.inSeconds.formatted) s, the time that loading may take"
    case .cancelled: "was cancelled"
    case .interrupted: "was interrupted"
    case .uncancelled: "has rows that did not end when they were cancelled, after another one had failed"
    }
  }
}

extension Double {
  /// With nine digits, without zeros at the end.
  fileprivate var formatted: String {
    let scale = pow(10, 8 - log10(magnitude).rounded(.down))
    let text = "\(scale.isFinite && scale > 0 ? (self * scale).rounded() / scale : self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
