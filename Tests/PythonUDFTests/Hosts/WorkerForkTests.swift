import Columnar
import Foundation
import Functions
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Processes and threads that functions start in a worker process, where the policy lets them.
@Suite(.timeLimit(.minutes(30))) struct WorkerForkTests {
  private static let functions = """
    import math, multiprocessing, os, subprocess, sys, threading, time
    from clutch import udf
    def pool(how):
        with multiprocessing.get_context(how).Pool(2) as pool:
            return sum(pool.map(math.factorial, [3, 4, 5]))
    @udf
    def fork(x: int) -> int:
        process = os.fork()
        if process == 0: os._exit(x)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    @udf
    def answer_twice(x: int) -> int:
        return x if os.fork() else -x
    @udf
    def write(path: str) -> int:
        process = os.fork()
        if process == 0:
            files = [open(f"{path}{number}", "w") for number in range(9)]
            print("out of a fork")
            os._exit(0)
        os.waitpid(process, 0)
        return sum(os.path.getsize(f"{path}{number}") for number in range(9))
    @udf
    def leave(path: str) -> int:
        process = os.fork()
        if process == 0:
            while True: time.sleep(1)
        with open(path, "w") as file: file.write(str(process))
        os._exit(3)
    @udf
    def forked(x: int) -> int: return pool("fork")
    @udf
    def spawned(x: int) -> int: return pool("spawn")
    @udf
    def run(x: int) -> int: return int(subprocess.run(["echo", str(x)], capture_output=True, text=True, check=True).stdout)
    @udf
    def start(x: int) -> int:
        threading.Thread(target=threading.Event().wait).start()
        return os.getpid()
    """

  private func makePool() throws -> UDFPool {
    var configuration = SubInterpreter.Configuration.isolated
    (configuration.allowsThreads, configuration.allowsFork) = (true, true)
    return try UDFPool(
      UDFSource(Self.functions, name: "forks.py"),
      HostOptions(
        interpreters: 1, configuration: configuration, policy: .open, placement: .worker, worker: try Checkout.clutch())
    )
  }

  private func isAlive(_ process: Int32) -> Bool {
    #if os(Linux)
      // One that has ended stays until somebody has asked for it.
      guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
      return text.split(separator: ")").last?.split(separator: " ").first.map { $0 != "Z" && $0 != "X" } ?? false
    #else
      return kill(process, 0) == 0
    #endif
  }

  @Test func `a fork does not answer, and the next calls are answered`() async throws {
    let pool = try makePool()
    defer { pool.close() }
    try await pool.expect("fork", integers([7, 0, 3]), gives: [7, 0, 3])
    for _ in 0..<5 { try await pool.expect("answer_twice", integers([1, 2]), gives: [1, 2]) }
    try await pool.expect("fork", integers([1]), gives: [1])
  }

  @Test func `what a fork says does not land in its files`() async throws {
    let folder = try TemporaryFolder()
    let pool = try makePool()
    defer { pool.close() }
    try await pool.expect("write", batch(Column(["\(folder.path)/file"])), gives: [0])
  }

  @Test func `a fork does not hide that its worker has died, and ends with it`() async throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/process"
    let pool = try makePool()
    defer { pool.close() }
    let error = try await pool.failure(of: "leave", batch(Column([path])))
    #expect(error.code == .workerDied)
    #expect(error.message.contains("it exited with status 3"), "\(error)")
    let process = try #require(Int32(String(contentsOfFile: path, encoding: .utf8)))
    #expect(eventually { !isAlive(process) })
  }

  @Test func `multiprocessing and subprocess work`() async throws {
    let pool = try makePool()
    defer { pool.close() }
    try await pool.expect("run", integers([42]), gives: [42])
    try await pool.expect("forked", integers([1]), gives: [150])
    try await pool.expect("spawned", integers([1]), gives: [150])
    try await pool.expect("run", integers([43]), gives: [43])
  }

  @Test func `a thread that does not end does not keep the process`() async throws {
    let pool = try makePool()
    let number = try await pool.call("start", integers([1])).toArray(of: Int64.self)[0]
    let process = try #require(number.flatMap { Int32(exactly: $0) })
    #expect(isAlive(process))
    pool.close()
    #expect(eventually { !isAlive(process) })
  }
}
