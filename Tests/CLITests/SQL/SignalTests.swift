import Foundation
import PythonRuntime
import TestSupport
import Testing

/// Every signal that ends the tool does so at every stage with 128 and its number, and leaves nothing behind.
@Suite(.timeLimit(.minutes(30))) struct SignalTests {
  private static let signals = [
    SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGTERM, SIGXCPU, SIGUSR2, SIGVTALRM, SIGPROF,
  ]
  private static let names = [
    SIGHUP: " by SIGHUP", SIGINT: "", SIGQUIT: " by SIGQUIT", SIGALRM: " by SIGALRM", SIGTERM: " by SIGTERM",
    SIGUSR2: " by SIGUSR2", SIGVTALRM: " by SIGVTALRM", SIGPROF: " by SIGPROF",
    SIGXCPU: " by SIGXCPU: more processor time than the limit allows (ulimit -t)",
  ]

  struct Stage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// The tool is as far when it has made the file "begun".
    let arguments: [String]
  }

  private static let stages = [
    Stage(
      testDescription: "while Python starts", arguments: ["sql", "--python", "./python", "--udf", "f.py", "SELECT 1"]),
    Stage(testDescription: "while a file loads", arguments: ["sql", "--udf", "load.py", "-o", "out.csv", "SELECT 1"]),
    Stage(testDescription: "while a file is inspected", arguments: ["inspect", "load.py"]),
    Stage(
      testDescription: "in a query",
      arguments: ["sql", "--udf", "f.py", "-o", "out.csv", "SELECT f(i) FROM range(9) t(i)"]),
    Stage(
      testDescription: "in a function that keeps its GIL",
      arguments: ["sql", "--udf", "f.py", "-o", "out.csv", "SELECT hang(i) FROM range(9) t(i)"]),
    Stage(
      testDescription: "while a file is written",
      arguments: ["sql", "--udf", "f.py", "COPY (SELECT f(i) FROM range(9) t(i)) TO 'copy.csv'"]),
  ]

  private func prepared() throws -> Clutch {
    let clutch = try Clutch()
    let begin = "import time\nopen('\(clutch.folder)/begun', 'w').close()\n"
    try clutch.write("load.py", begin + "while True: time.sleep(0.01)\n")
    try clutch.write(
      "f.py",
      """
      import re
      from clutch import udf

      @udf
      def f(x: int) -> int:
          import time
          open('\(clutch.folder)/begun', 'w').close()
          while True: time.sleep(0.01)

      @udf
      def hang(x: int) -> bool:
          open('\(clutch.folder)/begun', 'w').close()
          return bool(re.match('(a*)*b', 'a' * 40))

      """)
    try clutch.write(
      "python",
      """
      #!/bin/sh
      cd '\(clutch.folder)'
      touch begun
      i=0
      while [ -e begun -a $i -lt 600 ]; do sleep 0.1; i=$((i+1)); done

      """,
      executable: true)
    return clutch
  }

  private func wait(for file: String, in clutch: Clutch) throws {
    for _ in 0..<20_000 {
      if try clutch.names().contains(file) { return }
      usleep(5_000)
    }
    throw RunningProgram.Overdue(description: "there is no \(file)")
  }

  private static let cases =
    stages.flatMap { stage in [SIGHUP, SIGINT, SIGTERM].map { (stage, $0) } }
    + [SIGQUIT, SIGALRM, SIGXCPU, SIGUSR2, SIGVTALRM, SIGPROF].map { (stages[3], $0) }

  @Test(arguments: cases)
  func `A signal ends the tool at every stage`(stage: Stage, signal: Int32) throws {
    let clutch = try prepared()
    let program = try clutch.start(stage.arguments + ["--policy", "open"])
    try wait(for: "begun", in: clutch)
    program.send(signal)
    let end = try program.end()
    #expect(end.status == .exited(128 + signal), "\(end)")
    #expect(end.errors == "clutch: interrupted\(Self.names[signal] ?? "")\n")
    #expect(end.output.isEmpty)
    #expect(try clutch.names() == ["begun", "f.py", "load.py", "python"])
    try FileManager.default.removeItem(atPath: clutch.folder + "/begun")
  }

  @Test(arguments: signals)
  func `A signal that is there before the tool ends it before it does anything`(signal: Int32) throws {
    let script = """
      import os, signal, sys
      signal.pthread_sigmask(signal.SIG_BLOCK, [\(signal)])
      os.kill(os.getpid(), \(signal))
      os.execv(sys.argv[1], sys.argv[1:])
      """
    for arguments in [["--version"], ["sql", "--no-such-option"], ["sql", "SELECT 1"]] {
      let end = try RunningProgram(
        try Checkout.python().executable, ["-c", script, try Checkout.clutch()] + arguments, in: NSTemporaryDirectory(),
        environment: [:]
      ).end()
      #expect(end.status == .exited(128 + signal))
      #expect(end.errors == "clutch: interrupted\(Self.names[signal] ?? "")\n")
      #expect(end.output.isEmpty)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `A signal ends the tool while it prints to somebody who does not read`(signal: Int32) throws {
    let clutch = try Clutch()
    #expect(mkfifo(clutch.folder + "/pipe", 0o600) == 0)
    let reader = open(clutch.folder + "/pipe", O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let program = try clutch.start(["sql", "--format", "csv", "-o", "pipe", "SELECT i FROM range(100000000) t(i)"])
    var request = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
    #expect(poll(&request, 1, 60_000) == 1)
    program.send(signal)
    let end = try program.end()
    #expect(end.status == .exited(128 + signal))
    #expect(try clutch.names() == ["pipe"])
  }

  @Test func `Another signal meanwhile changes nothing of the status`() throws {
    let clutch = try prepared()
    let program = try clutch.start(["sql", "--udf", "f.py", "-o", "out.csv", "--policy", "open", "SELECT f(1)"])
    try wait(for: "begun", in: clutch)
    for signal in [SIGTERM, SIGINT, SIGHUP] { program.send(signal) }
    #expect([.exited(143), .exited(130), .exited(129)].contains(try program.end().status))
    #expect(try clutch.names() == ["begun", "f.py", "load.py", "python"])
  }

  @Test func `nohup keeps the tool running when its terminal goes`() throws {
    let clutch = try prepared()
    let end = try clutch.shell(
      """
      trap '' HUP
      "$clutch" sql --udf f.py --policy open 'SELECT f(1)' & process=$!
      while [ ! -e begun ]; do sleep 0.05; done
      kill -HUP $process; kill -TERM $process; wait $process
      """)
    #expect(end.status == .exited(128 + SIGTERM), "\(end)")
  }

  @Test(arguments: [SIGUSR1, SIGPIPE, SIGXFSZ])
  func `Signals that do not end the tool do no harm at any stage`(signal: Int32) throws {
    let clutch = try prepared()
    for stage in Self.stages.prefix(4) {
      try? FileManager.default.removeItem(atPath: clutch.folder + "/begun")
      let program = try clutch.start(stage.arguments + ["--policy", "open"])
      try wait(for: "begun", in: clutch)
      program.send(signal)
      program.send(SIGTERM)
      #expect(try program.end().status == .exited(128 + SIGTERM))
    }
    try FileManager.default.removeItem(atPath: clutch.folder + "/begun")
  }

  @Test func `A file that may not grow further is an error, and there is none`() throws {
    let clutch = try Clutch()
    let rows = "SELECT i FROM range(1000000) t(i)"
    for arguments in ["--format csv -o out.csv \"\(rows)\"", "\"COPY (\(rows)) TO 'copy.csv'\""] {
      let end = try clutch.shell("ulimit -f 64; \"$clutch\" sql \(arguments)")
      #expect(end.status == .exited(1), "\(end)")
      #expect(end.errors.contains("File too large"))
      #expect(try clutch.names().isEmpty)
    }
  }

  @Test func `Dead letters stay whole lines when the file may not grow further`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py", "from clutch import udf\n@udf(on_error='null')\ndef bad(x: int) -> int: raise ValueError('no' * 30)\n")
    let end = try clutch.shell(
      "ulimit -f 64; \"$clutch\" sql --udf f.py --dead-letters dead.jsonl 'SELECT count(bad(i)) FROM range(10000) t(i)'"
    )
    #expect(end.errors.hasSuffix("Error: Not all rows that failed are in dead.jsonl: File too large\n"))
    let lines = try clutch.text("dead.jsonl").split(separator: "\n")
    #expect(lines.count > 50)
    for line in lines { #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil) }
  }
}
