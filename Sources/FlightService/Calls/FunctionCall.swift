package import Columnar
import Functions

/// A function that is being called with the batches of one request.
///
/// Its columns have been looked at before anything runs, so that the schema of the answers can be sent at once.
package final class FunctionCall: Sendable {
  private enum Work {
    /// Each batch is a call by itself.
    case batches
    /// All batches go to one call of a function that takes an iterator.
    case stream(any BatchStream)
    /// Each batch of arguments gives any number of batches of rows.
    case table
    case builtin
  }

  private let function: ServedFunction
  private let work: Work
  /// The provider, where it may run short calls on the thread that asks for them.
  private let atOnce: (any AtOnceProvider)?
  private let options: CallOptions
  private let needs: CallerNeeds
  /// What the columns of arguments mean to the engine; nil when they are what they are.
  private let meaning: Schema?
  /// What the batches of the answer have; with ``CallerNeeds/wantsRowErrors`` not the column of errors.
  package let schema: Schema

  /// Chooses one of overloads for columns of arguments.
  ///
  /// - Parameters:
  ///   - overloads: the functions of a name, at least one.
  ///   - arguments: the columns that will come. Their names do not matter.
  /// - Throws: `FlightError` with `invalidArgument` when the function does not take such columns.
  package init(_ overloads: [ServedFunction], _ arguments: Schema, _ needs: CallerNeeds) throws(FlightError) {
    let given = arguments.fields
    let near = overloads.compactMap { function in
      function.distance(to: function.meant(given, by: needs.engine)).map { (function, $0) }
    }
    guard let function = near.min(by: { $0.1 < $1.1 })?.0 ?? overloads.first else {
      throw FlightError(.notFound, "there is no such function")
    }
    let fields = function.meant(given, by: needs.engine)
    meaning = fields == given ? nil : Schema(fields)
    self.function = function
    var options = CallOptions(errorMode: needs.errorMode, timeouts: needs.timeouts)
    guard case .function(let provider, let place, let signature, _) = function.body else {
      try function.check(fields)
      // What comes in another layout of text goes back in it.
      let results = function.results.map { Field(name: $0.name, type: fields.first?.type ?? $0.type) }
      (work, schema, self.needs, atOnce) = (.builtin, Schema(results), needs, nil)
      self.options = options
      return
    }
    do throws(UDFError) { try signature.check(fields) } catch { throw FlightError(error) }
    // The declared type of an overload that was not chosen is none of this call's.
    let type = signature.rowType.sent(for: fields)
    options.resultType = { $0.sent(for: fields) }
    let mode = needs.errorMode ?? signature.errorMode
    // Where there is no column for errors, they are in the log only.
    options.errorMode = needs.wantsRowErrors && signature.kind != .table ? .collect : mode == .collect ? .null : mode
    self.needs = needs
    self.options = options
    let result = type.wireField(named: signature.name).marked(for: needs.engine)
    atOnce = provider as? any AtOnceProvider
    switch signature.kind {
    case .table:
      work = .table
      if needs.hasTablesOfColumns, case .structure(let row) = signature.result.sent(for: fields) {
        schema = Schema(row.fields.map { $0.type.wireField(named: $0.name).marked(for: needs.engine) })
      } else {
        schema = Schema(needs.hasTablesOfColumns ? [result] : [ServedFunction.row, result])
      }
    case .batches:
      schema = Schema([result])
      do { work = .stream(try provider.openStream(place, options)) } catch { throw FlightError(error) }
    default: (work, schema) = (.batches, Schema([result]))
    }
  }

  /// Whether batches may run at the same time: each is a call by itself.
  package var mayOverlap: Bool { if case .batches = work { true } else { false } }

  /// Whether an answer may have a column of errors, which is known when there is one.
  package var mayHaveErrors: Bool {
    guard needs.wantsRowErrors else { return false }
    switch work {
    case .batches, .stream: return true
    case .table, .builtin: return false
    }
  }

  /// Whether ``finish()`` has something to do.
  package var mustFinish: Bool { if case .stream = work { true } else { false } }

  /// How many batches are worth beginning before the first has its answer.
  package var mostAtOnce: Int {
    guard case .batches = work, case .function(_, _, _, let queue) = function.body else { return 1 }
    return queue.places + 1
  }

  /// Answers one batch of arguments.
  ///
  /// - Parameters:
  ///   - batch: of the schema that this was made for.
  ///   - send: takes a batch of the answer, and returns when the next may be made. With ``CallerNeeds/wantsRowErrors`` it may
  ///     have a second column.
  /// - Throws: `FlightError`, `CancellationError`, and what `send` throws.
  package func answer(_ batch: RecordBatch, _ send: (RecordBatch) async throws -> Void) async throws {
    do {
      let batch = try meant(batch)
      switch (work, function.body) {
      case (.batches, .function(let provider, let place, _, let queue)):
        let result = try await queue.run { try await provider.evaluate(place, batch, options) }
        if result.failureCount > 0 { needs.rowsFailed?(result.failureCount, result.failures.first) }
        try await send(try valueBatch(result))
      case (.stream(let stream), .function(_, _, _, let queue)):
        let result = try await queue.run { try await stream.next(batch) }
        if result.failureCount > 0 { needs.rowsFailed?(result.failureCount, result.failures.first) }
        try await send(try valueBatch(result))
      case (.table, .function(let provider, let place, _, let queue)):
        try await answerRows(try provider.open(place, batch, options), queue, send)
      case (_, .echo): try await send(try RecordBatch(schema: schema, columns: batch.columns))
      default:
        let ones = Column(Array(repeating: Int32(1), count: batch.rowCount))
        try await send(try RecordBatch(schema: schema, columns: [ones]))
      }
    } catch let error as UDFError {
      throw FlightError(error)
    } catch let error as ColumnError {
      throw FlightError(.internal, error.message)
    }
  }

  /// Answers one batch of arguments on the calling thread, if that will be quick.
  ///
  /// - Returns: nil when ``answer(_:_:)`` is to do it.
  /// - Throws: as there.
  package func answerAtOnce(_ batch: RecordBatch) throws -> RecordBatch? {
    guard let atOnce, case .batches = work, case .function(_, let place, _, let queue) = function.body else {
      return nil
    }
    do {
      let result = try queue.runAtOnce { try atOnce.evaluateAtOnce(place, meant(batch), options) }
      guard let result else { return nil }
      if result.failureCount > 0 { needs.rowsFailed?(result.failureCount, result.failures.first) }
      return try valueBatch(result)
    } catch let error as UDFError {
      throw FlightError(error)
    } catch let error as ColumnError {
      throw FlightError(.internal, error.message)
    }
  }

  /// Says that no more batches come. Must be called once, after the last answer, unless something failed.
  package func finish() async throws {
    guard case .stream(let stream) = work else { return }
    do { try await stream.finish() } catch { throw FlightError(error) }
  }

  /// How many rows of a table function are drawn and sent at once, as in the reference implementation.
  private static let rowsAtOnce = 1_024

  private func answerRows(
    _ cursor: any TableCursor, _ queue: BatchQueue, _ send: (RecordBatch) async throws -> Void
  ) async throws {
    // Waiting for the client takes no place of the queue. A cursor that is dropped closes itself, also in a task that was
    // cancelled, where closing it by hand would be cancelled too.
    while let rows = try await queue.run({ try await cursor.next(Self.rowsAtOnce) }) {
      if rows.failureCount > 0 { needs.rowsFailed?(rows.failureCount, rows.failures.first) }
      try await send(try rowBatch(rows.values))
    }
  }

  /// The batch as the engine means it, checked as that: what came as bytes may be no text, and the other way round.
  private func meant(_ batch: RecordBatch) throws(FlightError) -> RecordBatch {
    guard meaning != nil || needs.areColumnsUnchecked else { return batch }
    var batch = batch
    do throws(ColumnError) {
      if let meaning {
        var columns: [Column] = []
        for (column, field) in zip(batch.columns, meaning.fields) { columns.append(try column.read(as: field.type)) }
        batch = try RecordBatch(schema: meaning, columns: columns, rowCount: batch.rowCount)
      }
      try batch.validate(.full)
    } catch {
      throw FlightError(.invalidArgument, error.message)
    }
    return batch
  }

  private func valueBatch(_ result: UDFResult) throws -> RecordBatch {
    let values = try labelled(result.values, schema.fields[0])
    guard needs.wantsRowErrors, result.failureCount > 0, let errors = result.errors else {
      return try RecordBatch(schema: schema, columns: [values])
    }
    let texts = result.failures.reduce(into: [String?](repeating: nil, count: errors.count)) { texts, failure in
      texts[failure.row] = failure.summary
    }
    return try RecordBatch(
      schema: Schema(schema.fields + [Field(name: "error", type: .utf8)]), columns: [values, Column(texts)])
  }

  private func rowBatch(_ rows: RecordBatch) throws -> RecordBatch {
    let (values, fields) = (Array(rows.columns.dropFirst()), schema.fields)
    if needs.hasTablesOfColumns {
      let columns = try zip(values, fields).map { try labelled($0, $1) }
      return try RecordBatch(schema: schema, columns: columns, rowCount: rows.rowCount)
    }
    var row = values.first ?? rows.columns[0]
    if case .struct(let parts) = fields[1].type, function.signature?.columnTypes.count != 1 {
      // The columns of a row of several are one structure here.
      let type = ColumnType.struct(zip(parts, values).map { Field(name: $0.name, type: $1.type) })
      row = try Column(type: type, count: rows.rowCount, buffers: [], children: values)
    }
    return try RecordBatch(schema: schema, columns: [rows.columns[0], try labelled(row, fields[1])])
  }

  /// A column under the names that the schema has for its parts.
  private func labelled(_ column: Column, _ field: Field) throws(FlightError) -> Column {
    guard let column = column.relabelled(field.type) else {
      throw FlightError(.internal, "the function gave a column of \(column.type) where \(field.type) was announced")
    }
    return column
  }
}

extension ServedFunction {
  /// How far columns are from the arguments; nil when they are not taken.
  fileprivate func distance(to fields: [Field]) -> Int? {
    if let signature { return signature.distance(to: fields) }
    return (try? check(fields)) == nil ? nil : 0
  }

  /// Refuses columns that a built-in function does not take.
  fileprivate func check(_ fields: [Field]) throws(FlightError) {
    guard fields.count == arguments.count, zip(fields, arguments).allSatisfy({ $0.type.isText == $1.type.isText })
    else {
      throw FlightError(
        .invalidArgument,
        "function \(name) takes (\(Schema(arguments))), and (\(Schema(fields))) were given")
    }
  }
}

extension FunctionCall {
  /// The first text in the column of errors of an answer that has one.
  package static func firstError(of batch: RecordBatch) -> String {
    guard let errors = batch.columns.last, let texts = try? errors.strings(),
      let row = (0..<errors.count).first(where: { !errors.isNull($0) })
    else { return "no text" }
    return texts[row] ?? "no text"
  }

  /// A batch of a call without failures, with a column of errors that is null.
  package static func withoutErrors(_ batch: RecordBatch, _ schema: Schema) -> RecordBatch? {
    let errors = Column([String?](repeating: nil, count: batch.rowCount))
    return try? RecordBatch(schema: schema, columns: batch.columns + [errors])
  }
}
