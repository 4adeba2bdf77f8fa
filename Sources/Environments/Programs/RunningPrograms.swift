import Essentials
import Synchronization

/// The installers that run now, which would go on when the process ends by a signal.
package enum RunningPrograms {
  private static let processes = Mutex<Set<pid_t>>([])

  static func add(_ process: pid_t) { processes.withLock { _ = $0.insert(process) } }

  static func remove(_ process: pid_t) { processes.withLock { _ = $0.remove(process) } }

  /// Ends them.
  package static func end() { processes.withLock { for process in $0 { kill(process, SIGTERM) } } }
}
