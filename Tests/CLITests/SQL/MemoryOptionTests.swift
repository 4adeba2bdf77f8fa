import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct MemoryOptionTests {
  private static let source = """
    from clutch import udf

    @udf(memory="40MB")
    def size(n: int) -> int:
        return len(bytearray(n))
    """

  private static func clutch() throws -> Clutch {
    let clutch = try Clutch()
    try clutch.write("f.py", source)
    return clutch
  }

  @Test(arguments: [("100MB", "40 MB"), ("20MB", "20 MB"), ("30MiB", "30 MiB")])
  func `the lower of two limits ends a query with an error`(option: String, limit: String) throws {
    let clutch = try Self.clutch()
    let end = try clutch.run("sql", "--udf", "f.py", "--udf-memory", option, "select size(50_000_000)")
    #expect(end.status == .exited(1))
    #expect(
      end.errors.contains("UDF size failed at row 0 of its batch (n=50000000): the interpreter reached"))
    #expect(end.errors.contains("limit of \(limit)"))
    #expect(end.errors.contains("50 MB more were asked for"))
  }

  @Test func `a limit that is not reached changes nothing`() throws {
    let clutch = try Self.clutch()
    let end = try clutch.run(
      "sql", "--udf", "f.py", "--udf-memory", "1GiB", "--format", "csv", "select size(10_000_000) as n")
    #expect(end.output == "n\n10000000\n")
    #expect(end.status == .exited(0))
  }

  @Test func `what is no amount of memory, and too little, are refused with a reason`() throws {
    let clutch = try Self.clutch()
    let odd = try clutch.run("sql", "--udf", "f.py", "--udf-memory", "12XB", "select 1")
    #expect(odd.errors.contains("it takes an amount of memory above 0, written as in 256MB, 1GiB, 512KB or 4194304"))
    let little = try clutch.run("sql", "--udf", "f.py", "--udf-memory", "1MB", "select 1")
    #expect(little.errors.contains("a memory limit of 1 MB is too low: an interpreter with nothing loaded takes"))
    #expect(little.status == .exited(1))
  }

  @Test func `inspect shows the limit`() throws {
    let clutch = try Self.clutch()
    #expect(try clutch.run("inspect", "f.py").output.contains("memory at most 40 MB"))
    #expect(try clutch.run("inspect", "--format", "json", "f.py").output.contains("\"memoryLimit\" : 40000000"))
  }
}
