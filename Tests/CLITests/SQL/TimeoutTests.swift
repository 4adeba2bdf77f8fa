import Foundation
import TestSupport
import Testing

@Suite struct TimeoutTests {
  private static let source = """
    from clutch import udf
    import time

    def turn(x):
        end = time.monotonic() + 20
        while x == 5 and time.monotonic() < end:
            pass
        return x

    @udf(timeout=0.2)
    def impatient(x: int) -> int:
        return turn(x)

    @udf
    def patient(x: int) -> int:
        return turn(x)

    """

  @Test(arguments: [
    ("impatient", [], "0.2"), ("patient", ["--udf-timeout", "0.1"], "0.1"),
    ("impatient", ["--udf-timeout", "0.1"], "0.1"),
  ])
  func `A row that runs too long fails the query`(function: String, options: [String], limit: String) throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.start(
      ["sql", "--udf", "f.py"] + options + ["COPY (SELECT \(function)(i) FROM range(10) t(i)) TO 'out.csv'"]
    ).end()
    #expect(end.status == .exited(1))
    #expect(
      end.errors.hasPrefix(
        "Error: Invalid Input Error: UDF \(function) failed at row 5 of its batch (x=5): it ran longer than its timeout of "
          + "\(limit) s for a row\n"))
    #expect(try clutch.names() == ["f.py"])
  }
}

@Suite struct StackTests {
  @Test func `SIGUSR1 shows what the functions are doing, and the query goes on`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      from clutch import udf
      import os, time

      @udf
      def wait(x: int) -> int:
          open("running", "w").close()
          end = time.monotonic() + 60
          while not os.path.exists("enough") and time.monotonic() < end:
              time.sleep(0.01)
          return x

      """)
    let program = try clutch.start(["sql", "--udf", "f.py", "--threads", "1", "--format", "csv", "SELECT wait(7) AS x"])
    while try !clutch.names().contains("running") { usleep(10_000) }
    program.send(SIGUSR1)
    try program.errors.wait(for: "clutch: f.py, interpreter 1 is here, innermost first:\n  File \"f.py\", line")
    try clutch.write("enough", "")
    let end = try program.end()
    #expect(end.output == "x\n7\n")
    #expect(end.errors.contains(", in wait\n"))
  }
}
