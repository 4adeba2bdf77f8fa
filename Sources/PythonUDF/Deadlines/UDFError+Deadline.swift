import Foundation
import PythonRuntime

extension StopReason {
  /// What a stopped call throws.
  ///
  /// - Parameter failure: what the call ended with, if it did not swallow the exception.
  func error(function: String, failure: UDFError?) -> any Error {
    switch self {
    case .cancelled: return CancellationError()
    case .interrupted: return UDFError(.interrupted, "UDF \(function) was interrupted")
    case .rowTimeout, .batchTimeout:
      let exception = failure?.exception
      guard let row = failure?.row else { return UDFError(.deadlineExceeded, "UDF \(function) \(phrase)") }
      let isOurs = exception?.typeName == "clutch.DeadlineExceeded"
      return UDFError.failed(.deadlineExceeded, in: row, because: "it \(phrase)", exception: isOurs ? exception : nil)
    }
  }

  /// Where a call was that did not stop, in lines of its own.
  static func describe(_ frames: [PythonError.Frame]) -> String {
    frames.isEmpty
      ? "\nIt is in a call into C that keeps the GIL, so nobody can see where."
      : "\nIt was here, innermost first:\n" + frames.map { "  \($0)" }.joined(separator: "\n")
  }

  /// What is thrown for a call that was given up.
  func abandonedError(function: String, row: Int?, stack: String) -> any Error {
    let place = row.map { " at row \($0) of its batch" } ?? ""
    switch self {
    case .cancelled: return CancellationError()
    case .interrupted:
      return UDFError(.interrupted, "UDF \(function) was interrupted\(place) and did not stop; it was given up\(stack)")
    case .rowTimeout, .batchTimeout:
      return UDFError(
        .deadlineExceeded,
        """
        UDF \(function) \(phrase)\(place), and did not stop when told to; its interpreter was given up, and another takes \
        its place\(stack)
        """)
    }
  }

  private var phrase: String {
    switch self {
    case .rowTimeout(let limit): "ran longer than its timeout of \(limit.inSeconds.formatted) s for a row"
    case .batchTimeout(let limit): "ran longer than its timeout of \(limit.inSeconds.formatted) s for a batch"
    case .cancelled: "was cancelled"
    case .interrupted: "was interrupted"
    }
  }
}

extension Double {
  /// To a nanosecond, without zeros at the end.
  fileprivate var formatted: String { String(format: "%.9g", self) }
}
