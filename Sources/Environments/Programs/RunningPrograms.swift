import Essentials
import HostSupport
import Synchronization

/// The installers that run now, and the folders that they fill, neither of which is to stay when the process ends by a signal.
package enum RunningPrograms {
  private struct State {
    var processes: [pid_t: ChildProcess] = [:]
    var folders: Set<String> = []
    var isEnding = false
  }

  private static let state = Mutex(State())
  /// How long their end may take.
  private static let grace: Duration = .milliseconds(400)

  /// - Returns: false when the process ends: nothing more may run then.
  static func add(_ process: ChildProcess) -> Bool {
    state.withLock { state in
      if !state.isEnding { state.processes[process.number] = process }
      return !state.isEnding
    }
  }

  static func remove(_ process: ChildProcess) { state.withLock { $0.processes[process.number] = nil } }

  /// Notes a folder that is not whole.
  static func add(folder: String) { state.withLock { _ = $0.folders.insert(folder) } }

  static func remove(folder: String) { state.withLock { _ = $0.folders.remove(folder) } }

  /// Ends them, and removes what they have made. None is started after that.
  package static func end() {
    let (processes, folders) = state.withLock { state in
      state.isEnding = true
      return (Array(state.processes.values), state.folders)
    }
    for process in processes { process.signalGroup(SIGKILL) }
    // Processes of a group that are no children of this one cannot be waited for, only looked at.
    let limit = ContinuousClock.now + grace
    while processes.contains(where: \.hasGroup), ContinuousClock.now < limit { usleep(2_000) }
    for folder in folders { EnvironmentStore.removeTree(folder) }
  }
}
