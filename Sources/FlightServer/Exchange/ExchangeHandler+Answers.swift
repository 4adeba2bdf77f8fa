#if Server
  import ArrowIPC
  import Columnar
  import FlightService
  import GRPCServing
  import NIOCore

  /// What goes to the client.
  extension ExchangeHandler {
    /// Takes a batch of an answer; returns when the client has room for the next one.
    func deliver(_ batch: RecordBatch, _ slot: Slot) async throws {
      slot.answers.append(batch)
      flush()
      while !isOver, !call.isWritable, slot === slots.first {
        await withCheckedContinuation { writers.append($0) }
      }
      if isOver { throw CancellationError() }
    }

    /// Sends the answers of the oldest batch, and of those after it when it is done.
    ///
    /// What is sent may make room at once, and with it come back here.
    func flush() {
      guard !isFlushing else { return }
      isFlushing = true
      defer { isFlushing = false }
      while !isOver, let slot = slots.first {
        let answers = slot.answers
        slot.answers = []
        for answer in answers where !isOver {
          do throws(FlightError) { try send(answer) } catch { return fail(error) }
        }
        guard !isOver, slot.answers.isEmpty else { continue }
        guard slot.isDone else { return }
        slots.removeFirst()
      }
    }

    func send(_ batch: RecordBatch) throws(FlightError) {
      if encoder == nil { try sendSchema(batch.schema) }
      if let encoder, batch.schema.fields.count > encoder.schema.fields.count {
        throw FlightError(.invalidArgument, "a row failed: \(FunctionCall.firstError(of: batch))")
      }
      do throws(IPCError) {
        let batch = try fitting(batch)
        for message in try encoder?.encode(batch) ?? [] {
          guard message.bodyByteCount < Int(Int32.max) else {
            throw IPCError(
              code: .limitExceeded,
              message:
                "the answer to a batch has \(message.bodyByteCount) bytes, and 2 GiB is the most; send fewer rows at once"
            )
          }
          send(message)
        }
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
    func send(_ message: EncodedMessage) {
      let prefix = FlightData.prefix(of: message)
      var bytes = ByteBufferAllocator().buffer(capacity: prefix.count + message.bodyByteCount)
      bytes.writeBytes(prefix)
      for piece in message.body { piece.bytes.withUnsafeBytes { _ = bytes.writeBytes($0) } }
      report.answered()
      call.send([bytes])
    }
  }
#endif
