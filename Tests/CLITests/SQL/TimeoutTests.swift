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

  @Test(arguments: ["0", "-1", "nan"])
  func `A timeout must be above 0`(timeout: String) throws {
    let end = try Clutch().run("sql", "--udf-timeout=\(timeout)", "SELECT 1")
    #expect(end.errors.hasPrefix("Error: --udf-timeout takes a number of seconds above 0.\n"))
  }
}
