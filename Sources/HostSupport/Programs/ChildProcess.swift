internal import CLinuxABI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A process that this one has started, in a group of its own: the terminal's Ctrl-C is this process's affair.
package struct ChildProcess: Sendable {
  /// Its number, and that of its group.
  package let number: Int32

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - program: a path.
  ///   - environment: its variables.
  ///   - folder: its working folder; this process's by default.
  ///   - descriptors: what it gets as the descriptors 0, 1, 2 and so on, and nothing besides; nil for `/dev/null`.
  ///   - resetsSignals: whether it has the signals as a fresh process has them, and not those that this one ignores.
  package init(
    _ program: String, _ arguments: [String], environment: [String: String], folder: String? = nil,
    descriptors: [Int32?], resetsSignals: Bool = false
  ) throws(SystemError) {
    // At high numbers first, so that none of them stands where another is to be put.
    var high: [Int32?] = []
    defer { for case let descriptor? in high { close(descriptor) } }
    for descriptor in descriptors {
      guard let descriptor else {
        high.append(nil)
        continue
      }
      let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 64)
      guard copy >= 0 else { throw SystemError(errno) }
      high.append(copy)
    }
    #if os(Linux)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    for (place, descriptor) in zip(Int32(0)..., high) {
      if let descriptor {
        posix_spawn_file_actions_adddup2(&actions, descriptor, place)
      } else {
        posix_spawn_file_actions_addopen(&actions, place, "/dev/null", place == 0 ? O_RDONLY : O_WRONLY, 0)
      }
    }
    Self.closeOthers(&actions, from: Int32(descriptors.count))
    if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }
    posix_spawnattr_setpgroup(&attributes, 0)
    var flags = Int32(POSIX_SPAWN_SETPGROUP)
    if resetsSignals {
      var none = sigset_t()
      sigemptyset(&none)
      var all = sigset_t()
      sigfillset(&all)
      posix_spawnattr_setsigmask(&attributes, &none)
      posix_spawnattr_setsigdefault(&attributes, &all)
      flags |= Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    }
    #if canImport(Darwin)
      flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
    #endif
    posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
    var process: pid_t = 0
    let status = withCStrings([program] + arguments) { arguments in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
        posix_spawn(&process, program, &actions, &attributes, arguments, variables)
      }
    }
    guard status == 0 else { throw SystemError(status) }
    number = process
  }

  #if canImport(Darwin)
    /// A flag of the attributes does it.
    private static func closeOthers(_ actions: inout posix_spawn_file_actions_t?, from first: Int32) {}
  #elseif canImport(Musl)
    private static func closeOthers(_ actions: inout posix_spawn_file_actions_t, from first: Int32) {
      for descriptor in first..<1_024 where fcntl(descriptor, F_GETFD) >= 0 {
        posix_spawn_file_actions_addclose(&actions, descriptor)
      }
    }
  #else
    private static func closeOthers(_ actions: inout posix_spawn_file_actions_t, from first: Int32) {
      posix_spawn_file_actions_addclosefrom_np(&actions, first)
    }
  #endif

  // MARK: The end

  /// Waits until it has ended. Not to be asked again, nor is `end`, once one of them has said how.
  package func wait() -> ProcessEnd {
    var status: Int32 = 0
    while waitpid(number, &status, 0) < 0 {
      guard errno == EINTR else { return .unknown }
    }
    return ProcessEnd(status: status)
  }

  /// How it has ended; nil while it runs.
  package func end() -> ProcessEnd? {
    var status: Int32 = 0
    let found = waitpid(number, &status, WNOHANG)
    if found < 0 { return errno == EINTR ? nil : .unknown }
    return found == 0 ? nil : ProcessEnd(status: status)
  }

  /// Sends it a signal. Not once it is known how it has ended: its number may be another's then.
  package func signal(_ number: Int32) { _ = kill(self.number, number) }

  /// Sends a signal to what is in its group, which lasts as long as something is.
  package func signalGroup(_ number: Int32) { _ = kill(-self.number, number) }

  /// Whether something is in its group, also what has ended and was not waited for.
  package var hasGroup: Bool { kill(-number, 0) == 0 }
}

private func withCStrings<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = texts.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers + [nil])
}
