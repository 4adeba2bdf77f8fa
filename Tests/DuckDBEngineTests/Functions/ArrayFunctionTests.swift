import DuckDBEngine
import PythonRuntime
import PythonUDF
import TestSupport
import Testing
import ThreadConfinement

/// Functions of the main interpreter in SQL, in a process of their own.
@Suite(.timeLimit(.minutes(30))) struct ArrayFunctionTests {
  @Test func `arrays, series and Arrow arrays are SQL's columns, with the threads of its queries`() async {
    await #expect(processExitsWith: .success) {
      ThisProcess.end(after: 300)
      let group = try ThreadGroup(count: 2, name: "query")
      let options = HostOptions(
        placement: .main, discovery: PythonDiscovery(explicitPath: try Checkout.environment()), threads: group)
      let pool = try UDFPool(
        UDFSource(
          """
          import numpy, pyarrow.compute as pc
          from clutch import Array, Arrow, Series, udf
          @udf(batch=True)
          def half(x: Array[float]) -> Array[float]: return x / 2
          @udf(batch=True)
          def more(x: Series[int]) -> Series[int]: return x + 1
          @udf(batch=True)
          def louder(x: Arrow[str]) -> Arrow[str]: return pc.utf8_upper(x)
          """), options)
      let connection = try TestLibrary.duckdbWheel.connect(["threads": "2"])
      try connection.register(pool)
      func rows(_ sql: String) throws -> [String] {
        try connection.rows(sql).map { $0.map { "\($0)" }.joined(separator: " ") }
      }
      #expect(try rows("SELECT sum(half(i::DOUBLE)) FROM range(100000) t(i)") == ["2499975000.0"])
      #expect(try rows("SELECT half(x) FROM (VALUES (1.0::DOUBLE), (NULL), (3.0)) t(x)") == ["0.5", "NULL", "1.5"])
      #expect(try rows("SELECT half(NULL::DOUBLE), half(3)") == ["NULL 1.5"])
      #expect(try rows("SELECT more(x) FROM (VALUES (9007199254740992), (NULL)) t(x)") == ["9007199254740993", "NULL"])
      #expect(try rows("SELECT louder(x) FROM (VALUES ('a'), (NULL), ('an é')) t(x)") == ["A", "NULL", "AN É"])
      pool.close()
    }
  }
}
