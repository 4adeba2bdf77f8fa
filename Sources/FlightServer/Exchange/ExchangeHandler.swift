#if Server
  import ArrowIPC
  import Columnar
  import FlightService
  import GRPCServing
  import Logging
  import NIOCore
  import ServiceContextModule

  /// One `DoExchange`: batches of arguments come, and batches of results go back in their order.
  ///
  /// Clients differ in where they say what they want: in a message of its own, with the schema, or with every message.
  ///
  /// Unchecked because everything is touched on the call's event loop only: the callbacks come there, and so do the tasks,
  /// which have it as their executor.
  final class ExchangeHandler: RPCHandler, @unchecked Sendable {
    /// A batch that was begun.
    private final class Slot {
      var answers: [RecordBatch] = []
      var isDone = false
      var task: Task<Void, Never>?
    }

    private let call: RPCCall
    private let catalogue: FunctionCatalogue
    private let needs: CallerNeeds
    private let report: CallReport
    private let executor: LoopExecutor
    private let context: ServiceContext
    private var decoder: MessageDecoder
    private var name: String?
    private var function: FunctionCall?
    private var encoder: MessageEncoder?
    /// Batches that came and were not begun, the first first.
    private var waiting: [RecordBatch] = []
    /// Those that were begun, in their order.
    private var slots: [Slot] = []
    private var isReadingPaused = false
    private var hasClientEnded = false
    private var isFinishing = false
    private var isOver = false
    private var writers: [CheckedContinuation<Void, Never>] = []

    init(
      _ call: RPCCall, _ catalogue: FunctionCatalogue, _ needs: CallerNeeds, _ options: IPCReadOptions,
      _ context: ServiceContext, _ report: CallReport
    ) {
      var needs = needs
      let box = Confined(report)
      needs.rowsFailed = { count, first in box.value.rowsFailed(count, first) }
      (self.call, self.catalogue, self.needs, self.report) = (call, catalogue, needs, report)
      self.context = context
      decoder = MessageDecoder(options: options)
      executor = LoopExecutor(call.eventLoop)
    }

    // MARK: From the client

    func received(_ message: ByteBuffer) {
      guard !isOver else { return }
      do throws(FlightError) { try take(FlightData(Buffer(sharing: message))) } catch { fail(error) }
    }

    func receivedEnd() {
      hasClientEnded = true
      advance()
    }

    func becameWritable() {
      let writers = self.writers
      self.writers = []
      for writer in writers { writer.resume() }
    }

    func ended(_ reason: RPCEnd) {
      isOver = true
      for slot in slots { slot.task?.cancel() }
      waiting = []
      becameWritable()
    }

    private func take(_ data: FlightData) throws(FlightError) {
      if name == nil, let descriptor = data.descriptor {
        let name = try descriptor.functionName()
        _ = try catalogue.functions(named: name)
        self.name = name
        report.function = name
      }
      guard data.header.byteCount > 0 else { return }
      guard let name else {
        throw FlightError(
          .invalidArgument,
          "the first message names no function; send a flight descriptor with the function's name, at the latest with the "
            + "schema")
      }
      let message: DecodedMessage
      do throws(IPCError) { message = try decoder.decode(header: data.header, body: data.body) } catch {
        throw FlightError(error)
      }
      switch message.content {
      case .schema(let schema): try begin(name, schema)
      case .dictionary: break
      case .batch(let batch):
        report.count(rows: batch.rowCount)
        waiting.append(batch)
        advance()
      }
    }

    /// The schema goes out before the function runs: clients wait for it, and some only for a second.
    private func begin(_ name: String, _ schema: Schema) throws(FlightError) {
      let function = try FunctionCall(try catalogue.functions(named: name), schema, needs)
      self.function = function
      call.sendHeaders()
      // Whether there is a column of errors is known when the first batch has been answered.
      if !needs.wantsRowErrors { try sendSchema(function.schema) }
    }

    private func sendSchema(_ schema: Schema) throws(FlightError) {
      do throws(IPCError) {
        let encoder = try MessageEncoder(schema: schema)
        self.encoder = encoder
        send(encoder.schemaMessage)
      } catch {
        throw FlightError(error)
      }
    }

    // MARK: The function

    /// Begins what can begin, sends what is done, and ends when all is.
    private func advance() {
      guard !isOver, !isFinishing else { return }
      flush()
      guard !isOver else { return }
      if let function {
        while let batch = waiting.first, slots.count < function.mostAtOnce {
          waiting.removeFirst()
          start(batch, function)
        }
      }
      let isBusy = !waiting.isEmpty
      if isBusy != isReadingPaused {
        isReadingPaused = isBusy
        if isBusy { call.pauseReading() } else { call.resumeReading() }
      }
      if hasClientEnded, waiting.isEmpty, slots.isEmpty { finish() }
    }

    private func start(_ batch: RecordBatch, _ function: FunctionCall) {
      let slot = Slot()
      slots.append(slot)
      let box = Confined(slot)
      slot.task = task { [self] in
        do {
          try await function.answer(batch) { answer in try await deliver(answer, box.value) }
          box.value.isDone = true
          advance()
        } catch {
          fail(FlightError(error))
        }
      }
    }

    private func finish() {
      isFinishing = true
      guard let function else {
        return fail(
          FlightError(.invalidArgument, "the request ended before its schema came; send a schema, then batches"))
      }
      guard function.mustFinish else { return succeed(function) }
      _ = task { [self] in
        do {
          try await function.finish()
          succeed(function)
        } catch {
          fail(FlightError(error))
        }
      }
    }

    private func succeed(_ function: FunctionCall) {
      guard !isOver else { return }
      // When nothing came the client still has to learn what would have.
      if encoder == nil {
        do throws(FlightError) { try sendSchema(function.schema) } catch { return fail(error) }
      }
      isOver = true
      call.finish(.ok)
    }

    private func task(_ work: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
      ServiceContext.$current.withValue(context) { Task(executorPreference: executor) { await work() } }
    }

    private func fail(_ error: FlightError) {
      guard !isOver else { return }
      isOver = true
      waiting = []
      for slot in slots { slot.task?.cancel() }
      becameWritable()
      report.failed(error)
      call.finish(RPCStatus(error))
    }

    // MARK: To the client

    /// Takes a batch of an answer; returns when the client has room for the next one.
    private func deliver(_ batch: RecordBatch, _ slot: Slot) async throws {
      slot.answers.append(batch)
      flush()
      while !isOver, !call.isWritable, slot === slots.first {
        await withCheckedContinuation { writers.append($0) }
      }
      if isOver { throw CancellationError() }
    }

    /// Sends the answers of the oldest batch, and of those after it when it is done.
    private func flush() {
      while !isOver, let slot = slots.first {
        for answer in slot.answers {
          do throws(FlightError) { try send(answer) } catch { return fail(error) }
        }
        slot.answers = []
        guard slot.isDone else { return }
        slots.removeFirst()
      }
    }

    private func send(_ batch: RecordBatch) throws(FlightError) {
      if encoder == nil { try sendSchema(batch.schema) }
      if let encoder, batch.schema.fields.count > encoder.schema.fields.count {
        throw FlightError(.invalidArgument, "a row failed: \(FunctionCall.firstError(of: batch))")
      }
      do throws(IPCError) {
        let batch = try fitting(batch)
        for message in try encoder?.encode(batch) ?? [] { send(message) }
      } catch {
        throw FlightError(error)
      }
    }

    /// The batch with a column of errors without any, if the schema that was sent has one.
    private func fitting(_ batch: RecordBatch) throws(IPCError) -> RecordBatch {
      guard let schema = encoder?.schema, schema.fields.count > batch.columns.count else { return batch }
      return FunctionCall.withoutErrors(batch, schema) ?? batch
    }

    /// One message: the body's pieces are copied once, into the memory that the socket is written from.
    private func send(_ message: EncodedMessage) {
      let prefix = FlightData.prefix(of: message)
      var bytes = ByteBufferAllocator().buffer(capacity: prefix.count + message.bodyByteCount)
      bytes.writeBytes(prefix)
      for piece in message.body { piece.bytes.withUnsafeBytes { _ = bytes.writeBytes($0) } }
      report.answered()
      call.send([bytes])
    }
  }

  /// A value that is touched on one event loop only. Unchecked because of that.
  private struct Confined<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }
#endif
