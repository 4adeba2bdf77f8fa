import Columnar
import Functions
import PythonRuntime
import PythonUDF
import Testing

/// Rows that Python computes too.
@Suite(.serialized, .timeLimit(.minutes(30))) struct SampleTests {
  @Test func `a function that gives something else than Python does not go on for long`() throws {
    // No guard sees this.
    let source = """
      import ctypes
      from clutch import udf
      RATE = float("2.5")
      @udf
      def f(x: float) -> float:
        return x * RATE
      @udf(vectorize=False)
      def change(x: int) -> int:
        ctypes.c_double.from_address(id(RATE) + 16).value = 3.5
        return 0
      """
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: 1, policy: .open))
    defer { pool.close() }
    let numbers = try batch(Column((0..<3000).map { Double($0) } as [Double?]))
    let before = try pool.rows("f", numbers)
    #expect(before.vectorizedRows == 3000)
    _ = try pool.rows("change", counting(1))
    for _ in 0..<4 { _ = try pool.rows("f", numbers) }
    let after = try pool.rows("f", numbers)
    #expect(after.vectorizedRows == 0)
    let found = try after.values.toArray(of: Double.self)
    #expect(found == (0..<3000).map { Double($0) * 3.5 })
  }

  @Test func `rows that are compared are the same, of every type`() throws {
    let source = """
      from clutch import Float32, Int16, udf
      @udf
      def a(x: int) -> float: return x / 3
      @udf
      def b(x: int) -> Float32: return x / 3
      @udf
      def c(x: int) -> Int16: return x % 1000
      @udf
      def d(x: int) -> bool: return x % 3 == 0
      @udf
      def e(x: int) -> str: return f"<{x}>"
      @udf
      def f(x: int) -> int | None: return None if x % 2 else x
      @udf
      def g(x: int) -> float: return 1e308 * 10 * (x - x)
      """
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: 1))
    defer { pool.close() }
    for name in "abcdefg" {
      for _ in 0..<3 {
        // Ten of these are compared.
        let result = try pool.rows(String(name), counting(100_000))
        #expect(result.vectorizedRows == 100_000, "\(name)")
      }
    }
  }

  @Test func `rows that Python runs run once, also where nothing in sight has effects`() throws {
    // All go to the handler, which counts.
    let source = """
      from clutch import udf
      seen = [0]
      @udf
      def numbered(x: int) -> int:
        try:
          return int(str(x) + "x") if x % 3 == 0 else ord(str(x + 10**9))
        except (ValueError, TypeError):
          seen[0] += 1
          return seen[0]
      """
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: 1))
    defer { pool.close() }
    var calls: Int64 = 0
    // Of 60,000 rows six would be compared.
    for _ in 0..<6 {
      for found in try pool.integers("numbered", counting(10_000)) {
        calls += 1
        #expect(found == calls)
        guard found == calls else { return }
      }
    }
  }

  @Test func `a row that takes too long is named, also where it would have been compared`() throws {
    let source = """
      from clutch import udf
      @udf(timeout=0.3)
      def f(x: int) -> int:
        while x == 4986:
          pass
        return x
      """
    let pool = try UDFPool(UDFSource(source), HostOptions(interpreters: 1))
    defer { pool.close() }
    let error = #expect(throws: UDFError.self) { try pool.rows("f", counting(10_000)) }
    #expect(error?.row?.index == 4986)
    #expect(error?.code == .deadlineExceeded)
  }
}
