import Foundation
import TestSupport
import Testing

/// What cannot be prevented: a process that dies of a fault in a function. It says which function, and of what.
@Suite(.timeLimit(.minutes(30))) struct CrashTests {
  private static let head = """
    import mmap, os, signal, threading
    from clutch import udf

    def use_up_the_stack():
        m = map(int, [1])
        for _ in range(300_000): m = map(int, m)
        next(m)

    def read_what_was_cut_off():
        with open("cut", "w+b") as file:
            file.write(bytes(100_000))
            file.flush()
            mapped = mmap.mmap(file.fileno(), 0)
            file.truncate(0)
            return mapped[90_000]


    """
  private static let died = "clutch: the process died of "

  /// A file whose function comes to its end in one way at row 3.
  private static func function(_ name: String, _ end: String) -> String {
    head + "@udf\ndef \(name)(x: int) -> int:\n    if x == 3: \(end)\n    return x\n"
  }

  private func run(
    _ arguments: [String], environment: [String: String?] = [:], files: [String: String]
  ) throws -> ProgramEnd {
    let clutch = try Clutch()
    for (name, text) in files { try clutch.write(name, text) }
    // Swift's own report of a fault comes where nobody says otherwise, and lets the process go on after a signal that was
    // sent.
    let environment = ["SWIFT_BACKTRACE": "enable=no"].merging(environment) { $1 }
    return try clutch.start(arguments + ["--policy", "open"], environment: environment).end()
  }

  @Test(arguments: [
    ("use_up_the_stack()", SIGSEGV, "SIGSEGV (calls are nested so deeply that the stack is used up)"),
    ("read_what_was_cut_off()", SIGBUS, "SIGBUS"), ("os.abort()", SIGABRT, "SIGABRT"),
    ("signal.raise_signal(signal.SIGSEGV)", SIGSEGV, "SIGSEGV"),
    ("signal.raise_signal(signal.SIGILL)", SIGILL, "SIGILL"), ("signal.raise_signal(signal.SIGFPE)", SIGFPE, "SIGFPE"),
  ])
  func `a process that dies in a function names it and its row, and ends by the signal`(
    end: String, signal: Int32, what: String
  ) throws {
    let end = try run(
      ["sql", "--udf", "a.py", "SELECT f(i) FROM range(9) t(i)"], files: ["a.py": Self.function("f", end)])
    #expect(end.status == .killed(signal: signal))
    #expect(end.errors == "\(Self.died)\(what) while UDF f of a.py was running, at row 3 of its batch\n")
    #expect(end.output == "")
  }

  @Test(arguments: [("g", "b.py"), ("f", "a.py")])
  func `of two functions in two files the right one is named`(name: String, file: String) throws {
    let end = "1 + use_up_the_stack()"
    let end2 = try run(
      [
        "sql", "--udf", "a.py", "--udf", "b.py", "--threads", "2",
        "SELECT f(i), g(i) FROM (SELECT i % 3 AS i FROM range(100_000) t(i)) WHERE \(name)(i + 3) > 0",
      ],
      files: ["a.py": Self.function("f", end), "b.py": Self.function("g", end)])
    #expect(end2.status == .killed(signal: SIGSEGV))
    #expect(end2.errors.contains(" while UDF \(name) of \(file) was running, at row "))
  }

  @Test(arguments: [["sql", "--udf", "a.py", "SELECT 1"], ["inspect", "a.py"]])
  func `a process that dies while a file is loaded names the file`(arguments: [String]) throws {
    let end = try run(arguments, files: ["a.py": Self.head + "use_up_the_stack()\n"])
    #expect(end.status == .killed(signal: SIGSEGV))
    #expect(end.errors.hasSuffix("the stack is used up) while a.py was being loaded\n"))
  }

  @Test func `a thread that the code has started names no function`() throws {
    let start = "t = threading.Thread(target=os.abort); t.start(); t.join()"
    let end = try run(
      ["sql", "--allow-threads", "--udf", "a.py", "SELECT f(3)"], files: ["a.py": Self.function("f", start)])
    #expect(end.status == .killed(signal: SIGABRT))
    #expect(end.errors == "\(Self.died)SIGABRT; its thread was running none of the functions\n")
  }

  @Test func `Python's own report of a fault comes too, where it is asked for`() throws {
    let end = try run(
      ["sql", "--udf", "a.py", "SELECT f(3)"], environment: ["PYTHONFAULTHANDLER": "1"],
      files: ["a.py": Self.function("f", "read_what_was_cut_off()")])
    #expect(end.status == .killed(signal: SIGBUS))
    #expect(end.errors.contains("Fatal Python error: Bus error"))
    #expect(end.errors.contains("in read_what_was_cut_off"))
    #expect(end.errors.contains("\(Self.died)SIGBUS while UDF f of a.py was running, at row 0 of its batch\n"))
  }
}
