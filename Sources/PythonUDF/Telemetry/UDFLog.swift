import Logging
import Synchronization

/// The log of a pool: from its interpreters to the logger and to whoever listens.
final class UDFLog: Sendable {
  private struct State {
    var limiter: LogLimiter
    var listeners: [Int: AsyncStream<UDFLogRecord>.Continuation] = [:]
    var nextListener = 0
    var isClosed = false
  }

  let source: String
  private let logger: Logger
  /// Whether messages of every level are wanted.
  let tellsEverything = Atomic(false)
  /// The lowest level that is logged.
  let lowestLevel: Logger.Level
  /// Where messages go instead, for a worker; nil for the logger and whoever listens.
  private let forward: (@Sendable (UDFLogRecord) -> Void)?
  private let state: Mutex<State>

  init(source: String, _ logging: UDFLogging) {
    self.source = source
    logger = logging.logger
    lowestLevel = logger.logLevel
    forward = nil
    state = Mutex(State(limiter: LogLimiter(messagesPerSecond: logging.messagesPerSecond)))
  }

  /// The log of a worker, which hands on what is written.
  ///
  /// - Parameter level: the lowest level that is wanted.
  init(
    source: String, level: Logger.Level, messagesPerSecond: Int?, forward: @escaping @Sendable (UDFLogRecord) -> Void
  ) {
    self.source = source
    logger = Logger(label: source) { _ in SwiftLogNoOpLogHandler() }
    lowestLevel = level
    self.forward = forward
    state = Mutex(State(limiter: LogLimiter(messagesPerSecond: messagesPerSecond)))
  }

  /// Whether a function may write a message of a level: somebody wants it, and there were not too many before.
  func admits(_ level: Logger.Level, of function: String?) -> Bool {
    let isLogged = lowestLevel <= level || tellsEverything.load(ordering: .relaxed)
    let leftOut = state.withLock { state -> Int? in
      guard isLogged || !state.listeners.isEmpty else { return nil }
      return state.limiter.admit(function ?? "")
    }
    guard let leftOut else { return false }
    noteLeftOut(leftOut, of: function)
    return true
  }

  /// Hands a message on. Called without any lock of ours, since handlers may take their time.
  func write(_ record: UDFLogRecord) {
    if let forward { return forward(record) }
    logger.log(level: record.level, "\(record.message)", metadata: record.metadata)
    for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(record) }
  }

  /// A message of Clutch itself about a function; nil for the source.
  func note(_ level: Logger.Level, _ message: String, of function: String? = nil, row: Int? = nil) {
    write(
      UDFLogRecord(
        level: level, message: message, origin: .clutch, source: source, function: function, row: row, loggerName: nil))
  }

  private func noteLeftOut(_ count: Int, of function: String?) {
    guard count > 0, let limit = state.withLock(\.limiter.messagesPerSecond) else { return }
    note(
      .notice, "\(count) \(count == 1 ? "message was" : "messages were") left out: more than \(limit) a second",
      of: function)
  }

  /// Tells of the messages that were left out and are not told of yet.
  func settle() {
    for (function, count) in state.withLock({ $0.limiter.takeLeftOut() }) {
      noteLeftOut(count, of: function.isEmpty ? nil : function)
    }
  }

  // MARK: For workers

  var messagesPerSecond: Int? { state.withLock(\.limiter.messagesPerSecond) }
  /// Whether somebody listens, who gets messages of every level.
  var hasListeners: Bool { state.withLock { !$0.listeners.isEmpty } }

  /// Hands on what a worker has written, if it is wanted here.
  func take(_ record: UDFLogRecord) {
    if record.origin == .clutch || admits(record.level, of: record.function) { write(record) }
  }

  // MARK: Listening

  func records(bufferingNewest limit: Int) -> AsyncStream<UDFLogRecord> {
    AsyncStream(bufferingPolicy: .bufferingNewest(limit)) { continuation in
      let number = state.withLock { state -> Int? in
        guard !state.isClosed else { return nil }
        state.nextListener += 1
        state.listeners[state.nextListener] = continuation
        return state.nextListener
      }
      guard let number else { return continuation.finish() }
      continuation.onTermination = { [weak self] _ in
        self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
      }
    }
  }

  /// Nothing will be written any more.
  func close() {
    settle()
    let listeners = state.withLock { state in
      state.isClosed = true
      defer { state.listeners = [:] }
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }

  deinit { close() }
}
