import Foundation
import PythonRuntime
import TestSupport
import Testing

/// Each in a process of its own, which ends itself when it hangs.
@Suite(.timeLimit(.minutes(30))) struct ProcessEndTests {
  @Test func `shutting down ends every interpreter, for good`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess()
      let interpreters = try (0..<4).map { _ in try SubInterpreter() }
      for interpreter in interpreters {
        try interpreter.withGIL { py in try py.run("import json, asyncio, decimal") }
      }
      #expect(CPython.interpreterCount == 4)
      try CPython.shutDown()
      try CPython.shutDown()
      #expect(CPython.interpreterCount == 0)
      #expect(CPython.installation == nil)
      #expect(throws: PythonRuntimeError.self) { try interpreters[0].withGIL { _ in } }
      let error = #expect(throws: PythonRuntimeError.self) { _ = try SubInterpreter() }
      #expect(error?.code == .shutDown)
      #expect(error?.message.contains("cannot be started again") == true)
      for interpreter in interpreters { interpreter.close() }
    }
  }

  @Test func `shutting down waits for interpreters that are being made, used and closed`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess()
      let made = Recorder<Int>()
      let errors = Recorder<String>()
      let ended = onThreads(5) { index in
        if index == 0 {
          while made.values.count < 12 { usleep(1_000) }
          do { try CPython.shutDown() } catch { errors.append("\(error)") }
          return
        }
        // Ends when there are no more to be had.
        while true {
          do {
            let interpreter = try SubInterpreter()
            made.append(index)
            try interpreter.withGIL { py in try py.run("import json") }
            interpreter.close()
          } catch let error as PythonRuntimeError
            where error.code == .shutDown || error.code == .interpreterClosed
          {
            if error.code == .shutDown { return }
          } catch {
            errors.append("\(error)")
            return
          }
        }
      }
      #expect(ended)
      #expect(errors.values == [])
    }
  }

  @Test func `shutting down before anything was started does nothing`() async {
    await #expect(processExitsWith: .success) {
      try CPython.shutDown()
      try Machine.startInOwnProcess()
      _ = try SubInterpreter()
    }
  }

  @Test func `a process may exit with idle interpreters`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess()
      let interpreters = try (0..<3).map { _ in try SubInterpreter() }
      for interpreter in interpreters { try interpreter.withGIL { py in try py.run("import asyncio, ssl") } }
      exit(0)
    }
  }

  @Test func `a process may exit while an interpreter computes`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      let interpreter = try SubInterpreter()
      let folder = try TemporaryFolder()
      let file = folder.path + "/running"
      Thread.detachNewThread {
        try? interpreter.withGIL { py in
          try py.mainModule().setAttribute("path", to: file)
          try py.run("open(path, 'w').close()\nwhile True: pass")
        }
      }
      #expect(eventually { FileManager.default.fileExists(atPath: file) })
      exit(7)
    }
  }

  @Test func `leaves neither interpreters nor threads behind`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess()
      let failures = Recorder<String>()
      let ended = onThreads(4) { _ in
        for _ in 0..<6 {
          do {
            let interpreter = try SubInterpreter(name: "python-test")
            try interpreter.withGIL { py in
              try py.run(
                """
                import datetime, decimal, asyncio, hashlib, json, re
                try: import ssl
                except ImportError: pass
                asyncio.run(asyncio.sleep(0))
                assert decimal.Decimal('0.1') * 3 == decimal.Decimal('0.3')
                assert datetime.timedelta(days=1) / 2 == datetime.timedelta(hours=12)
                hashlib.sha256(b'x').hexdigest(); re.match('(a|b)+', 'abab'); json.loads('[1.5]')
                """)
            }
          } catch { failures.append("\(error)") }
        }
      }
      #expect(ended)
      #expect(failures.values == [])
      #expect(CPython.interpreterCount == 0)
      #expect(eventually { ThisProcess.threadCount(named: "python-test") == 0 })
    }
  }

  @Test func `an interpreter ends when it is dropped`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess()
      do {
        let interpreter = try SubInterpreter(name: "dropped")
        try interpreter.withGIL { py in try py.run("x = 1") }
        #expect(CPython.interpreterCount == 1)
        #expect(ThisProcess.threadCount(named: "dropped") == 1)
      }
      #expect(CPython.interpreterCount == 0)
      #expect(eventually { ThisProcess.threadCount(named: "dropped") == 0 })
    }
  }

  @Test(arguments: ["short", "endless"])
  func `threads that outlive their interpreter do not end the process`(kind: String) async {
    // A closure that runs in another process captures nothing: one for each.
    if kind == "short" {
      await #expect(processExitsWith: .success) { try leaveThread("time.sleep(0.2)", isAbandoned: false) }
    } else {
      await #expect(processExitsWith: .success) { try leaveThread("time.sleep(1000)", isAbandoned: true) }
    }
  }
}

/// Closes an interpreter in which threads run that nothing joins: a daemon thread and one of the `_thread` module.
private func leaveThread(_ work: String, isAbandoned: Bool) throws {
  try Machine.startInOwnProcess()
  var configuration = SubInterpreter.Configuration()
  configuration.allowsThreads = true
  configuration.allowsDaemonThreads = true
  let interpreter = try SubInterpreter(configuration: configuration)
  try interpreter.withGIL { py in
    try py.run(
      """
      import _thread, threading, time
      def work(): \(work)
      threading.Thread(target=work, daemon=True).start()
      _thread.start_new_thread(work, ())
      """)
  }
  interpreter.close()
  #expect(CPython.interpreterCount == 0)
  let next = try SubInterpreter()
  #expect(try next.withGIL { py in try py.evaluate("1").extract(Int.self) } == 1)
  if isAbandoned {
    let error = #expect(throws: PythonRuntimeError.self) { try CPython.shutDown() }
    #expect(error?.message.contains("still runs in 1 of its interpreters") == true)
  } else {
    try CPython.shutDown()
  }
}
