import InMemoryLogging
import Logging
import Testing

@testable import PythonUDF

@Suite(.timeLimit(.minutes(30))) struct LogLimitTests {
  private static let functions = """
    from clutch import udf
    @udf
    def chatty(x: int) -> int:
        print(x)
        return x
    @udf
    def quiet(x: int) -> int:
        if x == 0: print("quiet")
        return x
    """

  /// What the logger got of calls of both functions.
  private static func messages(limit: Int?, rows: Int64) async throws -> [(function: String?, text: String)] {
    let collected = InMemoryLogHandler()
    let logger = Logger(label: "") { _ in collected }
    let pool = try UDFPool(
      UDFSource(functions), HostOptions(interpreters: 1, logging: UDFLogging(logger: logger, messagesPerSecond: limit)))
    for name in ["chatty", "quiet"] { _ = try await pool.call(name, integers((0..<rows).map { $0 })) }
    pool.close()
    return collected.entries.map { ($0.metadata["udf.function"].map { "\($0)" }, "\($0.message)") }
  }

  @Test func `a chatty function is cut off, what was left out is counted, and others are heard`() async throws {
    let all = try await Self.messages(limit: 10, rows: 5_000)
    let chatty = all.filter { $0.function == "chatty" }.map(\.text)
    let notes = chatty.compactMap { text in
      text.contains("left out") ? text.split(separator: " ").first.flatMap { Int($0) } : nil
    }
    let written = chatty.count { Int($0) != nil }
    #expect(written + notes.reduce(0, +) == 5_000)
    #expect(written >= 10)
    #expect(chatty.prefix(10) == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    #expect(!notes.isEmpty)
    #expect(all.filter { $0.function == "quiet" }.map(\.text) == ["quiet"])
  }

  @Test func `without a limit everything is written`() async throws {
    let all = try await Self.messages(limit: nil, rows: 5_000)
    #expect(all.map(\.text) == (0..<5_000).map { "\($0)" } + ["quiet"])
  }

  @Test func `a second's messages may come at once, and more as time goes by`() {
    var limiter = LogLimiter(messagesPerSecond: 4)
    let start = ContinuousClock.now
    func admit(_ milliseconds: Int) -> Int? { limiter.admit("f", start + .milliseconds(milliseconds)) }
    #expect((0..<6).map { _ in admit(0) } == [0, 0, 0, 0, nil, nil])
    // One could be written again, but silence lasts until there is room for two.
    #expect(admit(300) == nil)
    #expect(admit(500) == 3)
    #expect(admit(500) == 0)
    #expect(admit(500) == nil)
    #expect(limiter.admit("another", start + .milliseconds(500)) == 0)
    #expect(admit(60_000) == 1)
    #expect((0..<4).map { _ in admit(60_000) } == [0, 0, 0, nil])
    #expect(limiter.takeLeftOut().map(\.count) == [1])
    #expect(limiter.takeLeftOut().isEmpty)
  }

  @Test func `a listener that does not keep up gets the newest`() async throws {
    let logger = Logger(label: "") { _ in SwiftLogNoOpLogHandler() }
    let pool = try UDFPool(
      UDFSource(Self.functions),
      HostOptions(interpreters: 1, logging: UDFLogging(logger: logger, messagesPerSecond: nil)))
    let (slow, all) = (pool.logRecords(bufferingNewest: 3), pool.logRecords(bufferingNewest: 100))
    _ = try await pool.call("chatty", integers((0..<50).map { $0 }))
    pool.close()
    #expect(await slow.reduce(into: []) { $0.append($1.message) } == ["47", "48", "49"])
    #expect(await all.reduce(0) { count, _ in count + 1 } == 50)
  }

  @Test func `a line without an end comes in parts`() async throws {
    let source = UDFSource("from clutch import udf\n@udf\ndef f() -> None: print('a' + 'é€' * 40_000, end='')")
    let pool = try UDFPool(
      source,
      HostOptions(interpreters: 1, logging: UDFLogging(logger: Logger(label: "") { _ in SwiftLogNoOpLogHandler() })))
    let records = pool.logRecords()
    _ = try await pool.call("f", rows(1))
    pool.close()
    let parts = await records.reduce(into: []) { $0.append($1.message) }
    #expect(parts.count == 4)
    #expect(parts.joined() == "a" + String(repeating: "é€", count: 40_000))
  }
}
