/// Modules that a policy denies because of what is in them, not because of their names.
enum PolicyModules {
  static let interpreters = "making interpreters, which would have no policy"
  static let native = "native code"
  static let processes = "starting or signalling processes"
  static let unseenFiles = "modules that open files without asking"
  static let copies = "fresh copies of modules that it has changed"
  static let wholeProcess = "changing the whole process"
  static let foreignDescriptors = "using open files, pipes and sockets that the code has not opened"
  static let protectedFiles = "touching the files of the database that is open"
  static let terminals = "terminals"
  static let mapping = "mapping memory"
  static let devices = "devices"
  static let inquiries = "asking about the machine and other processes"
  static let environmentChanges = "changing environment variables"
  static let hooks = "audit hooks, whose code would run between a check and what it allows"

  /// The denied modules with the rule for each.
  static func denied(by policy: InterpreterPolicy) -> [String: String] {
    var denied: [String: String] = [:]
    func deny(_ names: [String], _ rule: String) { for name in names { denied[name] = rule } }
    deny(copied, copies)
    deny(
      [
        "_interpreters", "_xxsubinterpreters", "_interpchannels", "_xxinterpchannels", "_interpqueues",
        "concurrent.interpreters",
      ], interpreters)
    if !policy.processes {
      deny(["_posixsubprocess", "_multiprocessing", "_posixshmem"], processes)
      deny(["termios", "tty", "pty", "readline", "_curses", "_curses_panel", "curses"], terminals)
      // They load shared libraries and start programs, handle signals, watch the allocators of all interpreters, use
      // devices; none of them asks.
      deny(
        [
          "_tkinter", "tkinter", "turtle", "turtledemo", "idlelib", "faulthandler", "_tracemalloc", "tracemalloc",
          "ossaudiodev", "nis", "spwd",
        ], wholeProcess)
    }
    if policy.read.isNone { deny(["mmap", "multiprocessing.shared_memory", "multiprocessing.heap"], mapping) }
    if !policy.nativeCode {
      deny(
        [
          "ctypes", "_ctypes", "_ctypes_test", "_cffi_backend", "cffi", "_testcapi", "_testinternalcapi",
          "_testlimitedcapi", "_testclinic", "_testclinic_limited", "_testbuffer", "_testexternalinspection",
          "_testmultiphase", "_testsinglephase", "_testimportmultiple", "_xxtestfuzz", "_remote_debugging", "xxlimited",
          "xxlimited_35", "xxsubtype",
        ], native)
    }
    if policy.write != .all || policy.read != .all { deny(["_dbm", "_gdbm", "dbm.ndbm", "dbm.gnu"], unseenFiles) }
    if policy.write.isNone { deny(["_sqlite3", "sqlite3"], unseenFiles) }
    // It asks a service of the system for times, or keeps them in a file; another one stands in for it.
    if policy.write != .all { deny(["_uuid"], unseenFiles) }
    for name in hidden(by: policy) { denied[name] = unseenFiles }
    return denied
  }

  /// Modules that are changed in the interpreter before its code runs. None is made a second time, as that one would be
  /// as CPython has it.
  static let copied = ["posix", "_signal", "_imp", "_io", "_socket", "mmap", "time", "_locale"]

  /// What modules of the standard library try to import, and do without.
  static let askedForByTheWay: Set<String> = [
    "_interpreters", "_interpchannels", "_interpqueues", "_xxsubinterpreters", "_xxinterpchannels",
    "concurrent.interpreters", "termios", "tty", "pty", "readline", "_curses", "curses", "ctypes", "_ctypes",
    "tracemalloc",
    "_tracemalloc", "faulthandler", "mmap", "multiprocessing.heap", "multiprocessing.shared_memory", "_dbm", "_gdbm",
    "dbm.ndbm", "dbm.gnu", "_sqlite3", "sqlite3", "_remote_debugging",
  ]

  /// Modules that much code can do without: these are simply not there.
  static func hidden(by policy: InterpreterPolicy) -> [String] {
    (policy.read.isNone ? ["pwd", "grp"] : []) + (policy.network.isNone ? ["_ssl"] : [])
  }

  /// Functions that act on the whole process, or on files, and that CPython raises no audit event for: by rule.
  static func withheld(by policy: InterpreterPolicy) -> [String: [String]] {
    var withheld = [hooks: ["sys.addaudithook"]]
    if !policy.processes {
      withheld[processes] = [
        "posix.wait", "posix.wait3", "posix.wait4", "posix.waitid", "posix.waitpid", "_signal.raise_signal",
        "_signal.alarm", "_signal.setitimer", "_signal.pidfd_send_signal", "_signal.sigwait", "_signal.sigwaitinfo",
        "_signal.sigtimedwait", "_signal.pause",
      ]
      // It reads the process's standard input, and runs what is in it.
      withheld[foreignDescriptors] = ["sys._baserepl"]
      withheld[wholeProcess] =
        [
          "_exit", "abort", "chroot", "setuid", "setgid", "seteuid", "setegid", "setreuid", "setregid", "setresuid",
          "setresgid", "setgroups", "initgroups", "setsid", "setpgid", "setpgrp", "tcsetpgrp", "login_tty",
          "setpriority", "nice", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "umask", "unshare",
          "setns", "dup2", "closerange", "sync",
        ].map { "posix." + $0 } + [
          "_signal.pthread_sigmask", "_signal.siginterrupt", "_signal.set_wakeup_fd", "sys.activate_stack_trampoline",
          "sys.deactivate_stack_trampoline", "sys._debugmallocstats", "sys._stats_dump", "sys._dump_tracelets",
          "time.clock_settime",
          "time.clock_settime_ns", "_locale.textdomain", "_locale.bindtextdomain", "_locale.bind_textdomain_codeset",
        ]
    }
    if !policy.nativeCode {
      // The second one follows any number as the address of a thread.
      withheld[native] = ["_imp._override_multi_interp_extensions_check", "time.pthread_getcpuclockid"]
      withheld[mapping] = ["posix.memfd_create"]
    }
    if policy.read != .all {
      withheld["reading files"] = [
        "_locale.gettext", "_locale.dgettext", "_locale.dcgettext", "posix.getgrouplist", "posix.getlogin",
      ]
      withheld[inquiries] = ["posix.getloadavg", "posix.statvfs", "posix.fstatvfs"]
    }
    if policy.network.isNone {
      withheld["the network"] = ["getprotobyname", "if_nameindex", "if_nametoindex", "if_indextoname"].map {
        "_socket." + $0
      }
    }
    if policy.write != .all { withheld["making files of special kinds"] = ["posix.mkfifo", "posix.mknod"] }
    if policy.environment != .all {
      withheld[environmentChanges] = ["posix.putenv", "posix.unsetenv", "posix._create_environ"]
    }
    return withheld
  }
}

/// What an interpreter tells of its own places, when it gets its policy.
struct PolicyPlaces {
  let searchPath: [String]
  /// The standard library and the folders of packages.
  var libraries: [String]
  /// The folders of Python's own program, whose links parts of the standard library follow.
  let programs: [String]
  /// What else belongs to the installation and is never written.
  let installation: [String]
  /// The names of the modules of the standard library.
  let standardLibrary: [String]
}
