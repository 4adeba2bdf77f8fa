import Columnar
import PythonFunctions
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// The places that the rows of an async function take in all interpreters together.
@Suite(.serialized, .timeLimit(.minutes(30))) struct ConcurrentPlacesTests {
  @Test func `calls share the places, and each gives its own back`() {
    let places = ConcurrentPlaces(2)
    let (one, other) = (ConcurrentPlaces.Lease(places), ConcurrentPlaces.Lease(places))
    #expect(one.take() && other.take())
    #expect(!one.take() && !other.take())
    one.giveBack()
    // It has none that it could give.
    one.giveBack()
    #expect(other.take() && !one.take())
    other.close()
    #expect(one.take() && one.take() && !one.take())
  }

  @Test func `a call that was given up and goes on takes no places any more, and gives none back`() {
    let places = ConcurrentPlaces(1)
    let lost = ConcurrentPlaces.Lease(places)
    #expect(lost.take())
    lost.close()
    lost.giveBack()
    #expect(lost.take())
    let next = ConcurrentPlaces.Lease(places)
    #expect(next.take() && !next.take())
  }

  @Test func `a call waits for places of another interpreter, and gets those of one that was given up`() async throws {
    let folder = try TemporaryFolder()
    let source = """
      import asyncio, os, time
      folder = \(String(reflecting: folder.path))
      @udf(concurrency=1)
      async def f(x: int) -> int:
        if x == 1:
          open(os.path.join(folder, "begun"), "w").close()
          while not os.path.exists(os.path.join(folder, "go")): await asyncio.sleep(0.001)
        if x == 2: time.sleep(4)
        return x
      """
    try await withPool(of: source, interpreters: 2) { pool in
      let first = Task { try await pool.call("f", integers([1])).toArray(of: Int64.self) }
      try await appears(folder.path + "/begun")
      // The other interpreter has no place for its row, and can be stopped all the same.
      let error = try await #require(throws: UDFError.self) {
        try await pool.evaluate("f", integers([3]), timeouts: UDFTimeouts(batch: .milliseconds(100)))
      }
      #expect(error.code == .deadlineExceeded)
      let second = Task { try await pool.call("f", integers([3, 4])).toArray(of: Int64.self) }
      try folder.write("go", "")
      #expect(try await first.value == [1])
      #expect(try await second.value == [3, 4])
      let lost = try await #require(throws: UDFError.self) {
        try await pool.evaluate("f", integers([2]), timeouts: UDFTimeouts(batch: .milliseconds(100)))
      }
      #expect(lost.message.contains("its interpreter was given up"))
      try await pool.expect("f", integers([5, 6]), gives: [5, 6])
    }
  }
}
