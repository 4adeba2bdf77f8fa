/// Modules that a policy denies because of what is in them, not because of their names.
enum PolicyModules {
  static let interpreters = "making interpreters, which would have no policy"
  static let native = "native code"
  static let processes = "starting or signalling processes"
  static let unseenFiles = "modules that open files without asking"
  static let copies = "fresh copies of modules that it has changed"
  static let wholeProcess = "changing the whole process"

  /// The denied modules with the rule for each.
  static func denied(by policy: InterpreterPolicy) -> [String: String] {
    var denied: [String: String] = [:]
    func deny(_ names: [String], _ rule: String) { for name in names { denied[name] = rule } }
    deny(["posix", "_signal"], copies)
    deny(
      [
        "_interpreters", "_xxsubinterpreters", "_interpchannels", "_xxinterpchannels", "_interpqueues",
        "concurrent.interpreters",
      ], interpreters)
    if !policy.processes { deny(["_posixsubprocess", "_multiprocessing", "_posixshmem"], processes) }
    if !policy.nativeCode {
      deny(
        [
          "ctypes", "_ctypes", "_ctypes_test", "_cffi_backend", "cffi", "_testcapi", "_testinternalcapi",
          "_testlimitedcapi", "_testclinic", "_testclinic_limited", "_testbuffer", "_testexternalinspection",
          "_testmultiphase", "_testsinglephase", "_testimportmultiple", "_xxtestfuzz", "_remote_debugging", "xxlimited",
          "xxlimited_35", "xxsubtype",
        ], native)
    }
    if policy.write != .all || policy.read != .all { deny(["_dbm", "_gdbm"], unseenFiles) }
    if policy.write.isNone { deny(["_sqlite3"], unseenFiles) }
    for name in hidden(by: policy) { denied[name] = unseenFiles }
    return denied
  }

  /// Modules that much code can do without: these are simply not there.
  static func hidden(by policy: InterpreterPolicy) -> [String] {
    (policy.read.isNone ? ["pwd", "grp"] : []) + (policy.network.isNone ? ["_ssl"] : [])
  }

  /// Functions that act on the whole process, or on files, and that CPython raises no audit event for: by rule.
  static func withheld(by policy: InterpreterPolicy) -> [String: [String]] {
    var withheld: [String: [String]] = [:]
    if !policy.processes {
      withheld[processes] = [
        "posix.wait", "posix.wait3", "posix.wait4", "posix.waitid", "posix.waitpid", "_signal.raise_signal",
        "_signal.alarm", "_signal.setitimer", "_signal.pidfd_send_signal",
      ]
      withheld[wholeProcess] =
        [
          "_exit", "abort", "chroot", "setuid", "setgid", "seteuid", "setegid", "setreuid", "setregid", "setresuid",
          "setresgid", "setgroups", "initgroups", "setsid", "setpgid", "setpgrp", "tcsetpgrp", "login_tty",
          "setpriority", "nice", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "umask", "unshare",
          "setns", "dup2", "closerange",
        ].map { "posix." + $0 } + ["_signal.pthread_sigmask", "_signal.siginterrupt", "_signal.set_wakeup_fd"]
    }
    if policy.write != .all { withheld["making files of special kinds"] = ["posix.mkfifo", "posix.mknod"] }
    if policy.environment != .all {
      withheld["changing environment variables"] = ["posix.putenv", "posix.unsetenv", "posix._create_environ"]
    }
    return withheld
  }
}

/// What an interpreter tells of its own places, when it gets its policy.
struct PolicyPlaces {
  let searchPath: [String]
  /// The standard library and the folders of packages.
  let libraries: [String]
  /// The names of the modules of the standard library.
  let standardLibrary: [String]
}

extension PolicyGuard {
  func importing(_ arguments: AuditArguments) -> Problem? {
    guard let name = arguments.text(0) else { return nil }
    if let problem = problem(importing: name) { return problem }
    // Extension modules come with their file; the name of one in a package is its last part.
    guard !arguments.isNone(1), arguments.count > 1 else { return nil }
    let last = String(name.split(separator: ".").last ?? "")
    if let rule = deniedModules[last] { return Problem(rule: rule, operation: "import \(name)") }
    if !policy.nativeCode {
      guard let path = arguments.path(1).flatMap({ ResolvedPath.resolve($0) }), nativeModules.contain(path) else {
        return Problem(
          rule: "native code from outside the Python installation", operation: "import \(arguments.shown(1))")
      }
    }
    return nil
  }

  /// By its name and the names of the packages it is in.
  private func problem(importing name: String) -> Problem? {
    let operation = "import \(name)"
    let parts = name.split(separator: ".")
    var path = ""
    for part in parts {
      path += path.isEmpty ? String(part) : "." + part
      if let rule = deniedModules[path], !hiddenModules.contains(path) {
        return Problem(rule: rule, operation: operation)
      }
      if policy.imports.deny.contains(path) { return Problem(rule: "importing \(path)", operation: operation) }
    }
    guard let allowed = policy.imports.allow, let top = parts.first.map(String.init) else { return nil }
    if allowed.contains(top) || standardLibrary.contains(top) || ownModules.contains(top) { return nil }
    return Problem(
      rule: "importing modules other than \(allowed.joined(separator: ", ")) and Python's own", operation: operation)
  }

  /// Whether a module that is compiled into CPython may be made now; if not, `denyBuiltin` must follow.
  func allowsBuiltin(_ name: String) -> Bool {
    guard deniedModules[name] != nil else { return true }
    deniedBuiltin = name
    return false
  }

  func denyBuiltin() {
    deny(Problem(rule: deniedModules[deniedBuiltin] ?? PolicyModules.copies, operation: "import \(deniedBuiltin)"))
  }
}
