import Columnar
import Functions
import PythonUDF
import TestSupport
import Testing

/// The shapes that a function of one number can have, each written around the same `work(x)`, and called alike.
enum FunctionShape: String, CaseIterable, CustomTestStringConvertible {
  case rows, instance, lists, columns, batches, table, aggregate, async, asyncTable

  var testDescription: String { rawValue }

  /// What rows fail together, when one does.
  var failsTogether: Bool { [.lists, .columns, .batches].contains(self) }

  /// A file with the function `f`.
  ///
  /// - Parameter work: the body of `work(x)`, which gives a number, indented by two.
  func source(_ work: String) -> UDFSource {
    UDFSource(
      """
      import time
      from collections.abc import AsyncIterator, Iterator
      from clutch import Column, udaf, udf, udtf
      def work(x):
      \(work)

      """ + function, name: "shape.py")
  }

  private var function: String {
    switch self {
    case .rows: "@udf\ndef f(x: int) -> int: return work(x)"
    case .instance: "@udf\nclass f:\n  def __call__(self, x: int) -> int: return work(x)"
    case .lists: "@udf(batch=True)\ndef f(x: list[int]) -> list[int]: return [work(value) for value in x]"
    case .columns: "@udf(batch=True)\ndef f(x: Column[int]) -> Column[int]: return [work(value) for value in x]"
    case .batches:
      """
      @udf(batch=True)
      def f(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
        for x in batches: yield [work(value) for value in x]
      """
    case .table: "@udtf\ndef f(x: int) -> Iterator[int]:\n  yield work(x)"
    case .aggregate:
      """
      @udaf
      class f:
        def create_state(self): return 0
        def accumulate(self, state, x: int): return state + work(x)
        def finish(self, state) -> int: return state
      """
    case .async: "@udf\nasync def f(x: int) -> int: return work(x)"
    case .asyncTable: "@udtf\nasync def f(x: int) -> AsyncIterator[int]:\n  yield work(x)"
    }
  }

  /// Calls the function for some numbers, each an argument of its own; gives a value for each that has one.
  func call(
    _ provider: some FunctionProvider, _ numbers: [Int64], onError mode: UDFErrorMode? = nil,
    timeouts: UDFTimeouts = UDFTimeouts()
  ) async throws -> [Int64?] {
    let arguments = try integers(numbers)
    switch self {
    case .rows, .instance, .lists, .columns, .async:
      return try await provider.evaluate("f", arguments, onError: mode, timeouts: timeouts).values
        .toArray(of: Int64.self)
    case .batches:
      let stream = try provider.stream("f", of: arguments.schema, onError: mode, timeouts: timeouts)
      let values = try await stream.next(arguments).values.toArray(of: Int64.self)
      try await stream.finish()
      return values
    case .table, .asyncTable:
      var values: [Int64?] = []
      for try await rows in provider.table("f", arguments, onError: mode, timeouts: timeouts) {
        values += try rows.columns[1].toArray(of: Int64.self)
      }
      return values
    case .aggregate:
      let states = try provider.aggregate("f", of: arguments.schema.fields, onError: mode, timeouts: timeouts)
      try await states.accumulate(arguments, groups: Array(numbers.indices))
      return try await states.finish(Array(numbers.indices)).values.toArray(of: Int64.self)
    }
  }
}
