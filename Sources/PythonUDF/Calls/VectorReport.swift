import Functions
import VectorizedPython

/// What of a function runs without Python.
package struct VectorReport: Sendable, Hashable, Codable {
  package enum Status: String, Sendable, Codable {
    /// All but rows whose values Python alone can compute, such as an integer of more than 64 bits, or one that raises.
    case vectorized
    /// All but rows that reach certain places.
    case partly
    /// Nothing.
    case python
  }

  /// Something in the function's source that is in the way.
  package struct Reason: Sendable, Hashable, Codable {
    package let line: Int
    package let column: Int
    package let construct: String
    package let hint: String?
  }

  package let status: Status
  package let reasons: [Reason]

  init(obstacles: [Obstacle]) {
    status = obstacles.isEmpty ? .vectorized : .partly
    reasons = obstacles.map(Reason.init)
  }

  init(refusal: Obstacle) {
    status = .python
    reasons = [Reason(refusal)]
  }

  init(offAt line: Int) {
    status = .python
    reasons = [Reason(line: line, column: 1, construct: "it is turned off", hint: nil)]
  }

  init(kind: FunctionKind, line: Int) {
    status = .python
    reasons = [
      Reason(
        line: line, column: 1, construct: "a function that is not called for each row", hint: "a plain @udf function")
    ]
  }
}

extension VectorReport.Reason {
  init(_ obstacle: Obstacle) {
    self.init(
      line: obstacle.place.line, column: obstacle.place.column, construct: obstacle.construct, hint: obstacle.hint)
  }

  /// In one line: where, what, and what to write instead.
  package var summary: String {
    "line \(line), column \(column): \(construct)" + (hint.map { "; write \($0) instead" } ?? "")
  }
}
