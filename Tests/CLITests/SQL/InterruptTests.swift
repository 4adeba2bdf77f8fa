import Foundation
import TestSupport
import Testing

@Suite struct InterruptTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription, sql: String
    /// What tells that it is under way: a text on one of the streams, or a file in the folder.
    let sign: Sign
    enum Sign { case output, errors, file }
  }

  private static let endless = "FROM range(10000000) a(i), range(10000000) b(j) WHERE (i * j) % 7 = 3"

  static let cases = [
    Case(testDescription: "a slow UDF", sql: "SELECT sum(slow(i)) FROM range(100000) t(i)", sign: .errors),
    Case(testDescription: "an endless UDF", sql: "SELECT endless(i) FROM range(10) t(i)", sign: .errors),
    Case(testDescription: "plain SQL", sql: "SELECT 'begun'; SELECT count(*) \(endless)", sign: .output),
    Case(testDescription: "COPY", sql: "COPY (SELECT i, j \(endless)) TO 'copy.csv'", sign: .file),
  ]

  @Test(arguments: cases)
  func `Ctrl-C stops it, with status 130 and no file left`(work: Case) throws {
    let clutch = try Clutch()
    let program = try clutch.start(["sql", "--udf", Clutch.functions, "--format", "csv", work.sql])
    switch work.sign {
    case .output: try program.output.wait(for: "begun")
    case .errors: try program.errors.wait(for: "begun")
    case .file: #expect(try waitForFile(in: clutch))
    }
    program.send(SIGINT)
    let end = try program.end(within: .seconds(20))
    #expect(end.status == .exited(130), "\(end)")
    #expect(end.errors.hasSuffix("clutch: interrupted\n"))
    #expect(try clutch.names().isEmpty)
  }

  @Test(arguments: ["slow", "endless"])
  func `Ctrl-C leaves nothing of an output file, and an old one as it was`(function: String) throws {
    let clutch = try Clutch()
    try clutch.write("out.csv", "old")
    let program = try clutch.start([
      "sql", "--udf", Clutch.functions, "-o", "out.csv", "SELECT \(function)(i) FROM range(100000) t(i)",
    ])
    try program.errors.wait(for: "begun")
    #expect(try clutch.names().count == 2)
    program.send(SIGINT)
    #expect(try program.end(within: .seconds(20)).status == .exited(130))
    #expect(try clutch.names() == ["out.csv"])
    #expect(try clutch.text("out.csv") == "old")
  }

  @Test func `A second Ctrl-C is no harm`() throws {
    let clutch = try Clutch()
    let program = try clutch.start(["sql", "--udf", Clutch.functions, "SELECT endless(1)"])
    try program.errors.wait(for: "begun")
    program.send(SIGINT)
    program.send(SIGINT)
    #expect(try program.end(within: .seconds(20)).status == .exited(130))
  }

  private func waitForFile(in clutch: Clutch) throws -> Bool {
    for _ in 0..<4_000 {
      if try !clutch.names().isEmpty { return true }
      usleep(5_000)
    }
    return false
  }
}
