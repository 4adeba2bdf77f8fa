#if Server
  import NIOCore
  import NIOHPACK
  import NIOHTTP2

  /// What a stream sends.
  extension ServedStream {
    func sendHeaders() {
      guard phase == .open, !headersSent else { return }
      writeHeaders()
      flushSoon()
    }

    func send(_ parts: [ByteBuffer]) {
      guard phase == .open else { return }
      guard let buffers = MessageWriter.buffers(of: parts, allocator: channel.allocator) else {
        finishStatus(
          RPCStatus(.resourceExhausted, "the answer is larger than a message of gRPC can be, 4 GiB"), telling: nil)
        return
      }
      if !headersSent { writeHeaders() }
      for buffer in buffers {
        record?.bytesOut += buffer.readableBytes
        write(.data(.init(data: .byteBuffer(buffer))))
      }
      flushSoon()
    }

    func finish(_ status: RPCStatus) {
      if phase == .open { finishStatus(status, telling: nil) }
    }

    /// - Parameter telling: The handler's end if the layer answers in its place; it is told at once.
    func finishStatus(_ status: RPCStatus, extra: [(String, String)] = [], telling: RPCEnd?) {
      var trailers = headersSent ? HPACKHeaders() : Self.responseHeaders
      trailers.add(name: "grpc-status", value: String(status.code.rawValue))
      if !status.message.isEmpty {
        trailers.add(name: "grpc-message", value: PercentEncoding.encode(status.message, atMost: 4096))
      }
      for (name, value) in extra { trailers.add(name: name, value: value) }
      record?.code = status.code
      finish(with: trailers, telling: telling)
    }

    func finishHTTP(_ status: Int, extra: [(String, String)]) {
      finish(with: HPACKHeaders([(":status", String(status))] + extra), telling: .refused)
    }

    private func finish(with trailers: HPACKHeaders, telling: RPCEnd?) {
      phase = .finishing
      headersSent = true
      reader = MessageReader(limit: 0, allocator: channel.allocator)
      let written = eventLoop.makePromise(of: Void.self)
      written.futureResult.whenComplete { [self] in wrote($0) }
      if let context {
        context.write(wrapOutboundOut(.headers(.init(headers: trailers, endStream: true))), promise: written)
      } else {
        written.fail(ChannelError.ioOnClosedChannel)
      }
      if let telling { conclude(telling) }
      flushSoon()
      follow()
    }

    private func wrote(_ result: Result<Void, any Error>) {
      guard case .success = result else {
        conclude(clientReset ? .reset : weReset ? .deadlineExceeded : .connectionLost)
        leave()
        return
      }
      // What the client has yet to send is of no use. Only now: a reset drops what is not written.
      if !clientEnded, channel.isActive {
        weReset = true
        write(.rstStream(.noError))
        flush()
      }
      conclude(.finished)
      leave()
    }

    func startTimer(_ time: TimeAmount) {
      timer = eventLoop.scheduleTask(in: time) { [weak self] in self?.deadlinePassed() }
    }

    private func deadlinePassed() {
      if phase == .open {
        finishStatus(RPCStatus(.deadlineExceeded, "the call's deadline has passed"), telling: .deadlineExceeded)
        if phase == .finishing { startTimer(.seconds(5)) }
      } else if phase == .finishing {
        // The status waits behind what the client does not read, and the client has given up.
        weReset = true
        write(.rstStream(.cancel))
        flush()
      }
    }

    private func writeHeaders() {
      headersSent = true
      write(.headers(.init(headers: Self.responseHeaders)))
    }

    private static let responseHeaders = HPACKHeaders([(":status", "200"), ("content-type", "application/grpc")])

    private func write(_ payload: HTTP2Frame.FramePayload) {
      context?.write(wrapOutboundOut(payload), promise: nil)
    }

    private func flushSoon() {
      if isDelivering { needsFlush = true } else { flush() }
    }

    func flush() {
      needsFlush = false
      context?.flush()
    }
  }
#endif
