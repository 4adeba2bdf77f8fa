package import Columnar

/// A row that has no result, because its call failed.
public struct UDFRowFailure: Sendable, Hashable {
  /// The function.
  public let function: String
  /// The row in its batch, counted from 0.
  public let row: Int
  /// The exception's type as Python prints it, such as `ValueError`.
  public let errorType: String
  /// The exception's text, shortened to 1,000 characters, or what is wrong with the result.
  public let message: String
  /// The line where the exception was raised, or where the UDF's file called what raised it; nil when no code of the
  /// user's did.
  public let line: Int?
  /// The exception as Python prints it, beginning in the user's own code; empty when no code of the user's raised it.
  public let traceback: String
  /// The arguments as a JSON object by parameter name (an array where a name occurs twice), if they were asked for.
  public let arguments: String?

  package init(
    function: String, row: Int, errorType: String, message: String, line: Int?, traceback: String, arguments: String?
  ) {
    self.function = function
    self.row = row
    self.errorType = errorType
    self.message = message
    self.line = line
    self.traceback = traceback
    self.arguments = arguments
  }

  /// Type and message in one line.
  public var summary: String { message.isEmpty ? errorType : "\(errorType): \(message)" }

  /// The type of an error in a column: a struct of type, message, line and traceback.
  package static let columnType = ColumnType.struct([
    Field(name: "type", type: .utf8), Field(name: "message", type: .utf8), Field(name: "line", type: .int32),
    Field(name: "traceback", type: .utf8),
  ])

  /// A column of errors: null for every row that did not fail.
  package static func column(
    _ failures: [UDFRowFailure], rowCount: Int, _ reach: OffsetReach = OffsetReach()
  ) throws(ColumnError) -> Column {
    var types = LargeStringBuilder(reach: reach)
    var messages = LargeStringBuilder(reach: reach)
    var tracebacks = LargeStringBuilder(reach: reach)
    var lines = FixedWidthBuilder<Int32>()
    var rows = StructBuilder()
    var next = failures.startIndex
    for row in 0..<rowCount {
      guard next < failures.endIndex, failures[next].row == row else {
        types.appendNull()
        messages.appendNull()
        lines.appendNull()
        tracebacks.appendNull()
        rows.appendNull()
        continue
      }
      let failure = failures[next]
      next += 1
      try types.append(failure.errorType)
      try messages.append(failure.message)
      if let line = failure.line { lines.append(Int32(clamping: line)) } else { lines.appendNull() }
      try tracebacks.append(failure.traceback)
      rows.append()
    }
    let columns = [types.finish(), messages.finish(), lines.finish(), tracebacks.finish()]
    return try rows.finish(fields: columnType.withChildTypes(columns.map(\.type)).childFields, columns: columns)
  }
}
