import Columnar
import Foundation
import PythonUDF
import TestSupport
import Testing

/// Async functions: many rows at once on one event loop.
@Suite(.timeLimit(.minutes(30))) struct AsyncTests {
  private static let ten = Array(0..<10).map { Int64?(Int64($0)) }

  @Test func `results are in the order of the rows, in whichever order these end`() async throws {
    // Each row waits for the one after it.
    let source = """
      import asyncio
      ended, events = [], [asyncio.Event() for _ in range(11)]
      @udf
      async def f(x: int) -> int:
        if x < 9: await events[x + 1].wait()
        events[x].set()
        ended.append(x)
        return x * 2
      @udf
      def said() -> str: return str(ended)
      """
    try await withPool(of: source) { pool in
      #expect(try pool.signature(of: "f").kind == .concurrent)
      #expect(try pool.signature(of: "f").concurrency == 64)
      #expect(try pool.signature(of: "said").concurrency == nil)
      try await pool.expect("f", integers(Self.ten), gives: (0..<10).map { $0 * 2 })
      try await pool.expect("said", rows(1), gives: ["[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]"])
    }
  }

  @Test(arguments: [1, 3, 64])
  func `as many rows are under way as there may be, and never more`(limit: Int) async throws {
    let source = """
      import asyncio
      under_way = most = 0
      @udf(concurrency=\(limit))
      async def f(x: int) -> int:
        global under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(1 + x % 7): await asyncio.sleep(0)
        under_way -= 1
        return x
      @udf
      def peak() -> int: return most
      """
    try await withPool(of: source) { pool in
      let numbers = Column((0..<5_000).map { Optional(Int64($0)) })
      // Calls of several tasks, which the one interpreter runs one after the other.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for part in 0..<5 {
          let slice = try batch(numbers.slice(part * 1_000..<(part + 1) * 1_000))
          group.addTask {
            let found = try await pool.call("f", slice).toArray(of: Int64.self)
            #expect(found == (part * 1_000..<(part + 1) * 1_000).map { Int64($0) })
          }
        }
        try await group.waitForAll()
      }
      try await pool.expect("peak", rows(1), gives: [Int64(limit)])
    }
  }

  @Test func `all interpreters together have no more rows under way than there may be`() async throws {
    let folder = try TemporaryFolder()
    let source = """
      import asyncio, os, uuid
      folder = \(String(reflecting: folder.path))
      @udf(concurrency=3)
      async def f(x: int) -> int:
        path = os.path.join(folder, uuid.uuid4().hex)
        open(path, "w").close()
        await asyncio.sleep(0.001)
        count = len(os.listdir(folder))
        os.remove(path)
        return count
      """
    try await withPool(of: source, interpreters: 3) { pool in
      let counts = try await pool.call(
        "f", batches: (0..<6).map { _ in try! integers(Array(repeating: 1, count: 100)) })
      let most = try counts.flatMap { try $0.toArray(of: Int64.self).compactMap { $0 } }.max()
      #expect(try #require(most) <= 3)
    }
  }

  @Test func `a null is null without a call, unless the function takes it`() async throws {
    let source = """
      calls = 0
      @udf
      async def f(x: int) -> int:
        global calls
        calls += 1
        return x + 1
      @udf
      async def g(x: int | None, y: int) -> int | None: return None if x is None else x + y
      @udf
      def count() -> int: return calls
      """
    try await withPool(of: source) { pool in
      try await pool.expect("f", integers([nil, 1, nil, nil, 3]), gives: [nil, 2, nil, nil, 4])
      try await pool.expect("f", integers([nil]), gives: [Int64?.none])
      #expect(try await pool.call("f", integers([])).count == 0)
      try await pool.expect("count", rows(1), gives: [2])
      let two = try batch(Column([1, nil, 3] as [Int64?]), Column([1, 1, nil] as [Int64?]))
      try await pool.expect("g", two, gives: [2, nil, nil])
    }
  }

  @Test func `rows with equal arguments share a call of a deterministic function, also if it fails`() async throws {
    let source = """
      import asyncio
      calls = []
      @udf(deterministic=True)
      async def f(x: int) -> str:
        calls.append(x)
        await asyncio.sleep(0)
        if x == 2: raise ValueError("two")
        return f"<{x}>"
      @udf
      def said() -> str: return str(calls)
      """
    try await withPool(of: source) { pool in
      let found = try await pool.outcomes("f", integers([1, 2, 1, 2, 3, 1]))
      #expect(found == ["\"<1>\"", "ValueError: two", "\"<1>\"", "ValueError: two", "\"<3>\"", "\"<1>\""])
      try await pool.expect("said", rows(1), gives: ["[1, 2, 3]"])
    }
  }

  @Test(arguments: [
    // Whatever can be awaited will do.
    ("async def f(x: int) -> int: return x + 1", ["2", "3"]),
    ("class f:\n  n = 1\n  async def __call__(self, x: int) -> int: return x + self.n", ["2", "3"]),
    ("async def f(x: int) -> list[int]: return [x] * x", ["[1]", "[2, 2]"]),
    ("async def f(*xs: int) -> int: return len(xs)", ["1", "1"]),
    ("async def f(x: int, y: int = 5) -> int: return x + y", ["6", "7"]),
  ])
  func `any form of an async function is one`(function: String, expected: [String]) async throws {
    try await withPool(of: "@udf\n" + function) { pool in
      #expect(try pool.signature(of: "f").kind == .concurrent)
      let found = try await pool.outcomes("f", integers([1, 2]))
      #expect(found == expected)
    }
  }

  @Test func `partials, marked functions and declared ones are async too`() async throws {
    let source = """
      import asyncio, functools, inspect
      async def add(x: int, y: int) -> int: return x + y
      udf(name="five")(functools.partial(add, 5))
      def later(x: int) -> int:
        future = asyncio.get_running_loop().create_future()
        future.set_result(x)
        return future
      udf(inspect.markcoroutinefunction(later))
      """
    let source2 = UDFSource("from clutch import udf\n" + source, functions: ["twice(BIGINT, BIGINT) -> BIGINT = add"])
    try await withPool(source2) { pool in
      try await pool.expect("five", integers([1]), gives: [6])
      try await pool.expect("later", integers([4]), gives: [4])
      try await pool.expect("twice", batch(Column([1] as [Int64?]), Column([2] as [Int64?])), gives: [3])
    }
  }

  @Test func `async and plain functions stand side by side, and share the loop's objects`() async throws {
    let source = """
      import asyncio
      lock = asyncio.Semaphore(2)
      seen = set()
      @udf
      async def f(x: int) -> int:
        seen.add(id(asyncio.get_running_loop()))
        async with lock: await asyncio.sleep(0)
        return x
      @udf
      def own() -> int:
        async def inner():
          await asyncio.sleep(0)
          return 7
        return asyncio.run(inner())
      @udf
      def loops() -> int: return len(seen)
      """
    try await withPool(of: source) { pool in
      for _ in 0..<3 {
        try await pool.expect("f", integers(Self.ten), gives: Self.ten)
        try await pool.expect("own", rows(1), gives: [7])
      }
      try await pool.expect("loops", rows(1), gives: [1])
    }
  }

  @Test func `task groups, threads, name resolution and streams work`() async throws {
    let source = """
      import asyncio, threading
      @udf
      async def group(x: int) -> int:
        async def part(n):
          await asyncio.sleep(0)
          return n
        async with asyncio.TaskGroup() as tasks:
          parts = [tasks.create_task(part(n)) for n in range(x)]
        return sum(part.result() for part in parts)
      @udf
      async def thread(x: int) -> bool:
        return await asyncio.to_thread(threading.get_ident) != threading.get_ident()
      @udf
      async def resolved(name: str) -> bool:
        return bool(await asyncio.get_running_loop().getaddrinfo(name, 80))
      @udf
      async def echoed(text: str) -> str:
        async def serve(reader, writer):
          writer.write((await reader.readline()).upper())
          await writer.drain()
          writer.close()
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
          reader, writer = await asyncio.open_connection("localhost", server.sockets[0].getsockname()[1])
          writer.write(text.encode() + b"\\n")
          answer = await reader.read()
          writer.close()
          await writer.wait_closed()
          return answer.decode().strip()
      """
    try await withPool(of: source) { pool in
      try await pool.expect("group", integers([3, 4]), gives: [3, 6])
      try await pool.expect("thread", integers([1, 2]), gives: [true, true])
      try await pool.expect("resolved", batch(Column(["localhost"])), gives: [true])
      try await pool.expect("echoed", batch(Column(["a", "b"])), gives: ["A", "B"])
    }
  }

  @Test func `what the file does to asyncio changes nothing`() async throws {
    let source = """
      import asyncio, asyncio.tasks, selectors
      sleep = asyncio.sleep
      class Policy:
        def __getattr__(self, name): raise RuntimeError("no policy")
      try: asyncio.set_event_loop_policy(Policy())
      except Exception: pass
      for name in ("run", "Runner", "new_event_loop", "get_event_loop", "SelectorEventLoop", "Task", "wait", "all_tasks", "gather"):
        setattr(asyncio, name, None)
      selectors.DefaultSelector = None

      @udf(timeout=30)
      async def f(x: int) -> int:
        await sleep(0)
        return x
      """
    try await withPool(of: source) { pool in
      try await pool.expect("f", integers(Self.ten), gives: Self.ten)
    }
  }

  @Test func `timeouts and sleeps go by the machine's clock, where a file has stopped its own`() async throws {
    let source = """
      import asyncio, time
      time.monotonic = time.time = lambda: 0.0

      @udf(timeout=0.05, on_error="null")
      async def f(x: int) -> int:
        try: asyncio.get_running_loop().time = lambda: 0.0
        except AttributeError: pass
        await asyncio.sleep(0.001 if x else 3600)
        return x
      """
    try await withPool(of: source) { pool in
      try await pool.expect("f", integers([1, 0, 2, 0]), gives: [1, nil, 2, nil])
    }
  }

  @Test func `rows are tasks with contexts of their own`() async throws {
    let source = """
      import asyncio, contextvars
      var = contextvars.ContextVar("var", default="none")
      @udf
      async def f(x: int) -> str:
        before = var.get()
        var.set(str(x))
        await asyncio.sleep(0)
        return f"{before} {var.get()}"
      @udf
      async def tasks(x: int) -> int: return len({asyncio.current_task()} & asyncio.all_tasks())
      """
    try await withPool(of: source) { pool in
      try await pool.expect("f", integers([1, 2]), gives: ["none 1", "none 2"])
      try await pool.expect("tasks", integers([1, 2]), gives: [1, 1])
    }
  }

  @Test func `a loop that the file has closed is made anew`() async throws {
    let source = """
      import asyncio
      loop = None
      @udf
      async def f(x: int) -> int:
        global loop
        loop = asyncio.get_running_loop()
        loop.stop()  # which is nobody's but ours to say
        await asyncio.sleep(0.001)
        return x
      @udf
      def close() -> int:
        loop.close()
        return 1
      """
    try await withPool(of: source) { pool in
      try await pool.expect("f", integers(Self.ten), gives: Self.ten)
      try await pool.expect("close", rows(1), gives: [1])
      try await pool.expect("f", integers(Self.ten), gives: Self.ten)
    }
  }

  @Test func `a source with async functions is replaced while it is called`() async throws {
    func source(_ version: Int) -> UDFSource {
      UDFSource(
        "import asyncio\nfrom clutch import udf\n@udf\nasync def f(x: int) -> int:\n  await asyncio.sleep(0.001)\n  return x + \(version)"
      )
    }
    let registry = UDFRegistry()
    let plain = UDFSource("from clutch import udf\n@udf\ndef f(x: int) -> int: return x")
    try await registry.add("s", plain, HostOptions(interpreters: 2))
    let calls = Task {
      while !Task.isCancelled {
        let found = try await registry.source("s").call("f", integers([0, 0, 0])).toArray(of: Int64.self)
        #expect(Set(found).count == 1)
      }
    }
    for version in 1...3 { try await registry.replace("s", with: source(version)) }
    let last = try await registry.source("s").call("f", integers([0])).toArray(of: Int64.self)
    #expect(last == [3])
    calls.cancel()
    _ = try? await calls.value
  }

  @Test func `calls leave nothing behind`() async throws {
    let source = """
      import asyncio, gc
      @udf(on_error="null", timeout=0.002)
      async def f(x: int) -> int:
        await asyncio.sleep(1 if x % 50 == 7 else 0)
        if x % 10 == 0: raise ValueError(x)
        return x
      @udf
      def objects() -> int:
        gc.collect()
        return len(gc.get_objects())
      """
    try await withPool(of: source) { pool in
      let numbers = try integers((0..<200).map { Int64($0) })
      let grown = try await growth(noise: 40) { _ in
        for _ in 0..<5 { _ = try await pool.evaluate("f", numbers) }
        return try await pool.call("objects", rows(1)).toArray(of: Int64.self)[0] ?? 0
      }
      #expect(abs(grown.last ?? .max) <= 40, "\(grown)")
    }
  }
}
