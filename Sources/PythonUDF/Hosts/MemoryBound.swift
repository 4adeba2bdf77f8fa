import HostSupport
import Synchronization
import ThreadConfinement
import WorkerProcess

/// How much memory a worker process may take beside what it has with its source loaded.
struct MemoryBound: Sendable {
  /// What was said: the lowest limit that holds.
  let limit: Int
  /// What the worker had when the source was loaded.
  let loaded: ProcessMemory

  /// What comes beside the functions' own: stacks of threads, columns that are handed over, what allocators keep.
  private static let margin = 64 << 20

  /// The most addresses that it may take: native code that asks for more is refused, and mostly raises a `MemoryError`.
  var mostAddresses: Int { loaded.addressSpace + limit + Self.margin }
  /// The most memory that may be there. It can be more than before without a new address, where these were taken earlier.
  var mostResident: Int { loaded.resident + limit + Self.margin / 2 }

  /// What is wrong with what a worker has, in words.
  func problem(_ memory: ProcessMemory) -> String? {
    guard memory.resident > mostResident else { return nil }
    return """
      it took \(ByteCount(memory.resident)) of memory, \(ByteCount(memory.resident - loaded.resident)) more than with its \
      source loaded, with a memory limit of \(ByteCount(limit))
      """
  }
}

/// Looks at the memory of the workers that have a limit, while they run something.
///
/// Memory can come without an address being taken, so the limit of addresses does not hold everything; not every system has
/// one. A thread sleeps between the looks, and ends when there was nothing to watch for a while.
final class MemoryWatcher: Sendable {
  static let shared = MemoryWatcher()

  /// How late too much may be seen, in seconds.
  private static let interval = 0.05
  private static let mostIdleLooks = 20

  private struct State {
    var workers: [ObjectIdentifier: LiveWorker] = [:]
    var hasThread = false
  }

  private let state = Mutex(State())

  /// Watches a worker until `leave`.
  func watch(_ worker: LiveWorker) {
    let needsThread = state.withLock { state in
      state.workers[ObjectIdentifier(worker)] = worker
      defer { state.hasThread = true }
      return !state.hasThread
    }
    if needsThread { DetachedThread.start { [self] in run() } }
  }

  func leave(_ worker: LiveWorker) { state.withLock { _ = $0.workers.removeValue(forKey: ObjectIdentifier(worker)) } }

  private func run() {
    var idleLooks = 0
    while true {
      DetachedThread.sleep(seconds: Self.interval)
      let workers = state.withLock { Array($0.workers.values) }
      for worker in workers { worker.checkMemory() }
      idleLooks = workers.isEmpty ? idleLooks + 1 : 0
      guard idleLooks >= Self.mostIdleLooks else { continue }
      let isOver = state.withLock { state in
        state.hasThread = !state.workers.isEmpty
        return !state.hasThread
      }
      if isOver { return }
    }
  }
}
