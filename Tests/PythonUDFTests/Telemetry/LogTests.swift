import Columnar
import InMemoryLogging
import Logging
import PythonRuntime
import PythonUDF
import Testing

/// A message as a table shows it.
private func shown(_ record: UDFLogRecord) -> String {
  let place = [record.function, record.row.map { "[\($0)]" }].compactMap(\.self).joined()
  return "\(place) \(record.level) \(record.origin) \(record.loggerName.map { "\($0): " } ?? "")\(record.message)"
}

/// What functions write while `body` calls them, up to the pool's end.
private func records(
  of functions: String, logging: UDFLogging = UDFLogging(logger: .silent), interpreters: Int = 1,
  configuration: SubInterpreter.Configuration = .isolated, _ body: (UDFPool) async throws -> Void
) async throws -> [UDFLogRecord] {
  let source = UDFSource("import sys, logging, warnings\nfrom clutch import udf\n" + functions, name: "file.py")
  let pool = try UDFPool(
    source, HostOptions(interpreters: interpreters, configuration: configuration, logging: logging))
  let records = pool.logRecords()
  do { try await body(pool) } catch {
    pool.close()
    throw error
  }
  pool.close()
  return await records.reduce(into: []) { $0.append($1) }
}

extension Logger {
  fileprivate static var silent: Logger { Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() } }
}

@Suite(.timeLimit(.minutes(30))) struct LogTests {
  private static let cases: [(statement: String, messages: [String])] = [
    ("print('a', 1)", ["info output a 1"]),
    ("print('a'); print('b', end='!\\n')", ["info output a", "info output b!"]),
    ("print('a', file=sys.stderr)", ["notice errorOutput a"]),
    ("sys.__stdout__.write('original\\n')", ["info output original"]),
    ("sys.stdout.buffer.write(b'bytes\\n')", ["info output bytes"]),
    ("sys.stdout.buffer.write(b'\\xff\\r\\n')", ["info output \u{FFFD}"]),
    ("[sys.stdout.buffer.write(bytes([b])) for b in 'ü €\\n'.encode()]", ["info output ü €"]),
    ("print('\\ud800')", ["info output \\ud800"]),
    ("print('a\\0b')", ["info output a\0b"]),
    ("print(); print('')", []),
    ("logging.getLogger('my.app').warning('w %d', 1)", ["warning logging my.app: w 1"]),
    ("logging.error('e')", ["error logging root: ERROR:root:e"]),
    ("logging.critical('c\\nd')", ["critical logging root: CRITICAL:root:c\nd"]),
    ("logging.info('not enabled')", []),
    ("logging.log(35, 'between')", ["warning logging root: Level 35:root:between"]),
    (
      "logging.basicConfig(level=1, format='%(levelname)s-%(message)s'); logging.debug('d'); logging.log(5, 't')",
      ["debug logging root: DEBUG-d", "trace logging root: Level 5-t"]
    ),
    (
      "logging.getLogger().addHandler(logging.StreamHandler(sys.stdout)); logging.error('e')",
      ["error logging root: e"]
    ),
    ("import io; logging.basicConfig(stream=io.StringIO()); logging.error('elsewhere')", []),
    ("warnings.warn('old')", ["warning warnings file.py:5: UserWarning: old"]),
    (
      "warnings.simplefilter('always'); warnings.warn('old', DeprecationWarning)",
      ["warning warnings file.py:5: DeprecationWarning: old"]
    ),
    ("import contextlib, io\n  with contextlib.redirect_stdout(io.StringIO()): print('kept')", []),
    (
      "import traceback\n  try: 1/0\n  except ZeroDivisionError: traceback.print_exc(limit=0)",
      ["notice errorOutput ZeroDivisionError: division by zero"]
    ),
  ]

  @Test(arguments: cases)
  func `what a function writes has its function, row and level`(
    statement: String, messages: [String]
  ) async throws {
    let found = try await records(of: "@udf\ndef f(x: int) -> int:\n  \(statement)\n  return x") { pool in
      try await pool.expect("f", integers([nil, 7]), gives: [nil, 7])
    }
    #expect(found.map(shown) == messages.map { "f[1] " + $0 })
    #expect(found.allSatisfy { $0.source == "file.py" })
  }

  @Test func `a line belongs to the row that began it, and ends with the batch`() async throws {
    let functions = """
      @udf
      def f(x: int) -> int:
          sys.stdout.write(f"{x}\\n" if x % 3 == 2 else f"{x} ")
          sys.stderr.write("." if x == 4 else "")
          return x
      """
    let found = try await records(of: functions) { pool in
      _ = try await pool.call("f", integers([0, 1, 2, 3, 4]))
      _ = try await pool.call("f", integers([5]))
    }
    #expect(
      found.map(shown) == [
        "f[0] info output 0 1 2", "f[3] info output 3 4 ", "f[4] notice errorOutput .", "f[0] info output 5",
      ])
  }

  @Test func `what is written outside of calls has no function`() async throws {
    let source = """
      import atexit
      print("loading")
      atexit.register(print, "the end")
      @udf
      def f(x: int) -> int: return x
      """
    let all = UDFLogging(logger: .silent)
    let collected = InMemoryLogHandler()
    let found = try await records(of: source, logging: all) { _ in }
    #expect(found.map(shown) == [" info output the end"])
    // Loading is over before anybody can listen; the logger is there.
    _ = try await records(of: source, logging: UDFLogging(logger: Logger(label: "") { _ in collected })) { _ in }
    #expect(collected.entries.map { "\($0.message)" } == ["loading", "the end"])
  }

  @Test func `messages reach the logger with their metadata, from its level on`() async throws {
    let functions = """
      @udf
      def f(x: int) -> int:
          print("printed")
          logging.getLogger("app").error("broken")
          return x
      """
    let collected = InMemoryLogHandler()
    var logger = Logger(label: "") { _ in collected }
    _ = try await records(of: functions, logging: UDFLogging(logger: logger)) {
      _ = try await $0.call("f", integers([1]))
    }
    #expect(collected.entries.map(\.level) == [.info, .error])
    #expect(
      collected.entries.first?.metadata == [
        "udf.source": "file.py", "udf.function": "f", "udf.row": "0", "udf.origin": "output",
      ])
    #expect(collected.entries.last?.metadata["udf.logger"] == "app")

    collected.clear()
    logger.logLevel = .warning
    let found = try await records(of: functions, logging: UDFLogging(logger: logger)) {
      _ = try await $0.call("f", integers([1]))
    }
    #expect(collected.entries.map { "\($0.message)" } == ["broken"])
    #expect(found.map(\.message) == ["printed", "broken"], "who listens gets everything")
  }

  @Test func `denials are logged`() async throws {
    let functions = """
      @udf
      def f(x: int) -> int:
          try: open("/etc/hosts", "w")
          except PermissionError: return x
      """
    let found = try await records(of: functions) { try await $0.expect("f", integers([1, 2]), gives: [1, 2]) }
    let denial = "the policy 'guarded' denies writing files outside TMP: open('/etc/hosts', 'w')"
    #expect(found.map(shown) == ["f[0] warning policy \(denial)", "f[1] warning policy \(denial)"])
  }

  @Test func `what is no text is refused as by any file`() async throws {
    let functions = """
      def refused(statement) -> str:
          try: eval(statement)
          except Exception as error: return f"{type(error).__name__}: {error}"
      @udf
      def f(statement: str) -> str: return refused(statement)
      """
    let statements = [
      "sys.stdout.write(5)", "sys.stdout.buffer.write('text')", "sys.stdout.fileno()", "sys.stdout.read()",
      "type(sys.stdout.buffer).write()", "sys.modules['_clutch_logs'].log(1)",
    ]
    let found = try await records(of: functions) { pool in
      let values = try await pool.call("f", batch(Column(statements))).toArray(of: String.self)
      #expect(
        values == [
          "TypeError: write() argument must be str, not int", "TypeError: cannot convert 'str' object to bytes",
          "UnsupportedOperation: fileno", "UnsupportedOperation: not readable", "TypeError: write() takes bytes", nil,
        ])
    }
    #expect(found.isEmpty)
  }

  @Test func `threads that user code starts write too`() async throws {
    let functions = """
      import threading
      @udf
      def f(x: int) -> int:
          thread = threading.Thread(target=print, args=("from a thread",))
          thread.start(); thread.join()
          return x
      """
    var configuration = SubInterpreter.Configuration.isolated
    configuration.allowsThreads = true
    let found = try await records(of: functions, configuration: configuration) {
      _ = try await $0.call("f", integers([1]))
    }
    #expect(found.map(shown) == ["f[0] info output from a thread"])
  }

  @Test func `logging that is imported late keeps its levels`() async throws {
    let source = UDFSource("from clutch import udf\n@udf\ndef f() -> None:\n  import logging; logging.error('late')")
    let pool = try UDFPool(source, HostOptions(interpreters: 1, logging: UDFLogging(logger: .silent)))
    let found = pool.logRecords()
    _ = try await pool.call("f", rows(1))
    pool.close()
    #expect(await found.reduce(into: []) { $0.append(shown($1)) } == ["f[0] error logging root: ERROR:root:late"])
  }

  @Test func `the actor of one function logs as a pool does`() async throws {
    let source = "from clutch import udf\n@udf\ndef f() -> None: print('here')"
    let udf = try await ThreadedUDFInterpreter(source: source, HostOptions(logging: UDFLogging(logger: .silent)))
    let found = udf.logRecords()
    _ = try await udf.call(rows(2))
    await udf.closeAsync()
    #expect(
      await found.reduce(into: []) { $0.append(shown($1)) } == ["f[0] info output here", "f[1] info output here"])
    #expect(
      await udf.logRecords().reduce(0) { count, _ in count + 1 } == 0, "after the end there is nothing to wait for")
  }
}
