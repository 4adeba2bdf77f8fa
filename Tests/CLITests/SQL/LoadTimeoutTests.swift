import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct LoadTimeoutTests {
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
