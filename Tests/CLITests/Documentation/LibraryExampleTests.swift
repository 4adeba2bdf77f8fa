import ArrowIPC
import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// The Swift of the pages on nulls and errors, on timeouts and on Arrow files, line by line.
@Suite(.timeLimit(.minutes(30))) struct LibraryExampleTests {
  @Test func `The example of errors in Swift is this one, and gives what its comments say`() async throws {
    let page = Page.article("NullsAndErrors")
    let source = try #require(try page.blocks("python").first { $0.fileName == "prices.py" })
    let folder = try TemporaryFolder()
    let file = try folder.write("prices.py", source.text)
    try CPython.start(PythonDiscovery(workingDirectory: Checkout.root))
    var printed: [String] = []
    func print(_ value: Any) { printed.append("\(value)") }

    let pool = try UDFPool(UDFSource(file: file), HostOptions(interpreters: 1))
    let prices = Column(["12.50 EUR", "3 USD", nil] as [String?])
    let batch = try RecordBatch(schema: Schema([Field(name: "price", type: .utf8)]), columns: [prices])

    let result = try await pool.evaluate("cents", batch)
    print(result.values)
    print(result.failureCount)
    print(result.failures.map(\.summary))

    let collected = try await pool.evaluate("cents", batch, onError: .collect)
    print(collected.errors?.isNull(1) ?? true)

    print(pool.failureSummaries.map { "\($0.failedRows) of \($0.rows)" })
    await pool.closeAsync()

    try expect(printed, of: page, replacing: "\"prices.py\"")
  }

  @Test func `The example of timeouts in Swift is this one, and gives what its comments say`() async throws {
    let page = Page.article("Timeouts")
    let source = try #require(try page.blocks("python").first { $0.fileName == "slow.py" })
    let folder = try TemporaryFolder()
    let file = try folder.write("slow.py", source.text)
    try CPython.start(PythonDiscovery(workingDirectory: Checkout.root))
    var printed: [String] = []
    func print(_ value: Any) { printed.append("\(value)") }

    let pool = try UDFPool(UDFSource(file: file), HostOptions(interpreters: 1))
    let numbers = Column([27, 0] as [Int64?])
    let batch = try RecordBatch(schema: Schema([Field(name: "n", type: .int64)]), columns: [numbers])

    do {
      _ = try await pool.evaluate("steps", batch, timeouts: UDFTimeouts(row: .milliseconds(50)))
    } catch let error as UDFError {
      print(error.code)
      print(error.row?.index ?? -1)
      print(error.exception?.traceback.last?.function ?? "")
    }
    print(try await pool.call("steps", batch.slice(0..<1)))
    print(pool.abandonedInterpreterCount)
    await pool.closeAsync()

    try expect(printed, of: page, replacing: "\"slow.py\"")
  }

  @Test func `The example of Arrow files in Swift is this one, and gives what its comments say`() throws {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/rows.arrow"
    var printed: [String] = []
    func print(_ value: Any) { printed.append("\(value)") }

    let schema = Schema([Field(name: "n", type: .int64), Field(name: "word", type: .utf8)])
    let columns = [Column([1, nil] as [Int64?]), Column(["one", "two"] as [String?])]
    let batch = try RecordBatch(schema: schema, columns: columns)

    var writer = try ArrowFileWriter(path: file, schema: schema, options: IPCWriteOptions(compression: .zstd))
    try writer.write(batch)
    try writer.finish()

    let rows = try ArrowFileReader(path: file)
    print(rows.batchCount)
    print(try rows.batch(at: 0).columns[1])

    var stream = try ArrowStreamWriter(schema: schema)
    let bytes = try stream.write(batch) + stream.finish()
    var reader = ArrowStreamReader()
    for batch in try reader.read(bytes) { print(batch.rowCount) }
    try reader.finish()

    try expect(printed, of: Page.article("ArrowFiles"), replacing: "\"rows.arrow\"")
  }

  /// Checks that the first Swift block of a page stands in this file, and that its comments are what was printed.
  private func expect(_ printed: [String], of page: Page, replacing path: String) throws {
    let lines = try #require(try page.blocks("swift").first).text.split(separator: "\n")
    let here = try String(contentsOfFile: #filePath, encoding: .utf8)
    for line in lines {
      let code = line.components(separatedBy: "  // ")[0].replacing(path, with: "file")
      #expect(here.contains("    \(code)\n"), "\(code) does not stand in this test")
    }
    #expect(printed == lines.compactMap { $0.components(separatedBy: "  // ").dropFirst().first })
  }
}
