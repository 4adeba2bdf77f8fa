import Columnar
import Functions
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Programs in worker processes.
@Suite(.serialized, .timeLimit(.minutes(30))) struct WorkerVectorTests {
  private static let source = """
    from clutch import udf
    @udf
    def f(x: int) -> int:
      return 100 // x
    @udf(vectorize=False)
    def off(x: int) -> int:
      return x
    @udf
    def text(x: int) -> str:
      if x == 3: raise ValueError("three")
      return f"<{x}>"
    """

  private func pool(vectorizes: Bool = true) throws -> UDFPool {
    try UDFPool(
      UDFSource(Self.source, name: "workers.py"),
      HostOptions(
        interpreters: 1, policy: .open, placement: .worker, worker: try Checkout.clutch(), vectorizes: vectorizes))
  }

  @Test func `rows are computed there without Python, and what fails is told as ever`() throws {
    let pool = try pool()
    defer { pool.close() }
    let result = try pool.rows("f", counting(200), .collect)
    #expect((result.vectorizedRows, result.rerunRows) == (199, 1))
    #expect(result.failures.map(\.row) == [0])
    let found = try result.values.toArray(of: Int64.self)
    #expect(found[7] == 14)
    let error = try #require(throws: UDFError.self) { try pool.rows("text", counting(200)) }
    #expect(error.message.contains("row 3"))
    #expect(error.message.contains("ValueError: three"))
    let others = try pool.rows("off", counting(200))
    #expect(others.vectorizedRows == 0)
  }

  @Test func `it is off there where it is off`() throws {
    let pool = try pool(vectorizes: false)
    defer { pool.close() }
    let found = try pool.rows("f", counting(200), .null).vectorizedRows
    #expect(found == 0)
  }

  @Test func `what runs there without Python is told`() throws {
    let pool = try pool()
    defer { pool.close() }
    let reports = try (0..<3).map { try pool.vectorReport(of: $0) }
    #expect(reports.map(\.status) == [.vectorized, .python, .partly])
    #expect(reports[2].reasons.map(\.line) == [10])
  }
}
