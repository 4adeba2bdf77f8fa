#if os(Linux)
  internal import CLinuxABI
  import Essentials
  import Synchronization

  #if canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  /// Puts every thread of this process under rules of Landlock, each of which a thread can only take upon itself.
  ///
  /// The C library does the same for `setuid`: each thread is sent a signal, and does it in the handler.
  enum ThreadsOfProcess {
    private static let ruleset = Atomic<Int32>(-1)
    private static let done = Atomic(0)

    /// - Returns: whether the calling thread is under the rules, and so whatever it starts.
    static func restrict(_ rules: Int32) -> Bool {
      guard take(rules) else { return false }
      ruleset.store(rules, ordering: .relaxed)
      done.store(0, ordering: .relaxed)
      let signal = __libc_current_sigrtmax()
      var action = sigaction()
      var earlier = sigaction()
      #if canImport(Musl)
        action.__sa_handler.sa_handler = { _ in ThreadsOfProcess.takeInHandler() }
      #else
        action.__sigaction_handler.sa_handler = { _ in ThreadsOfProcess.takeInHandler() }
      #endif
      action.sa_flags = SA_RESTART
      guard sigaction(signal, &action, &earlier) == 0 else { return true }
      defer { sigaction(signal, &earlier, nil) }
      // A thread that one of them starts meanwhile is seen in the next round.
      var told: Set<pid_t> = [clutch_thread()]
      var isNew = true
      while isNew {
        isNew = false
        for thread in threads() where told.insert(thread).inserted {
          isNew = true
          if clutch_signal_thread(getpid(), thread, signal) != 0 { done.add(1, ordering: .relaxed) }
        }
      }
      // A thread that blocks signals does not take them: after a while nobody waits for it.
      let limit = ContinuousClock.now + .milliseconds(500)
      while done.load(ordering: .acquiring) < told.count - 1, ContinuousClock.now < limit { usleep(200) }
      return true
    }

    private static func threads() -> [pid_t] {
      ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []).compactMap { pid_t($0) }
    }

    private static func take(_ rules: Int32) -> Bool {
      clutch_no_new_privileges() == 0 && clutch_landlock_restrict_self(rules) == 0
    }

    /// Only system calls and atomics: whatever the thread was doing goes on afterwards.
    private static func takeInHandler() {
      let number = errno
      _ = take(ruleset.load(ordering: .relaxed))
      done.add(1, ordering: .releasing)
      errno = number
    }
  }
#endif
