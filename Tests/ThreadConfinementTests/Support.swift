import Foundation
import Synchronization
import ThreadConfinement

struct TestFailure: Error, Equatable {
  let number: Int
}

/// Counts itself, so that a test can see what is still held.
final class Tracked: Sendable {
  private let alive: Counter

  init(_ alive: Counter) {
    self.alive = alive
    alive.add(1)
  }

  deinit { alive.add(-1) }
}

final class Counter: Sendable {
  private let number = Atomic(0)

  var value: Int { number.load(ordering: .sequentiallyConsistent) }
  func add(_ difference: Int) { number.add(difference, ordering: .sequentiallyConsistent) }
}

/// Collects values from any thread, in the order they come.
final class Recorder<Value: Sendable>: Sendable {
  private let recorded = Mutex<[Value]>([])

  var values: [Value] { recorded.withLock { $0 } }
  func append(_ value: Value) { recorded.withLock { $0.append(value) } }
}

/// A gate that threads wait at until it is opened; nobody waits longer than half a minute.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  func open() { semaphore.signal() }

  /// False when it was not opened in time.
  @discardableResult
  func pass(within seconds: Double = 30) -> Bool {
    guard semaphore.wait(timeout: .now() + seconds) == .success else { return false }
    semaphore.signal()
    return true
  }
}

/// Keeps a dedicated thread busy from another thread, until told to let go.
///
/// Not by a task: a test may block every thread that tasks run on.
final class Occupation: Sendable {
  private let gate = Gate()
  private let done = Gate()

  /// Returns when the thread is busy; `body` runs on it at the end.
  init(of thread: DedicatedThread, _ body: @escaping @Sendable () -> Void = {}) {
    let running = Gate()
    Thread.detachNewThread { [gate, done] in
      try? thread.perform {
        running.open()
        gate.pass()
        body()
      }
      done.open()
    }
    running.pass()
  }

  func letGo() { gate.open() }

  /// Lets go and returns when the call has been answered; false when it was not in time.
  func end() -> Bool {
    gate.open()
    return done.pass()
  }
}

/// Runs `body` on that many threads of the operating system at once; false when they did not all end in time.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> Bool {
  let group = DispatchGroup()
  for index in 0..<count {
    group.enter()
    Thread.detachNewThread {
      body(index)
      group.leave()
    }
  }
  return group.wait(timeout: .now() + 50) == .success
}

/// Looks again until `condition` holds; false when it does not within ten seconds.
func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<2_000 {
    if condition() { return true }
    usleep(5_000)
  }
  return false
}

/// How many threads of this process have a name, as the operating system tells it.
func threadCount(named name: String) -> Int {
  let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
  return tasks.count { task in
    let shown = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
    return shown?.trimmingCharacters(in: .newlines) == name
  }
}
