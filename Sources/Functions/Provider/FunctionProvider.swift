import HostSupport
public import Columnar

/// What has functions and calls them: an interpreter, a pool of interpreters, a source of a registry.
///
/// Engines and code that calls functions by name take any of them. All members may be used from any thread and any task.
public protocol FunctionProvider: Sendable {
  /// What messages call it.
  var name: String { get }
  /// The functions, in the order of the source.
  var signatures: [UDFSignature] { get }

  /// Calls the function at a place in ``signatures`` for each row of a batch; the calling task is suspended and blocks no
  /// thread. Cancelling the task stops the function, as a timeout does.
  ///
  /// - Parameters:
  ///   - function: the place of the function.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  ///   - options: how the rows are called.
  /// - Throws: `UDFError`: `wrongArguments`, `rowFailed`, `wrongResult`, `deadlineExceeded`, `interrupted`,
  ///   `memoryExceeded`, `busy`, `closed`; `CancellationError` when the task was cancelled.
  func evaluate(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) async throws -> UDFResult

  /// The same for a thread that belongs to an engine: it blocks until the call is done.
  ///
  /// - Throws: as `evaluate`, but for `CancellationError`.
  func evaluateAndWait(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> UDFResult

  /// Begins to call the table function at a place in ``signatures`` for the rows of a batch; it runs when rows are drawn.
  ///
  /// - Parameters:
  ///   - function: the place of the function.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  ///   - options: how it is called; each draw is a call.
  /// - Throws: `UDFError`: `unknownFunction` when the function is no table function, `wrongArguments`.
  func open(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> any TableCursor

  /// Makes room for states of the aggregate function at a place in ``signatures``; they are made when rows come.
  ///
  /// - Parameters:
  ///   - function: the place of the function.
  ///   - options: how it is called.
  /// - Throws: `UDFError` with code `unknownFunction` when the function is no aggregate function.
  func aggregate(_ function: Int, _ options: CallOptions) throws -> AggregateStates

  /// Begins to call the function at a place in ``signatures`` that takes the batches of a query one after the other; it
  /// runs when it is given the first.
  ///
  /// - Parameters:
  ///   - function: the place of the function.
  ///   - options: how it is called; each batch is a call.
  /// - Throws: `UDFError` with code `unknownFunction` when the function takes no iterator of batches.
  func openStream(_ function: Int, _ options: CallOptions) throws -> any BatchStream
}

extension FunctionProvider {
  /// Calls a function for each row of a batch; the calling task is suspended and blocks no thread.
  ///
  /// - Parameters:
  ///   - function: the name; of overloads the one whose parameters are nearest to the columns is called.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  /// - Returns: a column of as many rows, as `UDFSignature.resultField(for:)` describes it.
  /// - Throws: as ``evaluate(_:_:onError:timeouts:)``.
  public func call(_ function: String, _ batch: RecordBatch) async throws -> Column {
    try await evaluate(function, batch).values
  }

  /// Calls a function for each row of a batch, and says which rows failed; the calling task is suspended and blocks no
  /// thread. Cancelling the task stops the function, as a timeout does.
  ///
  /// - Parameters:
  ///   - function: the name, as for `call`.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  ///   - errorMode: what a failing row does; nil for what the function says.
  ///   - timeouts: how long the call may take; where nothing is said, what the function says.
  /// - Throws: `UDFError` with code `unknownFunction`, and what the protocol's `evaluate` throws.
  public func evaluate(
    _ function: String, _ batch: RecordBatch, onError errorMode: UDFErrorMode? = nil,
    timeouts: UDFTimeouts = UDFTimeouts()
  ) async throws -> UDFResult {
    let place = try signatures.place(of: function, for: batch.schema.fields)
    return try await evaluate(place, batch, CallOptions(errorMode: errorMode, timeouts: timeouts))
  }

  /// Calls a function for each row of a batch and blocks the calling thread meanwhile; for threads that belong to an
  /// engine. In a task use `call`.
  ///
  /// - Throws: as ``evaluateAndWait(_:_:onError:timeouts:)``.
  public func callAndWait(_ function: String, _ batch: RecordBatch) throws -> Column {
    try evaluateAndWait(function, batch).values
  }

  /// Calls a function for each row of a batch, says which rows failed, and blocks the calling thread meanwhile.
  ///
  /// - Throws: `UDFError` with code `unknownFunction`, and what the protocol's `evaluateAndWait` throws.
  public func evaluateAndWait(
    _ function: String, _ batch: RecordBatch, onError errorMode: UDFErrorMode? = nil,
    timeouts: UDFTimeouts = UDFTimeouts()
  ) throws -> UDFResult {
    let place = try signatures.place(of: function, for: batch.schema.fields)
    return try evaluateAndWait(place, batch, CallOptions(errorMode: errorMode, timeouts: timeouts))
  }

  /// Makes room for states of an aggregate function.
  ///
  /// ```swift
  /// let states = try pool.aggregate("weighted_average", of: batch.schema.fields)
  /// try await states.accumulate(batch, groups: [0, 1, 0])
  /// let averages = try await states.finish([0, 1]).values
  /// ```
  ///
  /// - Parameters:
  ///   - function: the name, as for `call`.
  ///   - fields: of the columns that will come, to choose one of overloads.
  ///   - errorMode: what a failure does; nil for what the function says.
  ///   - timeouts: how long a row, or a group's value, and a call may take; where nothing is said, what the function says.
  /// - Throws: `UDFError` with code `unknownFunction`.
  public func aggregate(
    _ function: String, of fields: [Field], onError errorMode: UDFErrorMode? = nil,
    timeouts: UDFTimeouts = UDFTimeouts()
  ) throws -> AggregateStates {
    let place = try signatures.place(of: function, for: fields)
    return try aggregate(place, CallOptions(errorMode: errorMode, timeouts: timeouts))
  }

  /// The rows that a table function gives for the rows of a batch, drawn as they are asked for.
  ///
  /// ```swift
  /// for try await rows in pool.table("series", batch) { ... }
  /// ```
  ///
  /// - Parameters:
  ///   - function: the name, as for `call`.
  ///   - batch: one column per parameter, in order; the names of the columns do not matter.
  ///   - limit: how many rows are drawn at once at most.
  ///   - errorMode: what a failure does; nil for what the function says.
  ///   - timeouts: how long a row and a draw may take; where nothing is said, what the function says.
  /// - Returns: record batches of at least one row. An iteration throws what ``open(_:_:_:)`` and
  ///   ``TableCursor/next(_:)`` throw.
  public func table(
    _ function: String, _ batch: RecordBatch, limit: Int = 2_048, onError errorMode: UDFErrorMode? = nil,
    timeouts: UDFTimeouts = UDFTimeouts()
  ) -> TableRows {
    TableRows(limit: max(1, limit)) {
      let place = try signatures.place(of: function, for: batch.schema.fields)
      return try open(place, batch, CallOptions(errorMode: errorMode, timeouts: timeouts))
    }
  }

  /// Begins to call a function that takes the batches of a query one after the other.
  ///
  /// ```swift
  /// let stream = try pool.stream("embed", of: schema)
  /// for try await batch in batches { let values = try await stream.next(batch).values }
  /// try await stream.finish()
  /// ```
  ///
  /// - Parameters:
  ///   - function: the name, as for `call`.
  ///   - schema: of the batches.
  ///   - errorMode: what a failing row does; nil for what the function says.
  ///   - timeouts: how long a call for a batch may take; where nothing is said, what the function says.
  /// - Throws: as ``openStream(_:_:)``; `UDFError` with code `unknownFunction` or `wrongArguments`.
  public func stream(
    _ function: String, of schema: Schema, onError errorMode: UDFErrorMode? = nil, timeouts: UDFTimeouts = UDFTimeouts()
  ) throws -> any BatchStream {
    let place = try signatures.place(of: function, for: schema.fields)
    return try openStream(place, CallOptions(errorMode: errorMode, timeouts: timeouts))
  }

  /// The signature of a function, of overloads the first; upper and lower case count as the same if no name is equal.
  ///
  /// - Throws: `UDFError` with code `unknownFunction`.
  public func signature(of function: String) throws -> UDFSignature {
    try signatures[signatures.overloads(of: function)[0]]
  }
}

extension [UDFSignature] {
  /// The places of the functions of a name, overloads of each other; at least one. Upper and lower case count as the same
  /// if no name is equal.
  ///
  /// - Throws: `UDFError` with code `unknownFunction`.
  func overloads(of name: String) throws -> [Int] {
    var found = indices.filter { self[$0].name == name }
    if found.isEmpty { found = indices.filter { self[$0].name.lowercased() == name.lowercased() } }
    guard found.isEmpty else { return found }
    throw UDFError(
      .unknownFunction, "There is no UDF named \(name); there are: \(map(\.name).listed()).")
  }

  /// The place of the function of a name for arguments of some fields: the nearest of its overloads, of equally near ones
  /// the first.
  ///
  /// - Throws: `UDFError`: `unknownFunction`, or `wrongArguments` when no overload takes them.
  package func place(of name: String, for fields: [Field]) throws -> Int {
    let overloads = try overloads(of: name)
    guard overloads.count > 1 else { return overloads[0] }
    let near = overloads.compactMap { place in self[place].distance(to: fields).map { (place, $0) } }
    if let nearest = near.min(by: { $0.1 < $1.1 }) { return nearest.0 }
    throw UDFError(
      .wrongArguments,
      """
      UDF \(name) takes none of its overloads' arguments: it was given (\(fields.map(\.typeDescription).listed(each: TextLimit.message))), \
      and there are \(overloads.map { self[$0].sqlDescription }.listed(separator: "; ", each: TextLimit.type))
      """)
  }
}
