import Columnar
import PythonUDF
import Testing

@Suite struct Smoke {
  @Test func smoke() async throws {
    let source = """
    from __future__ import annotations
    from clutch import udf
    @udf
    def add(x: float | None, y: "float") -> float:
        "Adds."
        return (x or 0) + 1 / y
    """
    let udf = try await ThreadedUDFInterpreter(source: source)
    print(udf.signature)
    let batch = try RecordBatch(schema: Schema([Field(name: "a", type: .float64), Field(name: "b", type: .int32)]), columns: [Column([1, nil, 3] as [Double?]), Column([1, 2, nil] as [Int32?])])
    let r = try await udf.call(batch)
    print(r)
    let bad = try RecordBatch(schema: Schema([Field(name: "a", type: .float64), Field(name: "b", type: .int32)]), columns: [Column([1, nil, 3] as [Double?]), Column([1, 2, 0] as [Int32?])])
    do { _ = try await udf.call(bad) } catch { print(error) }
    await udf.close()
    do { _ = try await udf.call(bad) } catch { print(error) }
    for s in ["def f(", "from clutch import udf\n@udf\ndef f(x) -> int: pass", "from clutch import udf\n@udf\ndef f(x: list) -> int: pass", "x = 1", "raise ValueError('x')", "import sys\nsys.exit(3)", "from clutch import udf\n@udf\ndef f(x: int) -> int: pass\n@udf\ndef F(x: int) -> int: pass"] {
      do { _ = try await ThreadedUDFInterpreter(source: s) } catch { print("---\n\(error)") }
    }
    let pool = try UDFPool(UDFSource(source), interpreters: 4)
    let rs = try await pool.call("add", batches: (0..<100).map { _ in batch })
    print(rs.count)
    pool.close()
  }
}
