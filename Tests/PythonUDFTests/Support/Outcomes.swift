import Columnar
import PythonUDF
import Testing

/// What the tables of types name in annotations and expressions.
let typePrelude = """
  import array, collections, dataclasses, enum, gc, math, sys, typing, uuid
  from collections import deque, OrderedDict, UserList, UserDict
  from dataclasses import dataclass, field
  from datetime import date, datetime, time, timedelta, timezone, tzinfo
  from decimal import Decimal
  from enum import Enum, IntEnum
  from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict
  from uuid import UUID
  try:
    from zoneinfo import ZoneInfo
  except AttributeError:  # the isolated interpreters of 3.12 have no C datetime, which it asks for
    pass
  import clutch
  from clutch import *

  """

extension UDFResult {
  /// A text per row: its value, or its error as `Type: message`. Checks that both agree with what else the result says.
  func outcomes(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String] {
    try values.validate(.full)
    var rows = try values.logicalRows()
    #expect(failureCount == failures.count, sourceLocation: sourceLocation)
    for failure in failures {
      #expect(rows[failure.row] == "null", "a failed row has a value", sourceLocation: sourceLocation)
      rows[failure.row] = failure.summary
    }
    return rows
  }
}

extension UDFPool {
  /// The outcome of every row of a call in which failing rows are collected.
  func outcomes(
    _ name: String, _ batch: RecordBatch, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> [String] {
    let result = try await evaluate(name, batch, onError: .collect)
    let field = try signature(of: name).resultField(for: batch.schema.fields)
    #expect(result.values.type == field.type, sourceLocation: sourceLocation)
    return try result.outcomes(sourceLocation: sourceLocation)
  }
}

/// The outcomes of Python expressions, each returned from a row of a function with that result type.
///
/// - Parameter classes: source text before the function.
func outcomes(
  of expressions: [String], as type: String, classes: String = "", sourceLocation: SourceLocation = #_sourceLocation
) async throws -> [String] {
  let source = """
    \(typePrelude)
    \(classes)
    made = [\(expressions.map { "lambda: \($0)" }.joined(separator: ",\n"))]
    @udf
    def f(row: int) -> \(type): return made[row]()
    """
  return try await withPool(UDFSource(source)) { pool in
    try await pool.outcomes("f", integers(expressions.indices.map { Int64($0) }), sourceLocation: sourceLocation)
  }
}

/// How a function sees the rows of a column: `repr()` of each, or the error of the row.
func seen(
  _ column: Column, _ field: Field? = nil, as type: String, classes: String = ""
) async throws -> [String] {
  try await seen([column], field ?? Field(name: "x", type: column.type), as: type, classes: classes)[0]
}

/// The same for several columns that the field describes.
func seen(_ columns: [Column], _ field: Field, as type: String, classes: String = "") async throws -> [[String]] {
  let source = """
    \(typePrelude)
    \(classes)
    @udf(null="call")
    def f(x: \(type)) -> str: return repr(x)
    """
  return try await withPool(UDFSource(source)) { pool in
    var found: [[String]] = []
    for column in columns {
      let batch = try RecordBatch(schema: Schema([field]), columns: [column])
      let result = try await pool.evaluate("f", batch, onError: .collect)
      var rows = try result.values.toArray(of: String.self).map { $0 ?? "null" }
      for failure in result.failures { rows[failure.row] = failure.summary }
      found.append(rows)
    }
    return found
  }
}
