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
    final class Slot {
      var answers: [RecordBatch] = []
      var isDone = false
      var task: Task<Void, Never>?
    }

    let call: RPCCall
    private let catalogue: FunctionCatalogue
    private let needs: CallerNeeds
    let report: CallReport
    private let executor: LoopExecutor
    private let context: ServiceContext
    private var decoder: MessageDecoder
    private var name: String?
    private var function: FunctionCall?
    var encoder: MessageEncoder?
    /// Batches that came and were not begun, the first first.
    private var waiting: [RecordBatch] = []
    /// Those that were begun, in their order.
    var slots: [Slot] = []
    private var isReadingPaused = false
    private var hasClientEnded = false
    private var isFinishing = false
    var isFlushing = false
    private var isDraining = false
    /// How often the call had nothing to do during a drain.
    private var idleTurns = 0
    private static let idleTime = TimeAmount.seconds(2)
    private var ending: Task<Void, Never>?
    var isOver = false
    var writers: [CheckedContinuation<Void, Never>] = []

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

    /// A call that has nothing to do ends, since the server waits for it; any other ends when it has no more to do.
    func drainBegan() {
      isDraining = true
      advance()
    }

    func ended(_ reason: RPCEnd) { letGo() }

    /// The call is over: what runs is stopped, and nothing is kept that an interpreter would keep for it.
    private func letGo() {
      isOver = true
      for slot in slots { slot.task?.cancel() }
      ending?.cancel()
      (slots, waiting, function) = ([], [], nil)
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
        try batch.checkRowCount()
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
      if !function.mayHaveErrors { try sendSchema(function.schema) }
    }

    func sendSchema(_ schema: Schema) throws(FlightError) {
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
      guard !isOver, !isFinishing, !isFlushing else { return }
      if let function {
        while let batch = waiting.first, slots.count < function.mostAtOnce {
          waiting.removeFirst()
          if !answerAtOnce(batch, function) { start(batch, function) }
          guard !isOver else { return }
        }
      }
      let isBusy = !waiting.isEmpty
      if isBusy != isReadingPaused {
        isReadingPaused = isBusy
        if isBusy { call.pauseReading() } else { call.resumeReading() }
      }
      guard waiting.isEmpty, slots.isEmpty else { return }
      if hasClientEnded { finish() } else if isDraining { endIfIdle() }
    }

    /// During a drain: a client that has all its answers is about to say that it is done; one that says nothing ends here.
    private func endIfIdle() {
      idleTurns += 1
      let (turn, me) = (idleTurns, Confined(self))
      call.eventLoop.scheduleTask(in: Self.idleTime) {
        let me = me.value
        guard me.idleTurns == turn, me.slots.isEmpty, me.waiting.isEmpty, !me.isFinishing else { return }
        me.fail(FlightError(.unavailable, "the server is shutting down; send the next batch to another one"))
      }
    }

    /// Answers a batch here and now, if that is quick; false where it is not known to be.
    private func answerAtOnce(_ batch: RecordBatch, _ function: FunctionCall) -> Bool {
      guard slots.isEmpty, call.isWritable else { return false }
      // What is sent may come back here, as in `flush`.
      isFlushing = true
      defer { isFlushing = false }
      do {
        let answer = try ServiceContext.$current.withValue(context) {
          try LoopTime.current.spend { try function.answerAtOnce(batch) }
        }
        guard let answer else { return false }
        try send(answer)
      } catch {
        fail(FlightError(error))
      }
      return true
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
      ending = task { [self] in
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
      letGo()
      call.finish(.ok)
    }

    private func task(_ work: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
      ServiceContext.$current.withValue(context) { Task(executorPreference: executor) { await work() } }
    }

    func fail(_ error: FlightError) {
      guard !isOver else { return }
      letGo()
      report.failed(error)
      call.finish(RPCStatus(error))
    }
  }

  /// A value that is touched on one event loop only. Unchecked because of that.
  struct Confined<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }
#endif
