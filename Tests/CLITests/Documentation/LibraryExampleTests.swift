import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// The Swift of the page on nulls and errors, line by line.
@Suite(.timeLimit(.minutes(5))) struct LibraryExampleTests {
  @Test func `The example in Swift is this one, and gives what its comments say`() async throws {
    let page = Page.article("NullsAndErrors")
    let source = try #require(try page.blocks("python").first { $0.fileName == "prices.py" })
    let folder = try TemporaryFolder()
    let file = try folder.write("prices.py", source.text)
    try CPython.start(PythonDiscovery(workingDirectory: Checkout.root))
    var printed: [String] = []
    func print(_ value: Any) { printed.append("\(value)") }

    let pool = try UDFPool(UDFSource(file: file), interpreters: 1)
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

    let lines = try #require(try page.blocks("swift").first).text.split(separator: "\n")
    let here = try String(contentsOfFile: #filePath, encoding: .utf8)
    for line in lines {
      let code = line.components(separatedBy: "  // ")[0].replacing("\"prices.py\"", with: "file")
      #expect(here.contains("    \(code)\n"), "\(code) does not stand in this test")
    }
    #expect(printed == lines.compactMap { $0.components(separatedBy: "  // ").dropFirst().first })
  }
}
