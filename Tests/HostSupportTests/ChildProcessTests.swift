import Foundation
import HostSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct ChildProcessTests {
  private func run(_ script: String, within limit: Duration = .seconds(100)) throws -> ProgramOutput {
    try ProgramOutput(of: "/bin/sh", ["-c", script], environment: ["A": "b c"], deadline: limit)
  }

  @Test func `a program gets its arguments and variables, and what it writes is kept apart`() throws {
    let written = try run("echo \"$A\"; cat; echo no >&2; exit 3")
    #expect(written.end == .exited(status: 3))
    #expect(String(decoding: written.output, as: UTF8.self) == "b c\n")
    #expect(String(decoding: written.errors, as: UTF8.self) == "no\n")
  }

  @Test func `more than pipes hold is read from both`() throws {
    let written = try run("head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero")
    #expect(written.end == .exited(status: 0))
    #expect(written.output.count == 300_000 && written.errors.count == 300_000)
  }

  @Test func `the signal that ended it is told`() throws {
    #expect(try run("kill -SEGV $$").end == .signalled(SIGSEGV))
  }

  @Test(arguments: ["exec sleep 1000", "exec >/dev/null 2>&1; exec sleep 1000"])
  func `one that takes too long is ended`(script: String) throws {
    let start = ContinuousClock.now
    let written = try run("echo $$; \(script)", within: .milliseconds(300))
    #expect(written.end == nil)
    #expect(ContinuousClock.now - start < .seconds(500))
    let process = try #require(pid_t(String(decoding: written.output, as: UTF8.self).trimmingNewlines))
    #expect(kill(process, 0) != 0)
  }

  @Test func `what cannot be started says why`() throws {
    let error = #expect(throws: SystemError.self) {
      try ChildProcess("/no/such/program", [], environment: [:], descriptors: [nil, nil, nil])
    }
    #expect(error?.code == ENOENT)
    #expect(error?.description == "No such file or directory")
  }

  @Test func `it gets no descriptor but those that it is given`() throws {
    let open = open("/dev/null", O_RDONLY)
    defer { close(open) }
    // Not closed by itself when a program starts.
    #expect(open > 2 && fcntl(open, F_GETFD) & FD_CLOEXEC == 0)
    let folder = FileManager.default.fileExists(atPath: "/proc/self/fd") ? "/proc/self/fd" : "/dev/fd"
    let written = try run("test -e \(folder)/\(open) && echo there; test -e \(folder)/2 && echo error")
    #expect(String(decoding: written.output, as: UTF8.self) == "error\n")
  }

  @Test func `it is in a group of its own and in the folder that it is given`() throws {
    let pipe = try PipeEnds()
    defer { close(pipe.reading) }
    let process = try ChildProcess(
      "/bin/sh", ["-c", "pwd; sleep 1000 & sleep 1000"], environment: [:], folder: "/usr",
      descriptors: [nil, pipe.writing, pipe.writing])
    close(pipe.writing)
    #expect(Bytes.read(5, from: pipe.reading).map { String(decoding: $0, as: UTF8.self) } == "/usr\n")
    #expect(getpgid(process.number) == process.number)
    #expect(process.end() == nil)
    process.signalGroup(SIGKILL)
    // Both have ended, or somebody would still have the other end.
    #expect(Bytes.readToEnd(from: pipe.reading) == [])
    #expect(process.wait() == .signalled(SIGKILL))
    #expect(process.end() == .unknown)
  }

  @Test func `signals that this process ignores are ignored, or are as usual`() throws {
    let before = signal(SIGUSR2, SIG_IGN)
    defer { signal(SIGUSR2, before) }
    for (resets, expected) in [(false, ProcessEnd.exited(status: 7)), (true, .signalled(SIGUSR2))] {
      let process = try ChildProcess(
        "/bin/sh", ["-c", "kill -USR2 $$; exit 7"], environment: [:], descriptors: [nil, nil, nil],
        resetsSignals: resets)
      #expect(process.wait() == expected)
    }
  }
}
