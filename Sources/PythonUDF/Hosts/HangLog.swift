import Synchronization

/// Who is told of code that does not stop on a thread that cannot be left, because its caller stands there too.
final class HangLog: Sendable {
  private let observer = Mutex<(@Sendable (any Error) -> Void)?>(nil)

  func observe(with observer: (@Sendable (any Error) -> Void)?) { self.observer.withLock { $0 = observer } }

  func tell(_ error: any Error) { observer.withLock { $0 }?(error) }
}
