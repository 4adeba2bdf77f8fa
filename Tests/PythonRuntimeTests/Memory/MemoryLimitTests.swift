import Foundation
import PythonRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct MemoryLimitTests {
  @Test(arguments: [
    "kept = [str(i) for i in range(10**8)]", "kept = bytearray(10**9)", "kept = {i: [] for i in range(10**8)}",
    "kept = 'x' * 10**9", "kept = [0]\nwhile True: kept += kept", "kept = list(range(10**8))",
    "def deep(n): return [bytes(1000)] + deep(n + 1)\nimport sys; sys.setrecursionlimit(10**6); deep(0)",
  ])
  func `is a MemoryError that the interpreter survives`(source: String) throws {
    let interpreter = try SubInterpreter(configuration: .isolated(memoryLimit: 40_000_000))
    try interpreter.withGIL { py in try py.run("import json") }
    let before = interpreter.memoryUsage.current
    for _ in 0..<3 {
      let error = #expect(throws: PythonError.self) { try interpreter.withGIL { py in try py.run(source) } }
      #expect(error?.typeName == "MemoryError")
      try interpreter.withGIL { py in
        try py.run("kept = None; import gc; gc.collect()")
        #expect(try py.evaluate("json.loads('[1, 2]')").extract([Int].self) == [1, 2])
      }
    }
    let usage = interpreter.memoryUsage
    #expect(usage.limit == 40_000_000)
    // The text of the error is made without the limit: at most an import of `linecache`.
    #expect(usage.peak < 48_000_000)
    // Some of the small objects that came meanwhile may keep arenas.
    #expect(usage.current < before + 8_000_000)
  }

  @Test func `is not reached by what fits`() throws {
    let interpreter = try SubInterpreter(configuration: .isolated(memoryLimit: 40_000_000))
    try interpreter.withGIL { py in
      for _ in 0..<20 { try py.run("kept = None; kept = bytearray(30_000_000)") }
      #expect(try py.evaluate("len(kept)").extract(Int.self) == 30_000_000)
    }
  }

  @Test func `can be caught by Python code, which goes on with less`() throws {
    let interpreter = try SubInterpreter(configuration: .isolated(memoryLimit: 20_000_000))
    let answer = try interpreter.withGIL { py in
      try py.run(
        """
        def attempt(n):
            try: return len(bytearray(n))
            except MemoryError: return attempt(n // 2)
        """)
      return try py.evaluate("attempt(128_000_000)").extract(Int.self)
    }
    #expect(answer == 16_000_000)
  }

  @Test func `holds for the threads of user code`() throws {
    var configuration = SubInterpreter.Configuration.isolated(memoryLimit: 30_000_000)
    configuration.allowsThreads = true
    let interpreter = try SubInterpreter(configuration: configuration)
    let failed = try interpreter.withGIL { py in
      try py.run(
        """
        import threading
        failed = []
        def work():
            try: bytearray(100_000_000)
            except MemoryError: failed.append(1)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        """)
      return try py.evaluate("len(failed)").extract(Int.self)
    }
    #expect(failed == 4)
  }

  @Test(arguments: [-1, 0, 1, 1_000_000])
  func `that leaves nothing is refused`(limit: Int) throws {
    let error = #expect(throws: PythonRuntimeError.self) {
      _ = try SubInterpreter(configuration: .isolated(memoryLimit: limit))
    }
    #expect(error?.code == .memoryLimit)
    #expect(error?.message.contains(limit < 1 ? "above zero" : "is too low") == true)
    #expect(try SubInterpreter().withGIL { py in try py.evaluate("1").extract(Int.self) } == 1)
  }

  /// From hardly anything to plenty: wherever an import is cut off, neither the interpreter nor the others are harmed.
  @Test func `cuts off an import at any point without harm`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess(atMost: 250)
      let bare = try SubInterpreter()
      let first = bare.memoryUsage.current
      var outcomes: Set<String> = []
      for step in 0..<48 {
        let limit = first + 20_000 + step * 300_000
        do {
          let interpreter = try SubInterpreter(configuration: .isolated(memoryLimit: limit))
          defer { interpreter.close() }
          do {
            try interpreter.withGIL { py in
              try py.run("import json, re, datetime, decimal, dataclasses, asyncio, zoneinfo, sqlite3")
            }
            outcomes.insert("imported")
          } catch let error as PythonError { outcomes.insert(error.typeName) }
          // There may be no memory for this either.
          do {
            #expect(try interpreter.withGIL { py in try py.evaluate("1 + 1").extract(Int.self) } == 2)
          } catch let error as PythonError { outcomes.insert(error.typeName) }
        } catch let error as PythonRuntimeError {
          #expect(error.code == .memoryLimit)
        }
        try bare.withGIL { py in try py.run("import datetime; datetime.date(2024, 2, 29).isoformat()") }
      }
      // An import goes on a little past the limit, and then says so.
      #expect(outcomes == ["MemoryError", "imported"])
      let after = try SubInterpreter()
      try after.withGIL { py in
        try py.run("import json, re, datetime, decimal, dataclasses, asyncio, zoneinfo, sqlite3")
        try py.run("assert str(decimal.Decimal(1) / 8) == '0.125'")
      }
      try CPython.shutDown()
    }
  }

  @Test func `is refused where memory is not counted`() async {
    await #expect(processExitsWith: .success) {
      setenv("PYTHONMALLOC", "debug", 1)
      try Machine.startInOwnProcess()
      let error = #expect(throws: PythonRuntimeError.self) {
        _ = try SubInterpreter(configuration: .isolated(memoryLimit: 100_000_000))
      }
      #expect(error?.code == .memoryLimit)
      #expect(error?.message.contains("PYTHONMALLOC") == true)
      let interpreter = try SubInterpreter()
      try interpreter.withGIL { py in try py.run("import json, asyncio") }
      interpreter.close()
    }
  }

  @Test(
    .enabled(if: Machine.installation(3, 12) != nil, "CPython 3.12 with a shared library is not installed"))
  func `holds on CPython 3.12 too`() async {
    await #expect(processExitsWith: .success) {
      ThisProcess.end(after: 300)
      let old = try #require(Machine.installation(3, 12))
      try CPython.start(PythonDiscovery(explicitPath: old.executable))
      for _ in 0..<3 {
        let interpreter = try SubInterpreter(configuration: .isolated(memoryLimit: 40_000_000))
        let error = #expect(throws: PythonError.self) {
          try interpreter.withGIL { py in try py.run("kept = [bytes(2_000) for i in range(10**6)]") }
        }
        #expect(error?.typeName == "MemoryError")
        try interpreter.withGIL { py in try py.run("import json; json.loads('[1]')") }
        #expect(interpreter.memoryUsage.current < 15_000_000)
        interpreter.close()
        #expect(interpreter.memoryUsage.current < 1_500_000)
      }
      try CPython.shutDown()
    }
  }
}
