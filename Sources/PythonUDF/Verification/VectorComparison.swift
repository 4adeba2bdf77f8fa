package import Columnar
package import Functions

/// Runs a source's functions twice, with programs and by Python alone, and compares what comes out, bit for bit.
package final class VectorComparison {
  /// What was compared.
  package struct Count: Sendable {
    package var rows = 0
    /// Rows that programs computed, and rows of such functions that Python ran all the same.
    package var vectorized = 0
    package var rerun = 0

    package init() {}

    package mutating func add(_ other: Count) {
      rows += other.rows
      vectorized += other.vectorized
      rerun += other.rerun
    }
  }

  /// A row with two outcomes.
  package struct Difference: Error, Sendable, CustomStringConvertible {
    package let function: String
    package let row: Int
    package let arguments: String
    package let vectorized: String
    package let python: String

    package var description: String {
      "\(function)(\(arguments)) gives \(vectorized), and \(python) in Python"
    }
  }

  /// A batch that Python takes too long for, so that nothing can be compared.
  package struct TooLong: Error, Sendable {
    package let rows: Int
    package let limit: Duration
  }

  private let vectorized: UDFPool
  private let python: UDFPool
  package var signatures: [UDFSignature] { python.signatures }

  /// - Throws: `UDFError` when the source does not load.
  package init(_ source: UDFSource, _ options: HostOptions = HostOptions()) throws {
    var options = options
    options.interpreters = 1
    options.threads = nil
    options.vectorizes = true
    vectorized = try UDFPool(source, options)
    options.vectorizes = false
    python = try UDFPool(source, options)
  }

  package func close() {
    vectorized.close()
    python.close()
  }

  /// Compares a function's outcomes for a batch: values, and the type and text of what is raised.
  ///
  /// - Parameter limit: what Python may take for the batch; nil for what the function itself says.
  /// - Throws: `Difference`; `TooLong`; `UDFError`.
  package func compare(_ function: Int, _ batch: RecordBatch, within limit: Duration? = nil) throws -> Count {
    var options = CallOptions(errorMode: .collect)
    // A function with a timeout of its own ends by itself.
    let isLimited = limit != nil && signatures[function].timeouts.isEmpty
    if isLimited { options.timeouts.batch = limit }
    let expected = Result { try python.evaluateAndWait(function, batch, options) }
    if isLimited, let limit, case .failure(let error as UDFError) = expected, error.code == .deadlineExceeded {
      throw TooLong(rows: batch.rowCount, limit: limit)
    }
    let outcomes = [Result { try vectorized.evaluateAndWait(function, batch, options) }, expected]
    var count = Count()
    if case .failure(let mine) = outcomes[0], case .failure(let theirs) = outcomes[1], "\(mine)" == "\(theirs)" {
      // What ends a call in every mode, such as a MemoryError.
      count.rows = batch.rowCount
      return count
    }
    let found = try outcome(outcomes[0], function, batch, of: "without Python", other: outcomes[1])
    let known = try outcome(outcomes[1], function, batch, of: "in Python", other: outcomes[0])
    (count.rows, count.vectorized, count.rerun) = (batch.rowCount, found.vectorizedRows, found.rerunRows)
    let (failed, failing) = (Self.failures(found), Self.failures(known))
    for row in 0..<batch.rowCount {
      let mine = failed[row] ?? Self.text(found.values, row)
      let theirs = failing[row] ?? Self.text(known.values, row)
      if !mine.utf8.elementsEqual(theirs.utf8), !(try isRandom(function, batch, row)) {
        throw Difference(
          function: signatures[function].name, row: row, arguments: Self.arguments(batch, row), vectorized: mine,
          python: theirs)
      }
    }
    return count
  }

  /// An outcome that is no error; one that is, where the other is not or is another, is a difference.
  private func outcome(
    _ outcome: Result<UDFResult, any Error>, _ function: Int, _ batch: RecordBatch, of side: String,
    other: Result<UDFResult, any Error>
  ) throws -> UDFResult {
    guard case .failure(let error) = outcome else { return try outcome.get() }
    if let error = error as? UDFError, error.code == .closed { throw error }
    throw Difference(
      function: signatures[function].name, row: 0, arguments: "a batch of \(batch.rowCount) rows",
      vectorized: "an error \(side): \(error)", python: Self.shown(other))
  }

  private static func shown(_ outcome: Result<UDFResult, any Error>) -> String {
    switch outcome {
    case .success: "results"
    case .failure(let error): "\(error)"
    }
  }

  /// The same, with a single row as the difference if one is enough to show it.
  package func compareToSmallest(
    _ function: Int, _ batch: RecordBatch, within limit: Duration? = nil
  ) throws -> Count {
    do { return try compare(function, batch, within: limit) } catch let difference as Difference {
      guard batch.rowCount > 0 else { throw difference }
      let row = try Self.row(difference.row, of: batch)
      _ = try compare(function, row, within: limit)
      throw difference
    }
  }

  /// Compares the error that ends a call whose rows fail, which names the first.
  package func compareRaising(_ function: Int, _ batch: RecordBatch) throws {
    let options = CallOptions(errorMode: .raise)
    let found = Result { try vectorized.evaluateAndWait(function, batch, options).failureCount }
    let expected = Result { try python.evaluateAndWait(function, batch, options).failureCount }
    let (mine, theirs) = ("\(found)", "\(expected)")
    guard mine == theirs else {
      throw Difference(
        function: signatures[function].name, row: 0, arguments: "a batch of \(batch.rowCount) rows", vectorized: mine,
        python: theirs)
    }
  }

  /// Whether Python itself gives a row different results from call to call, so that nothing can be compared.
  private func isRandom(_ function: Int, _ batch: RecordBatch, _ row: Int) throws -> Bool {
    let single = try Self.row(row, of: batch)
    let outcomes = try (0..<2).map { _ in
      let result = try python.evaluateAndWait(function, single, CallOptions(errorMode: .collect))
      return Self.failures(result)[0] ?? Self.text(result.values, 0)
    }
    return outcomes[0] != outcomes[1]
  }

  private static func row(_ row: Int, of batch: RecordBatch) throws -> RecordBatch {
    try RecordBatch(schema: batch.schema, columns: batch.columns.map { $0.slice(row..<row + 1) }, rowCount: 1)
  }

  /// What was raised, by the row.
  private static func failures(_ result: UDFResult) -> [Int: String] {
    Dictionary(result.failures.map { ($0.row, "\($0)") }) { first, _ in first }
  }

  private static func arguments(_ batch: RecordBatch, _ row: Int) -> String {
    zip(batch.schema.fields, batch.columns).map { "\($0.name)=\(text($1, row))" }.joined(separator: ", ")
  }

  /// A value with all its bits; one NaN is as good as another.
  package static func text(_ column: Column, _ row: Int) -> String {
    if column.isNull(row) { return "null" }
    switch column.type {
    case .float64:
      let value = column.unsafeValues.load(fromByteOffset: row * 8, as: Double.self)
      return value.isNaN ? "nan" : value == 0 && value.sign == .minus ? "-0.0" : "\(value)"
    case .float32:
      let value = column.unsafeValues.load(fromByteOffset: row * 4, as: Float.self)
      return value.isNaN ? "nan" : value == 0 && value.sign == .minus ? "-0.0" : "\(value)"
    case .utf8, .largeUTF8, .utf8View:
      return String(decoding: VariableWidthRows(column).bytes(at: row), as: UTF8.self).unicodeScalars.map {
        $0.isASCII && $0.value >= 32 && $0.value != 127 ? String($0) : "\\u{\(String($0.value, radix: 16))}"
      }.joined().quoted
    default: return "\(column.slice(row..<row + 1))"
    }
  }
}

extension String {
  fileprivate var quoted: String { "'\(self)'" }
}

extension UDFSignature {
  /// Whether a batch's columns can be the arguments.
  package func takes(_ batch: RecordBatch) -> Bool { (try? check(batch.schema.fields)) != nil }
}
