public import Columnar
public import Functions
import PythonFunctions

/// The rows of a table function of a pool on their way: the host of the first draw has the iterator, and draws the rest.
final class PoolCursor: TableCursor {
  private let table: TableCall
  private let batch: RecordBatch
  private let placed: PlacedCall

  init(
    _ pool: UDFPool, _ function: Int, _ batch: RecordBatch, _ options: CallOptions,
    done: @escaping @Sendable () -> Void = {}
  ) {
    self.batch = batch
    table = TableCall(function, batch)
    placed = PlacedCall(pool, function, options, abort: .close(table), isSpread: false, done: done)
  }

  func next(_ limit: Int) async throws -> UDFTableBatch? {
    guard let (call, step) = try begin(limit) else { return nil }
    do {
      return ended(try await call.outcome { placed.start(step, call) })
    } catch {
      placed.closeSoon(after: .busy)
      throw error
    }
  }

  func nextAndWait(_ limit: Int) throws -> UDFTableBatch? {
    guard let (call, step) = try begin(limit) else { return nil }
    do {
      return ended(try call.outcomeAndWait { placed.start(step, call) })
    } catch {
      placed.closeSoon(after: .busy)
      throw error
    }
  }

  func close() async throws { try await placed.close() }
  func closeAndWait() throws { try placed.closeAndWait() }

  deinit { placed.closeSoon(after: .open) }

  /// Takes the turn to draw; nil when there are no more rows.
  private func begin(_ limit: Int) throws -> (CallContext, FunctionStep)? {
    guard try placed.begin("draws its rows") else { return nil }
    return (
      placed.pool.context(table.function, rows: batch.rowCount, placed.options), .draw(table, limit: max(1, limit))
    )
  }

  private func ended(_ result: StepResult) -> UDFTableBatch? {
    guard case .drawn(let drawn?) = result else {
      placed.end()
      return nil
    }
    placed.goOn()
    return drawn
  }
}

extension UDFPool {
  /// Begins to call a table function, as the protocol says. Its rows are drawn in one interpreter, which runs other calls
  /// in between; what is loaded for a database's threads loads the source once more for that, on threads of its own.
  public func open(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> any TableCursor {
    try open(function, batch, options) {}
  }

  /// - Parameter done: called once, when nothing of the call is left.
  func open(
    _ function: Int, _ batch: RecordBatch, _ options: CallOptions, done: @escaping @Sendable () -> Void
  ) throws -> any TableCursor {
    let signature = signatures[function]
    guard signature.kind == .table else {
      throw UDFError(
        .unknownFunction, "UDF \(signature.name) is no table function: call it, or mark it with @udtf")
    }
    try signature.check(batch.schema.fields)
    return PoolCursor(self, function, batch, options, done: done)
  }
}
