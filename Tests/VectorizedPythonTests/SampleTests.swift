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
}
