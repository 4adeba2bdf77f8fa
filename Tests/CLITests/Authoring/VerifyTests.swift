import TestSupport
import Testing

/// `clutch verify`: what it compares, what it leaves out, and when that is a failure.
@Suite(.timeLimit(.minutes(30))) struct VerifyTests {
  private static let source = """
    from datetime import date
    from decimal import Decimal
    from clutch import udf
    @udf
    def cleaned(s: str) -> str: return s.strip().lower()
    @udf
    def quarter(d: date) -> int: return (d.month - 1) // 3 + 1
    @udf
    def shown(x: int) -> str: return repr(x)
    @udf
    def exact(x: Decimal) -> Decimal: return x + 1

    """

  @Test func `made-up rows are compared, and what there are none for is left out`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let end = try clutch.run("verify", "f.py", "--rows", "3000")
    #expect(end.status == .exited(0), "\(end.errors)")
    let lines = end.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 4, "\(lines)")
    #expect(lines[0].hasPrefix("cleaned: 3000 rows, ") && lines[0].hasSuffix("without Python, all the same"))
    #expect(lines[1].hasPrefix("quarter: 3000 rows, ") && lines[1].hasSuffix("without Python, all the same"))
    #expect(lines[2] == "shown: 3000 rows, all of which Python runs; see clutch inspect for why")
    #expect(lines[3].hasPrefix("exact: left out, as no values are made up for its parameters"))
  }

  @Test func `nothing to compare is a failure`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py", "from decimal import Decimal\nfrom clutch import udf\n@udf\ndef f(x: Decimal) -> int: return 1\n")
    let none = try clutch.run("verify", "f.py")
    #expect(none.status == .exited(1))
    #expect(none.errors.contains("nothing was compared"))
    let missing = try clutch.run("verify", "missing.py")
    #expect(missing.status == .exited(1))
    #expect(missing.errors.contains("missing.py"))
  }
}
