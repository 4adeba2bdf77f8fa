import DuckDBEngine
import Foundation
import PythonUDF
import TestSupport
import Testing

@Suite struct FailureTests {
  @Test(arguments: TestLibrary.allCases)
  func `An exception fails the query with its row, arguments and traceback`(library: TestLibrary) throws {
    let source = """
      def inner(x, text):
          raise ValueError(f"no {text}: ☂")

      @udf
      def f(x: int, text: str | None) -> int:
          if x == 2500:
              inner(x, text)
          return x
      """
    let connection = try library.connect(with: source, threads: 1)
    let message = try connection.failure("SELECT f(i, 'duck ' || i) FROM range(5000) t(i)")
    #expect(
      message == """
        Invalid Input Error: UDF f failed at row 452 of its batch (x=2500, text='duck 2500'): ValueError: no duck 2500: ☂
        Traceback (most recent call last):
          File "functions.py", line 8, in f
            inner(x, text)
          File "functions.py", line 3, in inner
            raise ValueError(f"no {text}: ☂")
        ValueError: no duck 2500: ☂
        """)
    #expect(try connection.rows("SELECT f(1, NULL)") == [[.integer(1)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `Many failing queries leave the connection and the pool usable`(library: TestLibrary) throws {
    let source = """
      @udf
      def f(x: int) -> int:
          return 1 // (x - 7000)
      """
    let connection = try library.connect(with: source, interpreters: 2)
    for _ in 0..<20 {
      let message = try connection.failure("SELECT sum(f(i)) FROM range(20000) t(i)")
      #expect(message?.contains("(x=7000): ZeroDivisionError") == true, "\(message ?? "no failure")")
    }
    #expect(try connection.rows("SELECT f(7001)") == [[.integer(1)]])
  }

  @Test(arguments: TestLibrary.allCases)
  func `A query after the pool was closed says so`(library: TestLibrary) throws {
    let (connection, pool) = try library.functions("@udf\ndef f(x: int) -> int:\n    return x\n")
    #expect(try connection.rows("SELECT f(1)") == [[.integer(1)]])
    pool.close()
    #expect(
      try connection.failure("SELECT f(1)") == "Invalid Input Error: the pool of interpreters has been closed")
    #expect(try connection.rows("SELECT 2") == [[.integer(2)]])
  }

  @Test(.timeLimit(.minutes(30)), arguments: TestLibrary.allCases)
  func `Interrupting the connection and the pool stops a slow query`(library: TestLibrary) throws {
    let folder = try TemporaryFolder()
    // Half a minute, if nothing stopped it. Its first row tells that it is under way.
    let source = """
      import time

      @udf
      def slow(x: int) -> int:
          open("\(folder.path)/begun", "w").close()
          time.sleep(0.05)
          return x
      """
    let pool = try TestLibrary.pool(source)
    defer { pool.close() }
    let connection = try library.connect(["threads": "1"])
    try connection.register(pool)
    let path = folder.path
    let interrupter = Thread {
      let deadline = Date(timeIntervalSinceNow: 300)
      while !FileManager.default.fileExists(atPath: "\(path)/begun"), Date() < deadline { usleep(5_000) }
      connection.interrupt()
      pool.interrupt()
    }
    interrupter.start()
    let message = try connection.failure("SELECT sum(slow(i)) FROM range(600) t(i)")
    #expect(message?.contains("nterrupt") == true, "\(message ?? "it was not stopped")")
    #expect(try connection.rows("SELECT slow(3)") == [[.integer(3)]])
  }
}
