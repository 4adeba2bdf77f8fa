import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import Testing

/// What holds for every function holds for those that take columns and iterators of batches too.
@Suite(.timeLimit(.minutes(30))) struct BatchGuardTests {
  private static let prelude = """
    from collections.abc import Iterator
    from clutch import Column, udf

    """

  /// The same body as a function of lists, of columns, and of an iterator.
  private static func functions(_ options: String, _ body: String) -> [String] {
    let lines = body.split(separator: "\n")
    let indented = { (depth: String) in lines.map { depth + $0 }.joined(separator: "\n") }
    let option = options.isEmpty ? "" : ", \(options)"
    return [
      "@udf(batch=True\(option))\ndef f(x: list[int]) -> list[int]:\n\(indented("  "))\n  return result\n",
      "@udf(batch=True\(option))\ndef f(x: Column[int]) -> Column[int]:\n\(indented("  "))\n  return result\n",
      """
      @udf(batch=True\(option))
      def f(batches: Iterator[Column[int]]) -> Iterator[list[int]]:
        for x in batches:
      \(indented("    "))
          yield result

      """,
    ].map { prelude + $0 }
  }

  @Test(arguments: functions("", "result = __import__('os').system('true')"))
  func `a policy denies`(source: String) async throws {
    try await withPool(UDFSource(source)) { pool in
      let error = try await #require(throws: UDFError.self) { try await pool.call("f", integers([1, 2])) }
      #expect(error.exception?.typeName == "PermissionError", "\(error)")
      #expect(pool.denials.count > 0)
    }
  }

  @Test(arguments: functions("batch_timeout=0.3", "result = x\nwhile True: pass"))
  func `a deadline stops a call, and the next one runs`(source: String) async throws {
    try await withPool(UDFSource(source + "@udf\ndef fine(x: int) -> int: return x\n")) { pool in
      let error = try await #require(throws: UDFError.self) { try await pool.call("f", integers([1, 2])) }
      #expect(error.code == .deadlineExceeded, "\(error)")
      #expect(error.message.contains("rows 0 to 1"), "\(error)")
      #expect(try await pool.call("fine", integers([1])).logicalRows() == ["1"])
    }
  }

  @Test(arguments: functions("memory='64MB'", "result = list(x) * 100"))
  func `a memory limit holds, and a call after it too`(source: String) async throws {
    try await withPool(UDFSource(source)) { pool in
      let many = try integers((0..<200_000).map { Int64($0) + 1_000_000 })
      let error = try await #require(throws: UDFError.self) { try await pool.call("f", many) }
      #expect(error.code == .memoryExceeded, "\(error)")
      let few = try await #require(throws: UDFError.self) { try await pool.call("f", integers([1, 2])) }
      #expect(few.message.contains("it returned 200 values for 2 rows"), "\(few)")
    }
  }

  @Test(
    arguments: functions("on_error='null'", "if 0 in x: raise ValueError('a zero')\nresult = [v and 6 // v for v in x]")
  )
  func `failing rows are null, counted, and told with their arguments`(source: String) async throws {
    try await withPool(UDFSource(source)) { pool in
      let (failures, told) = AsyncStream.makeStream(of: UDFRowFailure.self)
      pool.observeFailures { told.yield($0) }
      let result = try await pool.evaluate("f", integers([1, 0, nil]))
      #expect(try result.values.logicalRows() == ["null", "null", "null"] && result.failureCount == 3)
      #expect(try await pool.call("f", integers([1, nil, 3])).logicalRows() == ["6", "null", "2"])
      told.finish()
      var arguments: [String] = []
      for await failure in failures { arguments.append(failure.arguments ?? "") }
      #expect(arguments.map { $0.replacing("batches", with: "x") } == [#"{"x": 1}"#, #"{"x": 0}"#, #"{"x": null}"#])
      #expect(pool.failureSummaries.first?.failedRows == 3)
      let collected = try await pool.outcomes("f", integers([1, 0]))
      #expect(collected == ["ValueError: a zero", "ValueError: a zero"])
    }
  }

  @Test func `rows are tried one by one with columns too`() async throws {
    let source = """
      \(Self.prelude)
      sizes = []
      @udf(batch=True, on_error="null", retry_rows=True, rows=2)
      def f(x: Column[int]) -> Column[int]:
        sizes.append(len(x))
        if 0 in x: raise ValueError("a zero")
        return memoryview(x)
      @udf
      def said() -> str: return str(sizes)
      """
    try await withPool(UDFSource(source)) { pool in
      let result = try await pool.evaluate("f", integers([1, 2, 3, 0, 5]))
      #expect(try result.values.logicalRows() == ["1", "2", "3", "null", "5"] && result.failureCount == 1)
      #expect(try await pool.call("said", rows(1)).toArray(of: String.self) == ["[2, 2, 1, 1, 1]"])
    }
  }

  @Test func `a list may become a column when a source is replaced, but no iterator`() async throws {
    let sources = Self.functions("", "result = x")
    let registry = UDFRegistry()
    try await registry.add("s", UDFSource(sources[0]), HostOptions(interpreters: 1))
    let provider = try registry.source("s")
    #expect(try await provider.call("f", integers([1])).logicalRows() == ["1"])
    try await registry.replace("s", with: UDFSource(sources[1]))
    #expect(try await provider.call("f", integers([2])).logicalRows() == ["2"])
    let error = try await #require(throws: UDFError.self) {
      try await registry.replace("s", with: UDFSource(sources[2]))
    }
    #expect(error.code == .incompatible)
    try registry.remove("s")
  }

  @Test func `what columns log names their function`() async throws {
    let source = Self.prelude + "@udf(batch=True)\ndef f(x: Column[int]) -> Column[int]:\n  print(len(x))\n  return x"
    try await withPool(UDFSource(source)) { pool in
      var records = pool.logRecords().makeAsyncIterator()
      _ = try await pool.call("f", integers([1, 2]))
      let record = await records.next()
      #expect(record?.function == "f" && record?.message == "2")
    }
  }
}
