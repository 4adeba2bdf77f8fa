import CPythonABI

extension SubInterpreter {
  /// What an interpreter may do, and what it shares: CPython's `PyInterpreterConfig`.
  ///
  /// The default is full isolation. An interpreter always has its own GIL; CPython then asks for its own allocator and
  /// for the check of extension modules too, so these are not settings.
  public struct Configuration: Sendable, Hashable, Codable {
    /// Whether `os.fork` may be called. Off by default.
    public var allowsFork = false
    /// Whether `os.exec*` may be called. Off by default; `subprocess` and `os.posix_spawn` work all the same.
    public var allowsExec = false
    /// Whether user code may start threads. Off by default. Without threads `asyncio` cannot resolve host names.
    public var allowsThreads = false
    /// Whether user code may start daemon threads. Off by default. One that still runs a second after the interpreter
    /// was closed keeps it, and its memory, until the process ends.
    public var allowsDaemonThreads = false
    /// How many bytes the interpreter's Python objects may take, as ``MemoryUsage`` counts them; nil, the default, for no
    /// limit. What asks for more gets a `MemoryError`, and the interpreter goes on. A bare one takes about 3 MB.
    public var memoryLimit: Int?

    /// Whether it is the main interpreter of this process instead of an isolated one: every extension module loads there.
    ///
    /// The main interpreter is there already, with its modules and whatever ran there before, and goes on after the end.
    /// Several that share it run under one GIL, and must have the same policy. `allowsThreads` and `memoryLimit`
    /// hold for each; whether it may fork, exec or start daemon threads is the policy's affair alone. The limit counts
    /// what its thread and the threads it starts allocate.
    package var isMain = false

    /// Own GIL, own allocator, no fork, no exec, no threads, no daemon threads, extension modules checked.
    public static let isolated = Configuration()

    /// The isolated configuration with a memory limit.
    public static func isolated(memoryLimit: Int?) -> Configuration {
      var configuration = Configuration()
      configuration.memoryLimit = memoryLimit
      return configuration
    }

    /// The isolated configuration, to be changed by setting properties.
    public init() {}

    var layout: PyInterpreterConfig {
      PyInterpreterConfig(
        use_main_obmalloc: 0,
        allow_fork: allowsFork ? 1 : 0,
        allow_exec: allowsExec ? 1 : 0,
        // Whether it may is asked when it does: see `ThreadRefusals`.
        allow_threads: 1,
        allow_daemon_threads: allowsDaemonThreads ? 1 : 0,
        check_multi_interp_extensions: 1,
        gil: Int32(PyInterpreterConfig_OWN_GIL))
    }
  }
}
