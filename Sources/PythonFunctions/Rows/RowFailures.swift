package import Functions
import Columnar
import HostSupport
import PythonRuntime

/// The failures of one batch, as far as somebody wants them.
package struct RowFailures {
  /// How many are described when only their number matters.
  package static let examples = 8

  private(set) var count = 0
  private(set) var countByType: [String: Int] = [:]
  private(set) var described: [UDFRowFailure] = []
  private let describesAll: Bool

  init(describesAll: Bool) { self.describesAll = describesAll }

  /// Counts a failure; gives whether it is to be kept too.
  mutating func add(_ errorType: String) -> Bool {
    count += 1
    countByType[errorType, default: 0] += 1
    return describesAll || described.count < Self.examples
  }

  mutating func keep(_ failure: UDFRowFailure) { described.append(failure) }
}

/// Why one row failed.
enum RowProblem {
  /// Its arguments could not be made.
  case argument(PythonError)
  /// The function raised.
  case call(PythonError)
  /// Its time was up, and not that of other rows of its batch.
  case late(PythonError)
  /// The function returned something that does not fit; in words, and the exception if Python code raised one.
  case result(String, PythonError?, isWrongType: Bool)
}

extension RowProblem {
  /// The exception behind it, if there is one.
  var exception: PythonError? {
    switch self {
    case .argument(let error), .call(let error), .late(let error): error
    case .result(_, let error, _): error
    }
  }

  /// The type of that exception, or of the one that says as much.
  var errorType: String {
    if let exception { return exception.typeName }
    if case .result(_, _, isWrongType: true) = self { return "TypeError" }
    return "ValueError"
  }

  /// Everything a failed row has to say, in a form of its own.
  ///
  /// - Parameter drawn: how many rows of a table the row of arguments had given before; nil when it gives none.
  func failure(function: String, row: Int, arguments: String?, drawn: Int?) -> UDFRowFailure {
    let shown = withoutFramesOfPythonItself
    let exception = shown.exception
    let message =
      Self.after(drawn) + shown.message
    return UDFRowFailure(
      function: function, row: row, errorType: shown.errorType, message: message, line: exception?.ownLine,
      traceback: exception.map { $0.traceback.isEmpty ? "" : $0.description } ?? "", arguments: arguments)
  }

  private var message: String {
    switch self {
    case .argument(let error): "an argument cannot be made: \(error.message)"
    case .call(let error): RefusedPackage(error)?.explanation ?? error.message
    case .late(let error): error.message
    case .result(_, let error?, _): error.message
    case .result(let reason, nil, _): reason.cut(to: TextLimit.message)
    }
  }

  private static func after(_ drawn: Int?) -> String {
    guard let drawn, drawn > 0 else { return "" }
    return "after \(drawn) row\(drawn == 1 ? "" : "s"), "
  }

  /// The same without a traceback that shows how we read or write JSON, and none of the user's code.
  private var withoutFramesOfPythonItself: RowProblem {
    switch self {
    case .argument(let error) where error.isFromPythonItself: .argument(error.droppingFrames { _ in true })
    case .result(let reason, let error?, let isWrongType) where error.isFromPythonItself:
      .result(reason, error.droppingFrames { _ in true }, isWrongType: isWrongType)
    default: self
    }
  }

  /// The same as an error that ends the call.
  ///
  /// - Parameter drawn: as of `failure`.
  func error(in place: UDFError.Row, drawn: Int?) -> UDFError {
    let after = Self.after(drawn)
    switch self {
    case .argument(let error):
      return .failed(.rowFailed, in: place, because: after + "an argument cannot be made: \(error.summary)")
    case .call(let error):
      if let package = RefusedPackage(error) {
        return .failed(.rowFailed, in: place, because: after + package.place + package.explanation)
      }
      let hint = error.typeName == "SystemExit" ? " (a UDF cannot end the process)" : ""
      return .failed(.rowFailed, in: place, because: after + error.summary + hint, exception: error)
    case .late(let error):
      return .failed(.deadlineExceeded, in: place, because: after + error.message, exception: error)
    case .result(let reason, let error, _):
      return .failed(
        .wrongResult, in: place, because: after + reason.cut(to: TextLimit.message),
        exception: error?.isFromPythonItself == true ? nil : error)
    }
  }
}

extension PythonError {
  /// The innermost line in the file that the traceback begins in, which is the UDF's: the number of a line in a module
  /// that it calls says nothing without the module's name.
  fileprivate var ownLine: Int? {
    guard let file = traceback.first?.file else { return nil }
    return traceback.last { $0.file == file }?.line
  }

  /// Whether no frame is of the user's code: its summary says everything.
  fileprivate var isFromPythonItself: Bool {
    traceback.allSatisfy { $0.file == LoadedModule.ownFile || $0.file.contains("/lib/python3") }
  }
}

extension UDFRowFailure {
  /// The same of another row.
  package func moved(to row: Int) -> UDFRowFailure {
    UDFRowFailure(
      function: function, row: row, errorType: errorType, message: message, line: line, traceback: traceback,
      arguments: arguments)
  }
}
