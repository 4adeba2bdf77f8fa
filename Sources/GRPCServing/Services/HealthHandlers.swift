#if Server
  import NIOCore
  import Synchronization

  /// Takes the one message of a call of the health service.
  final class HealthRequest: RPCHandler {
    private let call: RPCCall
    private let answer: (String) -> HealthWatch?
    private var service: String?
    private var watch: HealthWatch?
    private var isDraining = false

    init(_ call: RPCCall, answer: @escaping (String) -> HealthWatch?) {
      self.call = call
      self.answer = answer
    }

    func received(_ message: ByteBuffer) {
      guard service == nil, let service = HealthMessages.service(in: message) else {
        call.finish(RPCStatus(.invalidArgument, "expected is one message HealthCheckRequest"))
        return
      }
      self.service = service
    }

    func receivedEnd() {
      guard let service else {
        call.finish(RPCStatus(.invalidArgument, "expected is one message HealthCheckRequest, and none came"))
        return
      }
      watch = answer(service)
      if isDraining { watch?.endForDrain() }
    }

    func becameWritable() { watch?.tellLatest() }

    func drainBegan() {
      isDraining = true
      watch?.endForDrain()
    }

    func ended(_ reason: RPCEnd) { watch?.end() }
  }

  /// A client that watches a service.
  final class HealthWatch: Sendable {
    let service: String
    private let call: RPCCall
    private let remove: @Sendable (HealthWatch) -> Void
    /// The last status that was told, and the one to tell.
    private let status = Mutex<(told: HealthService.Status?, latest: HealthService.Status?)>((nil, nil))

    init(service: String, call: RPCCall, remove: @escaping @Sendable (HealthWatch) -> Void) {
      self.service = service
      self.call = call
      self.remove = remove
    }

    /// Any thread. A client that does not read is told the newest when it does, and nothing piles up.
    func tell(_ latest: HealthService.Status) {
      status.withLock { status in
        status.latest = latest
        send(&status)
      }
    }

    func tellLatest() {
      status.withLock { send(&$0) }
    }

    func endForDrain() {
      call.send([HealthMessages.response(.notServing)])
      call.finish(RPCStatus(.unavailable, "the server is shutting down"))
    }

    func end() { remove(self) }

    private func send(_ status: inout (told: HealthService.Status?, latest: HealthService.Status?)) {
      guard let latest = status.latest, latest != status.told, call.isWritable else { return }
      status.told = latest
      // Never under way on this thread at once with itself: on the event loop it may report that it became writable.
      call.eventLoop.execute { [call] in call.send([HealthMessages.response(latest)]) }
    }
  }
#endif
