import TestSupport
import Testing

@Suite struct OutputFileTests {
  private let clutch: Clutch

  init() throws { clutch = try Clutch() }

  @Test func `The file holds the rows, and standard output nothing`() throws {
    let end = try clutch.run("sql", "-o", "out.csv", "--format", "csv", "SELECT 1 AS i; SELECT 2 AS j")
    #expect(end.status == .exited(0))
    #expect(end.output.isEmpty)
    #expect(try clutch.text("out.csv") == "i\n1\nj\n2\n")
    #expect(try clutch.names() == ["out.csv"])
  }

  @Test(arguments: ["SELECT i FROM range(100000) t(i); SELECT error('no')", "SELEC 1"])
  func `On failure no file appears, and an existing one keeps its content`(sql: String) throws {
    for _ in 0..<2 {
      let end = try clutch.run("sql", "-o", "out.csv", "--format", "csv", sql)
      #expect(end.status == .exited(1))
      #expect(end.output.isEmpty)
      if try clutch.names().isEmpty { try clutch.write("out.csv", "old") }
      #expect(try clutch.text("out.csv") == "old")
      #expect(try clutch.names() == ["out.csv"])
    }
  }

  @Test func `An existing file is replaced on success`() throws {
    try clutch.write("out.csv", "old")
    let end = try clutch.run("sql", "-o", "out.csv", "--format", "csv", "SELECT 1 AS i")
    #expect(end.status == .exited(0))
    #expect(try clutch.text("out.csv") == "i\n1\n")
  }
}
