import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct ProfileTests {
  private static let functions = """
    from clutch import udf
    @udf
    def slow(x: int) -> int:
        total = 0
        for i in range(2_000):
            total += len(str(i))
        return total + x
    @udf
    def unused(x: int) -> int: return x
    """
  private static let query = "SELECT sum(slow(i)) AS s FROM range(3000) t(i)"
  private static let result = "s\n25168500\n"

  /// What of a file of speedscope's is looked at.
  private struct Speedscope: Decodable {
    struct Frame: Decodable {
      let name: String
      let file: String?
      let line: Int?
    }
    struct Shared: Decodable { let frames: [Frame] }
    struct Profile: Decodable {
      let type: String
      let name: String
      let unit: String
      let startValue: Double
      let endValue: Double
      let samples: [[Int]]
      let weights: [Double]
    }
    let shared: Shared
    let profiles: [Profile]
  }

  @Test func `the table says where the time went, and the hottest lines are below it`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.functions)
    // The query may stand behind the option, which takes a file only.
    let end = try clutch.run("sql", "--udf", "f.py", "--format", "csv", "--profile", Self.query)
    #expect(end.status == .exited(0) && end.output == Self.result, "\(end)")
    let lines = end.errors.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let head = lines[0].split(separator: " ").map(String.init)
    #expect(
      head == [
        "function", "file", "rows", "calls", "seconds", "python", "converting", "vectorised", "waiting", "rows/s",
        "nulls",
        "errors",
      ])
    let slow = lines[1].split(separator: " ").map(String.init)
    #expect(slow.prefix(3) == ["slow", "f.py", "3000"], "\(end)")
    let (seconds, python) = (try #require(Double(slow[4])), try #require(Double(slow[5]), "\(end)"))
    #expect(python > 0 && python <= seconds, "\(end)")
    #expect(lines[2].split(separator: " ").prefix(4) == ["unused", "f.py", "0", "0"], "\(end)")
    #expect(lines[2].contains(" - "), "nothing is said of what nobody has seen: \(end)")
    let hot = try #require(lines.firstIndex { $0.hasPrefix("f.py: ") && $0.hasSuffix("the hottest lines") }, "\(end)")
    #expect(lines[hot + 1].hasSuffix(" 6 |         total += len(str(i))"), "\(end)")
  }

  @Test func `the file is one of speedscope's, with the query's functions`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.functions)
    let end = try clutch.run("sql", "--udf", "f.py", "--format", "csv", "--profile", "out.json", Self.query)
    #expect(end.status == .exited(0) && end.output == Self.result, "\(end)")
    #expect(end.errors.contains("the hottest lines"))
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(clutch.folder)/out.json"))
    let file = try JSONDecoder().decode(Speedscope.self, from: data)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains(#""$schema":"https://www.speedscope.app/file-format-schema.json""#))
    let profile = try #require(file.profiles.first)
    #expect(file.profiles.count == 1 && profile.name == "slow")
    #expect(profile.type == "sampled" && profile.unit == "seconds" && profile.startValue == 0)
    #expect(profile.samples.count == profile.weights.count)
    #expect(abs(profile.weights.reduce(0, +) - profile.endValue) < 1e-6)
    #expect(profile.samples.allSatisfy { !$0.isEmpty && $0.allSatisfy(file.shared.frames.indices.contains) })
    let root = file.shared.frames[profile.samples[0][0]]
    #expect(root.name == "slow (f.py)")
    #expect(file.shared.frames.contains { $0.name == "slow" && $0.file == "f.py" && $0.line == 6 }, "\(text)")
  }

  @Test func `a file that cannot be written, or another ending, is told before anything runs`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.functions)
    let unwritable = try clutch.run("sql", "--udf", "f.py", "--profile", "no/such/out.json", Self.query)
    #expect(
      unwritable.status != .exited(0) && unwritable.output.isEmpty && unwritable.errors.contains("no/such/out.json"))
    let other = try clutch.run("sql", "--udf", "f.py", "--profile", "out.txt", Self.query)
    #expect(other.status != .exited(0) && other.output.isEmpty, "\(other)")
    #expect(other.errors.contains("--profile writes a file whose name ends with .json, not 'out.txt'"), "\(other)")
    let two = try clutch.run("sql", "--udf", "f.py", "-f", "q.sql", "--profile", "SELECT 1")
    #expect(two.status != .exited(0) && two.errors.contains("not 'SELECT 1'"), "\(two)")
  }

  @Test func `rows without Python are counted, and the others have their reason`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      from clutch import udf
      @udf
      def plain(x: int) -> int: return x * 3
      @udf
      def partly(x: int) -> int:
          return len([x]) if x % 2 == 0 else x
      """)
    let end = try clutch.run(
      "sql", "--udf", "f.py", "--threads", "1", "--profile",
      "SELECT sum(plain(i)), sum(partly(i)) FROM range(10000) t(i)")
    #expect(end.errors.contains("\nplain: 10000 rows without Python\n"), "\(end)")
    #expect(
      end.errors.contains("\npartly: 5000 rows without Python, 5000 by Python, which reach\n  line 6, "), "\(end)")
  }

  @Test func `a query that fails leaves its table, and no file`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", "from clutch import udf\n@udf\ndef f(x: int) -> int: return 1 // (x - 5)\n")
    let end = try clutch.run("sql", "--udf", "f.py", "--profile", "out.json", "SELECT f(i) FROM range(10) t(i)")
    #expect(end.status != .exited(0) && end.errors.contains("ZeroDivisionError"), "\(end)")
    #expect(end.errors.contains("function  file"), "\(end)")
    #expect(!FileManager.default.fileExists(atPath: "\(clutch.folder)/out.json"))
  }

  @Test func `without functions there is an empty table, and the query comes from standard input too`() throws {
    let clutch = try Clutch()
    let end = try clutch.run("sql", "--format", "csv", "--profile", "-", input: "SELECT 1 AS one")
    #expect(end.status == .exited(0) && end.output == "one\n1\n", "\(end)")
    #expect(end.errors.hasPrefix("function  file"), "\(end)")
  }
}
