import Columnar
import Foundation
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct ThreadedUDFInterpreterTests {
  private static let threads = """
    import threading
    from clutch import udf
    @udf
    def thread() -> int: return threading.get_ident()
    """

  @Test func `every call runs on the interpreter's own thread`() async throws {
    let first = try await ThreadedUDFInterpreter(source: Self.threads)
    let second = try await ThreadedUDFInterpreter(source: Self.threads)
    var seen: [Set<Int64>] = []
    for udf in [first, second] {
      let threads = try await withThrowingTaskGroup(of: [Int64?].self) { group in
        for _ in 0..<50 {
          group.addTask { try await udf.call(rows(2)).toArray(of: Int64.self) }
        }
        return try await group.reduce(into: Set<Int64>()) { $0.formUnion($1.compactMap { $0 }) }
      }
      seen.append(threads)
    }
    #expect(seen[0].count == 1)
    #expect(seen[1].count == 1)
    #expect(seen[0] != seen[1])
    await first.closeAsync()
    await second.closeAsync()
  }

  @Test func `calls of many tasks run one after the other`() async throws {
    let udf = try await ThreadedUDFInterpreter(
      source: """
        import time
        from clutch import udf
        inside = 0
        calls = 0
        @udf
        def f(x: int) -> int:
          global inside, calls
          inside += 1
          assert inside == 1
          # Lets another thread in, if there were one.
          time.sleep(0)
          inside -= 1
          calls += 1
          return calls
        """)
    let numbers = try await withThrowingTaskGroup(of: [Int64?].self) { group in
      for _ in 0..<100 {
        group.addTask { try await udf.call(integers([1, 2, 3])).toArray(of: Int64.self) }
      }
      return try await group.reduce(into: []) { $0.append($1.compactMap { $0 }) }
    }
    // The rows of a batch are not mixed with those of another one, and no call is lost.
    for batch in numbers { #expect(batch == [batch[0], batch[0] + 1, batch[0] + 2]) }
    #expect(numbers.map { $0[0] }.sorted() == (0..<100).map { Int64($0) * 3 + 1 })
    await udf.closeAsync()
  }

  @Test func `calls of one task run in their order`() async throws {
    let udf = try await ThreadedUDFInterpreter(
      source:
        "from clutch import udf\nlast = 0\n@udf\ndef f(x: int) -> int:\n  global last\n  last, before = x, last\n  return before"
    )
    for number in 1...100 {
      let before = try await udf.call(integers([Int64(number)])).toArray(of: Int64.self)
      #expect(before == [Int64(number) - 1])
    }
    await udf.closeAsync()
  }

  @Test func `the signature is that of the function`() async throws {
    let udf = try await ThreadedUDFInterpreter(file("imports_beside.py"))
    #expect(udf.signature.sqlDescription == "tripled(x BIGINT) -> BIGINT")
    #expect(udf.signature.line == 6)
    await udf.closeAsync()
  }

  @Test func `calls after the end are refused`() async throws {
    let udf = try await ThreadedUDFInterpreter(source: Self.threads)
    await udf.closeAsync()
    await udf.closeAsync()
    let error = try await #require(throws: UDFError.self) { try await udf.call(rows(1)) }
    #expect(error.code == .closed)
    #expect(error.message == "the pool of interpreters has been closed")
  }

  @Test func `calls that race with closing get a result or are told that it is closed`() async throws {
    for _ in 0..<10 {
      let udf = try await ThreadedUDFInterpreter(source: Self.threads)
      let calls = (0..<40).map { _ in Task { try await udf.call(rows(3)).count } }
      await udf.closeAsync()
      for call in calls {
        switch await call.result {
        case .success(let count): #expect(count == 3)
        case .failure(let error): #expect((error as? UDFError)?.code == .closed)
        }
      }
    }
  }

  @Test func `a failed call leaves the interpreter usable`() async throws {
    let udf = try await ThreadedUDFInterpreter(
      source: "from clutch import udf\n@udf\ndef f(x: int) -> int: return 12 // x")
    let error = try await #require(throws: UDFError.self) { try await udf.call(integers([1, 0])) }
    #expect(error.row?.index == 1)
    let wrong = try await #require(throws: UDFError.self) { try await udf.call(rows(1)) }
    #expect(wrong.code == .wrongArguments)
    let result = try await udf.call(integers([3])).toArray(of: Int64.self)
    #expect(result == [4])
    await udf.closeAsync()
  }

  @Test func `a source of two functions is refused with their names`() async throws {
    let error = try await #require(throws: UDFError.self) {
      try await ThreadedUDFInterpreter(
        source: "from clutch import udf\n@udf\ndef f() -> int: pass\n@udf\ndef g() -> int: pass")
    }
    #expect(error.code == .noFunction)
    #expect(
      error.message == "<udf> has 2 UDFs (f, g), but exactly one is needed here; use a UDFPool for several")
  }

  @Test(arguments: ["x = 1", "def f(", "from clutch import udf\n@udf\ndef f(x) -> int: pass"])
  func `a source that does not load is refused`(source: String) async throws {
    await #expect(throws: UDFError.self) { try await ThreadedUDFInterpreter(source: source) }
  }

  #if os(Linux)
    private static let nativeThread = """
      import threading
      from clutch import udf
      @udf
      def thread() -> int: return threading.get_native_id()
      """

    @Test func `closing ends the thread`() async throws {
      let udf = try await ThreadedUDFInterpreter(source: Self.nativeThread)
      let thread = try #require(await udf.call(rows(1)).toArray(of: Int64.self)[0])
      #expect(isRunning(thread))
      await udf.closeAsync()
      #expect(await ends(thread))
    }

    @Test func `dropping the last reference ends the thread`() async throws {
      func thread() async throws -> Int64 {
        let udf = try await ThreadedUDFInterpreter(source: Self.nativeThread)
        return try #require(await udf.call(rows(1)).toArray(of: Int64.self)[0])
      }
      #expect(await ends(try thread()))
    }
  #endif
}
