import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Large results that are used where numpy and pyarrow have put them.
@Suite(.timeLimit(.minutes(30))) struct BatchLendingTests {
  /// So many that nobody copies them.
  private static let count = 50_000

  private static let source = """
    import numpy, pyarrow, weakref
    from clutch import *
    KEPT = numpy.zeros(\(count))
    SEEN = []
    @udf(batch=True)
    def fresh(x: Array[float]) -> Array[float]: return x + 1
    @udf(batch=True)
    def kept(x: Array[float]) -> Array[float]:
        numpy.add(x, 1, out=KEPT)
        return KEPT
    @udf(batch=True)
    def shown(x: Array[float]) -> Array[float]:
        numpy.add(x, 1, out=KEPT)
        return KEPT[:]
    @udf(batch=True)
    def watched(x: Array[float]) -> Array[float]:
        made = SEEN[0]() if SEEN else None
        if made is not None: made[:] = 0
        made = x + 1
        SEEN[:] = [weakref.ref(made)]
        return made
    @udf(batch=True)
    def masked(x: Array[float | None]) -> Array[float]:
        made = numpy.ma.MaskedArray(KEPT, mask=numpy.ma.getmaskarray(x))
        numpy.add(x.data, 1, out=KEPT)
        return made
    @udf(batch=True)
    def same(x: Array[float]) -> Array[float]: return x
    @udf(batch=True)
    def arrow(x: Arrow[float]) -> Arrow[float]:
        numpy.add(x.to_numpy(), 1, out=KEPT)
        return pyarrow.array(KEPT)
    @udf(batch=True)
    def mask(x: Array[int | None]) -> Array[int]: return x
    @udf(batch=True)
    def bits(x: Array[bool]) -> Array[bool]: return x
    """

  private static func numbers(_ start: Int) -> [Double] { (0..<count).map { Double($0 + start) } }

  private static func column(_ start: Int) throws -> RecordBatch {
    try batch(Column(numbers(start).map(Optional.some)))
  }

  /// Each function, twice: what the first call gave must not change with the second.
  private static func callTwice(_ pool: UDFPool) async throws {
    for name in ["fresh", "kept", "shown", "watched", "masked", "same", "arrow"] {
      let first = try await pool.call(name, column(0))
      let second = try await pool.call(name, column(5))
      let more = name == "same" ? 0 : 1
      let (one, two) = (try first.toArray(of: Double.self), try second.toArray(of: Double.self))
      #expect(one == numbers(more).map(Optional.some), "\(name)")
      #expect(two == numbers(5 + more).map(Optional.some), "\(name)")
    }
  }

  @Test func `results stay as they were in the main interpreter, also when it is closed`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(Self.source)
      try await Self.callTwice(pool)
      let last = try await pool.call("fresh", Self.column(2))
      pool.close()
      #expect(try last.toArray(of: Double.self) == Self.numbers(3).map(Optional.some))
      try CPython.shutDown()
      #expect(try last.toArray(of: Double.self) == Self.numbers(3).map(Optional.some))
    }
  }

  @Test func `results stay as they were in a worker`() async throws {
    let options = HostOptions(
      interpreters: 1, placement: .worker, worker: try Checkout.clutch(),
      discovery: PythonDiscovery(explicitPath: try Checkout.environment()))
    let pool = try UDFPool(UDFSource(Self.source), options)
    defer { pool.close() }
    try await Self.callTwice(pool)
  }

  #if os(Linux)
    @Test func `their memory comes back`() async {
      await #expect(processExitsWith: .success) {
        let pool = try MainProcess.pool(Self.source)
        func resident() throws -> Int {
          let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
          return try #require(Int(fields[1])) * 4_096
        }
        let numbers = try batch(Column((0..<1_000_000).map { Optional(Double($0)) }))
        for _ in 0..<5 { _ = try await pool.call("fresh", numbers) }
        let before = try resident()
        // 400 MB.
        for _ in 0..<50 { _ = try await pool.call("fresh", numbers) }
        #expect(try resident() - before < 100 << 20)
        pool.close()
      }
    }
  #endif

  @Test func `nulls and bits are where they were, whatever their number and their beginning`() async {
    await #expect(processExitsWith: .success) {
      let pool = try MainProcess.pool(Self.source)
      for count in [1, 7, 8, 9, 63, 64, 65, 1_000, 20_003] {
        for first in [0, 1, 5, 8, 13] {
          let all = 0..<count + first
          let integers = all.map { $0 % 3 == 1 || $0 % 17 == 4 ? nil : Int64($0) }
          let given = try batch(Column(integers)).slice(first..<first + count)
          let found = try await pool.call("mask", given).toArray(of: Int64.self)
          #expect(found == Array(integers[first...]), "\(count) from \(first)")
          let bits = all.map { Optional($0 % 5 == 2 || $0 % 7 == 3) }
          let same = try await pool.call("bits", batch(Column(bits)).slice(first..<first + count))
          #expect(try same.toArray(of: Bool.self) == Array(bits[first...]), "\(count) from \(first)")
        }
      }
      pool.close()
    }
  }
}
