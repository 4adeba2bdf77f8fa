#if os(Linux)
  import Columnar
  import Foundation
  import Functions
  import PythonRuntime
  import PythonUDF
  import TestSupport
  import Testing

  @Test func `a kernel that filters system calls is known to`() {
    let isThere = FileManager.default.fileExists(atPath: "/proc/sys/kernel/seccomp/actions_avail")
    #expect(WorkerBounds.holdSystemCalls == isThere)
  }

  /// What the kernel holds code in C to that asks nobody, in worker processes: `ctypes` stands for it, which the policies here
  /// allow.
  @Suite(.timeLimit(.minutes(30)), .enabled(if: WorkerBounds.holdFiles && WorkerBounds.holdSystemCalls))
  struct WorkerConfinementTests {
    private static let functions = """
      import ctypes, glob, os, threading
      from clutch import udf
      library = ctypes.CDLL(None, use_errno=True)
      @udf(threads=True)
      def native(what: str, path: str) -> int:
          "The number of the error, 0 for none."
          ctypes.set_errno(0)
          return ctypes.get_errno() if attempt(what, path.encode()) == -1 else 0
      def attempt(what, path):
          match what:
              case "read": return library.open(path, os.O_RDONLY)
              case "list": return library.open(path, os.O_RDONLY | os.O_DIRECTORY)
              case "write": return library.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
              case "make": return library.mkdir(path, 0o700)
              case "remove": return library.unlink(path)
              case "fork":
                  process = library.fork()
                  if process == 0: library._exit(0)
                  return process
              case "exec": return library.execl(b"/bin/true", b"true", None)
              case "signal": return library.kill(os.getppid(), 0)
              case "signal to all": return library.kill(-1, 0)
              case "signal to itself": return library.kill(os.getpid(), 0)
              case "socket": return library.socket(2, 1, 0)
              case "netlink": return library.socket(16, 3, 0)
              case "packets": return library.socket(2, 3, 6)
              case "pair": return library.socketpair(1, 1, 0, (ctypes.c_int * 2)())
              case "rings": return library.syscall(425, 1, None)
              case "trace": return library.ptrace(16, os.getppid(), None, None)
              case "namespace": return library.unshare(0x04000000)
              case "limit": return library.setrlimit(7, (ctypes.c_ulong * 2)(64, 64))
              case "ask for a limit": return library.getrlimit(7, (ctypes.c_ulong * 2)())
              case "thread":
                  thread = threading.Thread(target=int)
                  thread.start()
                  thread.join()
      @udf
      def states() -> str:
          "How all threads of the process are held."
          def lines(task):
              with open(f"{task}/status") as file:
                  return [line.split() for line in file if line.startswith(("NoNewPrivs:", "Seccomp:"))]
          return str(sorted({tuple(map(tuple, lines(task))) for task in glob.glob("/proc/self/task/*")}))
      @udf
      def library_file() -> str: return os.__file__
      """

    private func withWorker<Result>(_ policy: InterpreterPolicy, _ body: (UDFPool) async throws -> Result) async throws
      -> Result
    {
      let pool = try UDFPool(
        UDFSource(Self.functions, name: "native.py"),
        HostOptions(interpreters: 1, policy: policy, placement: .worker, worker: try Checkout.clutch()))
      defer { pool.close() }
      return try await body(pool)
    }

    private func policy(_ base: InterpreterPolicy, _ change: (inout InterpreterPolicy) -> Void = { _ in })
      -> InterpreterPolicy
    {
      var policy = InterpreterPolicy(name: "test", basedOn: base)
      policy.nativeCode = true
      change(&policy)
      return policy
    }

    private func expect(
      _ pool: UDFPool, _ attempts: [(what: String, path: String, error: Int32)],
      sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
      for (what, path, error) in attempts {
        let given = try await pool.call("native", batch(Column([what]), Column([path]))).toArray(of: Int64.self)
        #expect(given == [Int64(error)], "\(what) \(path)", sourceLocation: sourceLocation)
      }
    }

    @Test func `it starts and signals no processes, and writes where the policy says`() async throws {
      let folder = try TemporaryFolder()
      let outside = FileManager.default.currentDirectoryPath + "/clutch-confinement-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: outside) }
      try await withWorker(policy(.guarded) { $0.write = .only([folder.path]) }) { pool in
        try await expect(
          pool,
          [
            ("fork", "", EPERM), ("exec", "", EPERM), ("signal", "", EPERM), ("signal to all", "", EPERM),
            ("signal to itself", "", 0), ("trace", "", EPERM), ("namespace", "", EPERM), ("limit", "", EPERM),
            ("ask for a limit", "", 0), ("rings", "", EPERM), ("thread", "", 0), ("socket", "", 0), ("pair", "", 0),
            ("netlink", "", EPERM), ("packets", "", EPERM), ("read", "/etc/passwd", 0), ("write", "/dev/null", 0),
            ("write", "\(folder.path)/made", 0), ("make", "\(folder.path)/folder", 0), ("write", outside, EACCES),
            ("make", outside, EACCES), ("write", "/etc/passwd", EACCES), ("remove", "/etc/passwd", EACCES),
            ("remove", "\(folder.path)/made", 0),
          ])
        let states = try await pool.call("states", rows(1)).toArray(of: String.self)
        #expect(states == ["[(('NoNewPrivs:', '1'), ('Seccomp:', '2'))]"])
      }
      #expect(!FileManager.default.fileExists(atPath: outside))
    }

    @Test func `it reads nothing and reaches nobody under a policy that allows neither`() async throws {
      let folder = try TemporaryFolder()
      let file = try folder.write("file", "text")
      try await withWorker(policy(.pure)) { pool in
        let library = try #require(try await pool.call("library_file", rows(1)).toArray(of: String.self)[0])
        try await expect(
          pool,
          [
            ("read", "/etc/passwd", EACCES), ("read", file, EACCES), ("list", "/", EACCES),
            ("list", folder.path, EACCES),
            ("write", file, EACCES), ("socket", "", EPERM), ("pair", "", 0), ("fork", "", EPERM), ("read", library, 0),
            ("read", "/dev/urandom", 0), ("read", "/proc/self/maps", 0), ("thread", "", 0),
          ])
      }
      try await withWorker(policy(.pure) { $0.read = .only([folder.path]) }) { pool in
        try await expect(
          pool, [("read", file, 0), ("list", folder.path, 0), ("write", file, EACCES), ("list", "/", EACCES)])
      }
    }

    @Test func `it may do what the policy allows`() async throws {
      let folder = try TemporaryFolder()
      let allowed: [(what: String, path: String, error: Int32)] = [
        ("fork", "", 0), ("signal", "", 0), ("socket", "", 0), ("write", "\(folder.path)/made", 0),
      ]
      try await withWorker(.open) { pool in try await expect(pool, allowed) }
      let processes = policy(.guarded) {
        $0.processes = true
        $0.write = .only([folder.path])
      }
      try await withWorker(processes) { pool in
        try await expect(pool, allowed + [("write", "/etc/passwd", EACCES)])
      }
      // A folder that is to be made.
      try await withWorker(policy(.guarded) { $0.write = .only(["\(folder.path)/new"]) }) { pool in
        try await expect(pool, [("make", "\(folder.path)/new", 0), ("write", "\(folder.path)/new/file", 0)])
      }
    }
  }
#endif
