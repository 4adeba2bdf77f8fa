import Columnar
import Functions
import Metrics
import MetricsTestKit
import PythonRuntime
import PythonUDF
import Synchronization
import TestSupport
import Testing

/// What guards a function, for every shape that one can have: the page "Guards" of the documentation has a table of these.
@Suite(.timeLimit(.minutes(30))) struct KindGuardTests {
  /// Not `main`, of which there is one in a process.
  private static let placements = [Placement.interpreter, .worker]

  private func options(_ placement: Placement) throws -> HostOptions {
    HostOptions(interpreters: 1, placement: placement, worker: try Checkout.clutch())
  }

  private func withShape<Result>(
    _ shape: FunctionShape, _ placement: Placement, _ work: String, memoryLimit: Int? = nil,
    _ body: (UDFPool) async throws -> Result
  ) async throws -> Result {
    var options = try options(placement)
    options.configuration.memoryLimit = memoryLimit
    let pool = try UDFPool(shape.source(work), options)
    defer { pool.close() }
    return try await body(pool)
  }

  private func failure(_ body: () async throws -> Void) async -> UDFError? {
    do { try await body() } catch { return error as? UDFError }
    return nil
  }

  @Test(arguments: FunctionShape.allCases, Self.placements) func `a failure fails the call`(
    shape: FunctionShape, placement: Placement
  ) async throws {
    try await withShape(shape, placement, "  if x == 2: raise ValueError('two')\n  return 10 * x") { pool in
      let error = await failure { _ = try await shape.call(pool, [1, 2, 3]) }
      #expect(error?.code == .rowFailed)
      #expect(error?.message.contains("ValueError: two") == true)
      #expect(error?.exception?.traceback.last?.function == "work")
      #expect(error?.row?.arguments.contains("x=2") != shape.failsTogether)
      let values = try await shape.call(pool, [1, 3])
      #expect(values == [10, 30])
    }
  }

  @Test(arguments: FunctionShape.allCases, Self.placements) func `a failure leaves a null, and is counted`(
    shape: FunctionShape, placement: Placement
  )
    async throws
  {
    try await withShape(shape, placement, "  if x == 2: raise ValueError('two')\n  return 10 * x") { pool in
      let values = try await shape.call(pool, [1, 2, 3], onError: .null)
      let isTable = shape == .table || shape == .asyncTable
      #expect(values == (shape.failsTogether ? [nil, nil, nil] : isTable ? [10, 30] : [10, nil, 30]))
      #expect(pool.failureSummaries.map(\.failedRows) == [shape.failsTogether ? 3 : 1])
      #expect(pool.failureSummaries.first?.examples.first?.summary == "ValueError: two")
    }
  }

  @Test(arguments: FunctionShape.allCases, Self.placements) func `who observes failures gets each with its arguments`(
    shape: FunctionShape, placement: Placement
  ) async throws {
    try await withShape(shape, placement, "  if x == 2: raise ValueError('two')\n  return 10 * x") { pool in
      let seen = Mutex<[String]>([])
      pool.observeFailures { failure in seen.withLock { $0.append(failure.arguments ?? "") } }
      _ = try await shape.call(pool, [1, 2, 3], onError: .collect)
      let name = shape == .batches ? "arg0" : "x"
      let expected = (shape.failsTogether ? [1, 2, 3] : [2]).map { "{\"\(name)\": \($0)}" }
      let found = seen.withLock { $0 }
      #expect(found == expected || found == expected.map { $0.replacing("arg0", with: "batches") }, "\(found)")
    }
  }

  @Test(arguments: FunctionShape.allCases, Self.placements) func `a deadline ends it`(
    shape: FunctionShape, placement: Placement
  ) async throws {
    try await withShape(shape, placement, "  while x == 2: time.sleep(0.001)\n  return 10 * x") { pool in
      let error = await failure {
        _ = try await shape.call(pool, [1, 2, 3], timeouts: UDFTimeouts(batch: .milliseconds(300)))
      }
      #expect(error?.code == .deadlineExceeded)
      let values = try await shape.call(pool, [1, 3])
      #expect(values == [10, 30])
    }
  }

  @Test(arguments: FunctionShape.allCases, Self.placements)
  func `one that does not stop is given up, and another takes its place`(
    shape: FunctionShape, placement: Placement
  ) async throws {
    let work = """
        end = time.monotonic() + 15
        while x == 2 and time.monotonic() < end:
          try:
            while time.monotonic() < end: time.sleep(0.001)
          except BaseException: pass
        return 10 * x
      """
    try await withShape(shape, placement, work) { pool in
      let error = await failure {
        _ = try await shape.call(pool, [1, 2, 3], timeouts: UDFTimeouts(batch: .milliseconds(300)))
      }
      #expect(error?.code == .deadlineExceeded)
      let values = try await shape.call(pool, [1, 3])
      #expect(values == [10, 30])
      #expect(pool.abandonedInterpreterCount == 1)
    }
  }

  @Test(arguments: FunctionShape.allCases, Self.placements) func `cancelling the task stops it`(
    shape: FunctionShape, placement: Placement
  ) async throws {
    try await withShape(
      shape, placement, "  if x == 2: print('here', flush=True)\n  while x == 2: time.sleep(0.001)\n  return 10 * x"
    ) { pool in
      var records = pool.logRecords().makeAsyncIterator()
      let task = Task { try await shape.call(pool, [1, 2, 3]) }
      _ = await records.next()
      task.cancel()
      await #expect(throws: CancellationError.self) { _ = try await task.value }
      let values = try await shape.call(pool, [1, 3])
      #expect(values == [10, 30])
    }
  }

  @Test(arguments: FunctionShape.allCases, Self.placements)
  func `an interruption stops it, and until then its stack is seen`(
    shape: FunctionShape, placement: Placement
  ) async throws {
    try await withShape(
      shape, placement, "  if x == 2: print('here', flush=True)\n  while x == 2: time.sleep(0.001)\n  return 10 * x"
    ) { pool in
      var records = pool.logRecords().makeAsyncIterator()
      async let outcome = failure { _ = try await shape.call(pool, [1, 2, 3]) }
      _ = await records.next()
      let stacks = pool.stacks()
      #expect(stacks.contains { $0?.contains { $0.function == "work" } == true })
      pool.interrupt()
      let error = await outcome
      #expect(error?.code == .interrupted)
    }
  }

  @Test(arguments: FunctionShape.allCases, Self.placements) func `a memory limit holds`(
    shape: FunctionShape, placement: Placement
  ) async throws {
    try await withShape(shape, placement, "  return len(bytearray(10**9 if x == 2 else 10))", memoryLimit: 100_000_000)
    { pool in
      let error = await failure { _ = try await shape.call(pool, [1, 2, 3], onError: .null) }
      #expect(error?.code == .memoryExceeded)
      let values = try await shape.call(pool, [1, 3])
      #expect(values == [10, 10])
    }
  }

  @Test(arguments: FunctionShape.allCases, Self.placements) func `a policy holds`(
    shape: FunctionShape, placement: Placement
  ) async throws {
    try await withShape(shape, placement, "  return len(open('/etc/passwd', 'a').write('x')) if x == 2 else x") {
      pool in
      let error = await failure { _ = try await shape.call(pool, [1, 2, 3]) }
      #expect(error?.message.contains("PermissionError") == true)
      #expect(pool.denials.count == 1)
    }
  }

  @Test(arguments: FunctionShape.allCases, Self.placements) func `what it prints has its name`(
    shape: FunctionShape, placement: Placement
  ) async throws {
    try await withShape(shape, placement, "  print(f'got {x}')\n  return x") { pool in
      var records = pool.logRecords().makeAsyncIterator()
      _ = try await shape.call(pool, [7])
      let record = await records.next()
      #expect(record?.message == "got 7")
      #expect(record?.function == "f")
    }
  }

  @Test(arguments: FunctionShape.allCases) func `its failures, rows and time are in the metrics`(
    shape: FunctionShape
  ) async throws {
    let metrics = TestMetrics()
    try await withMetricsFactory(metrics) {
      try await withShape(shape, .interpreter, "  if x == 2: raise ValueError('two')\n  return 10 * x") { pool in
        _ = try await shape.call(pool, [1, 2, 3], onError: .null)
        await pool.closeAsync()
      }
    }
    let function = [("source", "shape.py"), ("function", "f")]
    // Of a table function these are the rows that it has given.
    let rows = shape == .table || shape == .asyncTable ? 2 : 3
    #expect(metrics.counterTotal(label: "clutch_udf_rows", dimensions: function) == Int64(rows))
    let errors = metrics.counterTotal(
      label: "clutch_udf_errors", dimensions: function + [("error", "ValueError")])
    #expect(errors == (shape.failsTogether ? 3 : 1))
    #expect(try metrics.expectTimer("clutch_udf_seconds", function).values.allSatisfy { $0 > 0 })
  }

  @Test(arguments: FunctionShape.allCases, Self.placements)
  func `a new version of its source is called by the next call`(
    shape: FunctionShape, placement: Placement
  ) async throws {
    let registry = UDFRegistry()
    try await registry.add("s", shape.source("  return x"), options(placement))
    let source = try registry.source("s")
    let before = try await shape.call(source, [1, 2])
    try await registry.replace("s", with: shape.source("  return 10 * x"))
    let after = try await shape.call(source, [1, 2])
    #expect([before, after] == [[1, 2], [10, 20]])
    try registry.remove("s")
  }
}
