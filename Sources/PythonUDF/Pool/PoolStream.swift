import Columnar
public import Functions
import PythonFunctions

/// A function of a pool that takes batches one after the other: the host of the first has its iterator, and takes the rest.
final class PoolStream: BatchStream {
  private let stream: StreamCall
  private let placed: PlacedCall

  init(_ pool: UDFPool, _ function: Int, _ options: CallOptions, done: @escaping @Sendable () -> Void = {}) {
    stream = StreamCall(function)
    placed = PlacedCall(pool, function, options, abort: .abort(stream), isSpread: true, done: done)
  }

  func next(_ batch: RecordBatch) async throws -> UDFResult {
    let call = try begin(batch)
    do {
      return try went(on: await call.outcome { placed.start(.feed(stream, batch), call) })
    } catch {
      placed.closeSoon(after: .busy)
      throw error
    }
  }

  func nextAndWait(_ batch: RecordBatch) throws -> UDFResult {
    let call = try begin(batch)
    do {
      return try went(on: call.outcomeAndWait { placed.start(.feed(stream, batch), call) })
    } catch {
      placed.closeSoon(after: .busy)
      throw error
    }
  }

  func finish() async throws { try await placed.close(.finish(stream)) }
  func finishAndWait() throws { try placed.closeAndWait(.finish(stream)) }
  func close() async throws { try await placed.close() }
  func closeAndWait() throws { try placed.closeAndWait() }

  deinit { placed.closeSoon(after: .open) }

  private func begin(_ batch: RecordBatch) throws -> CallContext {
    let signature = placed.pool.signatures[stream.function]
    try signature.check(batch.schema.fields)
    guard try placed.begin("gives it batches") else {
      throw UDFError(.closed, "UDF \(signature.name): the stream has been closed; open another one")
    }
    return placed.pool.context(stream.function, rows: batch.rowCount, placed.options)
  }

  private func went(on result: StepResult) throws -> UDFResult {
    placed.goOn()
    return try result.rows
  }
}

extension UDFPool {
  /// Begins to call a function that takes batches one after the other, as the protocol says. It gets them in one
  /// interpreter, which runs other calls in between; what is loaded for a database's threads loads the source once more for
  /// that, on threads of its own.
  public func openStream(_ function: Int, _ options: CallOptions) throws -> any BatchStream {
    try openStream(function, options) {}
  }

  /// - Parameter done: called once, when nothing of the call is left.
  func openStream(
    _ function: Int, _ options: CallOptions, done: @escaping @Sendable () -> Void
  ) throws -> any BatchStream {
    let signature = signatures[function]
    guard signature.kind == .batches else {
      throw UDFError(
        .unknownFunction,
        """
        UDF \(signature.name) takes no iterator of batches: call it, or mark it @udf(batch=True) with one parameter, as in \
        Iterator[Column[int]]
        """)
    }
    return PoolStream(self, function, options, done: done)
  }
}
