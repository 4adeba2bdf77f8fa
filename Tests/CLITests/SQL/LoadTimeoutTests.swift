import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct LoadTimeoutTests {
  private static let commands = [["sql", "--udf", "f.py", "SELECT 1"], ["inspect", "f.py"]]

  @Test(arguments: commands, ["while True: pass", "import time\nwhile True: time.sleep(0.01)"])
  func `A file that is still loading after the time it may take is an error`(command: [String], text: String) throws {
    let clutch = try Clutch()
    try clutch.write("f.py", text + "\n")
    let end = try clutch.start(command + ["--load-timeout", "0.5"]).end()
    #expect(end.status == .exited(1), "\(end)")
    #expect(end.errors.contains("f.py was still loading after 0.5 s"), "\(end)")
    #expect(end.output.isEmpty)
  }

  private static let stubborn = """
    import os, tempfile, time
    os.close(tempfile.mkstemp(dir='loads')[0])
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            while len(os.listdir('loads')) >= LOADS and time.monotonic() < end: time.sleep(0.01)
            break
        except BaseException: pass
    from clutch import udf
    @udf
    def f(x: int) -> int:
        deadline = time.monotonic() + 60
        while len(os.listdir('loads')) < 2 and time.monotonic() < deadline: time.sleep(0.001)
        return x

    """

  @Test(arguments: commands)
  func `A file that does not stop loading ends the tool`(command: [String]) throws {
    let clutch = try Clutch()
    try FileManager.default.createDirectory(atPath: clutch.folder + "/loads", withIntermediateDirectories: false)
    try clutch.write("f.py", Self.stubborn.replacing("LOADS", with: "1"))
    let end = try clutch.start(command + ["--load-timeout", "0.5", "--policy", "open"]).end()
    #expect(end.status == .exited(1), "\(end)")
    #expect(end.errors.contains("f.py was still loading after 0.5 s"), "\(end)")
    #expect(end.errors.contains("line 6"), "\(end)")
  }

  @Test func `A file that does not stop loading beside a query that runs ends the tool`() throws {
    let clutch = try Clutch()
    try FileManager.default.createDirectory(atPath: clutch.folder + "/loads", withIntermediateDirectories: false)
    try clutch.write("f.py", Self.stubborn.replacing("LOADS", with: "2"))
    let sql = "CREATE TABLE t AS SELECT range x FROM range(600000); SELECT sum(f(x)) FROM t"
    let end = try clutch.start([
      "sql", "--udf", "f.py", "--threads", "2", "--load-timeout", "0.5", "--policy", "open", "-o", "out.csv", sql,
    ]).end()
    #expect(end.status == .exited(1), "\(end)")
    #expect(end.errors.hasPrefix("Error: f.py was still loading after 0.5 s"), "\(end)")
    #expect(try clutch.names() == ["f.py", "loads"])
  }

  @Test(arguments: ["0", "0.0", "1e9"])
  func `A file may be given any time`(limit: String) throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py", "import time\nfrom clutch import udf\ntime.sleep(0.2)\n@udf\ndef f(x: int) -> int: return x\n")
    let end = try clutch.run("sql", "--udf", "f.py", "--load-timeout", limit, "--format", "csv", "SELECT f(7) AS x")
    #expect(end.output == "x\n7\n", "\(end)")
  }

  @Test(arguments: ["-1", "1e-9", "nan", "inf", "1e10", "soon"])
  func `A time that is none is refused`(limit: String) throws {
    for command in Self.commands {
      let end = try Clutch().start(command + ["--load-timeout", limit]).end()
      #expect(end.status == .exited(64))
      #expect(
        end.errors.contains("it takes a number of seconds from 0.001 to 1000000000, or 0 for any time."), "\(end)")
    }
  }
}
