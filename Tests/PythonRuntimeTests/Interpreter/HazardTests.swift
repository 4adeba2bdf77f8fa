import CPythonABI
import Dispatch
import PythonRuntime
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct HazardTests {
  @Test func `nothing that picks an interpreter by itself is called`() {
    var names: [String] = []
    while let name = PythonSymbolName(names.count) { names.append(String(cString: name)) }
    #expect(names.contains("Py_EndInterpreter"))
    #expect(names.filter { $0.hasPrefix("PyGILState") } == [])
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: ["datetime", "decimal", "asyncio", "hashlib", "ssl"])
  func `a module that is unsafe in a second interpreter is safe in many`(module: String) throws {
    let interpreters = try (0..<4).map { _ in try SubInterpreter() }
    for interpreter in interpreters {
      try interpreter.withGIL { py in
        try py.run("try: import \(module)\nexcept ModuleNotFoundError: pass")
        if module == "datetime" { try py.run("assert str(datetime.date(2024, 2, 29)) == '2024-02-29'") }
        if module == "decimal" { try py.run("assert decimal.Decimal(1) / 3 < 1; import _decimal") }
      }
    }
  }

  /// What the main interpreter does not import beforehand has to be safe in several at once, and until the very end.
  @Test func `asyncio, ssl and hashlib run in many interpreters at once, and CPython ends cleanly after them`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess()
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        for round in 0..<5 {
          do {
            let interpreter = try SubInterpreter(configuration: .isolated)
            try interpreter.withGIL { py in
              let modules = ["asyncio, hashlib, ssl", "ssl, asyncio, hashlib", "hashlib", "asyncio"][
                (thread + round) % 4]
              try py.run("try: import \(modules)\nexcept ModuleNotFoundError: pass")
              try py.run(
                """
                import asyncio, hashlib, datetime, decimal, json, urllib.request
                async def later():
                    await asyncio.sleep(0)
                    return hashlib.sha256(b'x').hexdigest()[:4]
                assert asyncio.run(later()) == '2d71'
                try:
                    import ssl
                    ssl.create_default_context()
                except ImportError:
                    pass
                """)
            }
            interpreter.close()
          } catch {
            failures.withLock { $0.append("\(error)") }
          }
        }
      }
      #expect(failures.withLock { $0 } == [])
      try CPython.shutDown()
    }
  }

  @Test(
    .enabled(if: Machine.installation(3, 12) != nil, "CPython 3.12 with a shared library is not installed"))
  func `CPython 3.12 runs code, with a warning`() async {
    await #expect(processExitsWith: .success) {
      ThisProcess.end(after: 300)
      let old = try #require(Machine.installation(3, 12))
      #expect(old.warnings.count == 1)
      #expect(old.warnings.first?.contains("3.13") == true)
      let running = try CPython.start(PythonDiscovery(explicitPath: old.executable))
      #expect(running == old)
      for _ in 0..<6 {
        let (one, other) = (try SubInterpreter(), try SubInterpreter())
        for interpreter in [one, other] {
          let answer = try interpreter.withGIL { py in
            try py.run("import json, re")
            return try py.evaluate("json.loads(re.sub('x', '1', '[x, x]'))").extract([Int].self)
          }
          #expect(answer == [1, 1])
        }
        let error = #expect(throws: PythonError.self) { try one.withGIL { py in try py.run("1 / 0") } }
        #expect(error?.typeName == "ZeroDivisionError")
      }
      #expect(CPython.interpreterCount == 0)
      try CPython.shutDown()
    }
  }

  @Test(
    .enabled(if: Machine.installation(3, 12) != nil, "CPython 3.12 with a shared library is not installed"))
  func `an interpreter of CPython 3.12 that imports threading ends without a word`() async throws {
    let end = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      ThisProcess.end(after: 300)
      let old = try #require(Machine.installation(3, 12))
      try CPython.start(PythonDiscovery(explicitPath: old.executable))
      let interpreter = try SubInterpreter()
      try interpreter.withGIL { py in try py.run("import threading") }
      interpreter.close()
    }
    let errors = try #require(end).standardErrorContent
    #expect(!String(decoding: errors, as: UTF8.self).contains("ignored"))
  }
}
