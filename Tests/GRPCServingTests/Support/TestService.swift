#if Server
  import Foundation
  import GRPCServing
  import NIOCore
  import Synchronization

  /// The methods that the tests call. Which handler a path has is its last part.
  final class TestService: RPCService {
    let probe: Probe
    let health = HealthService()

    init(_ probe: Probe) { self.probe = probe }

    func handler(for call: RPCCall) -> (any RPCHandler)? {
      if let handler = health.handler(for: call) { return handler }
      switch call.path {
      case "/test/Echo": return Handler(call, probe, message: { call, message in call.send([message]) })
      case "/test/Thread": return Handler(call, probe, message: Self.echoElsewhere, end: Self.finishElsewhere)
      case "/test/Count":
        return Handler(call, probe) { call, message in
          for number in 0..<(Int(String(buffer: message)) ?? 0) { call.send([ByteBuffer(string: "\(number)")]) }
        }
      case "/test/Sum":
        var (count, bytes) = (0, 0)
        return Handler(call, probe) { _, message in
          (count, bytes) = (count + 1, bytes + message.readableBytes)
        } end: { call in
          call.send([ByteBuffer(string: "\(count) "), ByteBuffer(string: "\(bytes)")])
          call.finish(.ok)
        }
      case "/test/Status":
        return Handler(call, probe) { call, message in
          var message = message
          let code = message.readInteger(as: UInt8.self).flatMap { RPCStatus.Code(rawValue: Int($0)) }
          call.finish(RPCStatus(code ?? .unknown, String(buffer: message)))
        }
      case "/test/Metadata":
        return Handler(call, probe) { call, message in
          let name = String(buffer: message)
          let text = name.hasSuffix("-bin") ? "\(call.metadata.binary(name))" : "\(call.metadata.all(name))"
          call.send([ByteBuffer(string: text)])
        }
      case "/test/Hang":
        call.sendHeaders()
        return Handler(call, probe, end: { _ in })
      case "/test/Ends":
        return Handler(call, probe, message: { call, _ in call.send([ByteBuffer(string: "message")]) }) { call in
          call.send([ByteBuffer(string: "end")])
          call.finish(.ok)
        }
      case "/test/Gate":
        call.sendHeaders()
        probe.state.withLock { $0.waiting.append(call) }
        return Handler(call, probe, end: { _ in })
      case "/test/Generate": return Generator(call, probe)
      case "/test/Paused":
        call.pauseReading()
        probe.state.withLock { $0.waiting.append(call) }
        return Handler(call, probe) { [probe] _, _ in
          probe.state.withLock { $0.taken += 1 }
        } end: { [probe] call in
          call.send([ByteBuffer(string: "\(probe.state.withLock { $0.taken })")])
          call.finish(.ok)
        }
      case "/test/Early":
        call.finish(RPCStatus(.failedPrecondition, "at once"))
        return nil
      default: return nil
      }
    }

    private static let queue = DispatchQueue(label: "test service")

    private static func echoElsewhere(_ call: RPCCall, _ message: ByteBuffer) { queue.async { call.send([message]) } }
    private static func finishElsewhere(_ call: RPCCall) { queue.async { call.finish(.ok) } }
  }

  private final class Handler: RPCHandler {
    private let call: RPCCall
    private let probe: Probe
    private let message: (RPCCall, ByteBuffer) -> Void
    private let end: (RPCCall) -> Void

    init(
      _ call: RPCCall, _ probe: Probe, message: @escaping (RPCCall, ByteBuffer) -> Void = { _, _ in },
      end: @escaping (RPCCall) -> Void = { $0.finish(.ok) }
    ) {
      (self.call, self.probe, self.message, self.end) = (call, probe, message, end)
    }

    func received(_ message: ByteBuffer) { self.message(call, message) }
    func receivedEnd() { end(call) }
    func becameWritable() {}
    func ended(_ reason: RPCEnd) { probe.state.withLock { $0.ends[call.path, default: []].append(reason) } }
  }

  /// Sends without end, as fast as the client reads.
  private final class Generator: RPCHandler {
    private let call: RPCCall
    private let probe: Probe
    private var hasEnded = false

    init(_ call: RPCCall, _ probe: Probe) { (self.call, self.probe) = (call, probe) }

    func received(_ message: ByteBuffer) {}
    func receivedEnd() { generate() }
    func becameWritable() { generate() }
    func ended(_ reason: RPCEnd) {
      hasEnded = true
      probe.state.withLock { $0.ends[call.path, default: []].append(reason) }
    }

    private func generate() {
      let message = ByteBuffer(repeating: 7, count: 1 << 16)
      // A few at a time, so that others have their turn on this event loop.
      for _ in 0..<16 where call.isWritable {
        call.send([message])
        probe.state.withLock { $0.generated += message.readableBytes }
      }
      guard call.isWritable, !hasEnded else { return }
      let me = NIOLoopBound(self, eventLoop: call.eventLoop)
      call.eventLoop.execute { if !me.value.hasEnded { me.value.generate() } }
    }
  }
#endif
