import Foundation
import Synchronization
import TestSupport
import Testing

@testable import PythonRuntime

/// Many interpreters, in a short form. `CLUTCH_STRESS=N` makes it N times longer.
@Suite(.timeLimit(.minutes(Stress.minutes)), .serialized) struct LifecycleTests {
  @Test func `many interpreters live at once`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess(atMost: Stress.seconds)
      let interpreters = try (0..<Stress.scaled(40, atMost: 200)).map { _ in try SubInterpreter() }
      #expect(CPython.interpreterCount == interpreters.count)
      for (number, interpreter) in interpreters.enumerated() {
        try interpreter.withGIL { py in try py.run("import json, re; mine = \(number)") }
      }
      for (number, interpreter) in interpreters.enumerated() {
        #expect(try interpreter.withGIL { py in try py.evaluate("mine").extract(Int.self) } == number)
      }
      for interpreter in interpreters.reversed() { interpreter.close() }
      #expect(CPython.interpreterCount == 0)
      try CPython.shutDown()
    }
  }

  @Test func `interpreters are made, used and ended on many threads at once`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess(atMost: Stress.seconds)
      let failures = Recorder<String>()
      let ended = onThreads(8, within: 240) { thread in
        for cycle in 0..<Stress.scaled(5) {
          do {
            let interpreter = try SubInterpreter()
            try interpreter.withGIL { py in
              try py.run("import json, datetime, decimal")
              let found = try py.evaluate("json.loads('[\(thread), \(cycle)]')").extract([Int].self)
              if found != [thread, cycle] { failures.append("\(found)") }
            }
            if cycle % 2 == 0 { interpreter.close() }
          } catch { failures.append("\(error)") }
        }
      }
      #expect(ended)
      #expect(failures.values == [])
      #expect(eventually { CPython.interpreterCount == 0 })
      try CPython.shutDown()
    }
  }

  @Test func `closing waits for a call that is under way`() throws {
    let folder = try TemporaryFolder()
    let (begun, go) = (folder.path + "/begun", folder.path + "/go")
    let interpreter = try SubInterpreter()
    let answers = Recorder<Int>()
    let ended = onThreads(2) { index in
      if index == 0 {
        do {
          answers.append(
            try interpreter.withGIL { py in
              try py.mainModule().setAttribute("begun", to: begun)
              try py.mainModule().setAttribute("go", to: go)
              try py.run("import os, time\nopen(begun, 'w').close()\nwhile not os.path.exists(go): time.sleep(0.01)")
              return try py.evaluate("7").extract(Int.self)
            })
        } catch { Issue.record(error) }
      } else {
        #expect(eventually { FileManager.default.fileExists(atPath: begun) })
        // The file is made while `close` waits, or just before: the call answers in either case.
        Thread.detachNewThread { _ = FileManager.default.createFile(atPath: go, contents: nil) }
        interpreter.close()
        answers.append(0)
      }
    }
    #expect(ended)
    #expect(answers.values.sorted() == [0, 7])
  }

  @Test func `an exit function that does not return is abandoned after a grace time`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess(atMost: Stress.seconds)
      PythonProcess.grace.store(300, ordering: .relaxed)
      let interpreter = try SubInterpreter()
      try interpreter.withGIL { py in try py.run("import atexit, time; atexit.register(time.sleep, 1_000)") }
      interpreter.close()
      interpreter.close()
      #expect(CPython.interpreterCount == 0)
      #expect(throws: PythonRuntimeError.self) { try interpreter.withGIL { _ in } }
      // Others are not held up.
      let next = try SubInterpreter()
      #expect(try next.withGIL { py in try py.evaluate("1").extract(Int.self) } == 1)
      next.close()
      let error = #expect(throws: PythonRuntimeError.self) { try CPython.shutDown() }
      #expect(error?.message.contains("exit functions") == true)
    }
  }

  @Test func `an exit function that returns late still ends its interpreter`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess(atMost: Stress.seconds)
      PythonProcess.grace.store(300, ordering: .relaxed)
      let folder = try TemporaryFolder()
      let go = folder.path + "/go"
      let interpreter = try SubInterpreter(name: "late")
      try interpreter.withGIL { py in
        try py.mainModule().setAttribute("go", to: go)
        try py.run(
          """
          import atexit, os, time
          def wait():
              while not os.path.exists(go): time.sleep(0.01)
          atexit.register(wait)
          kept = bytearray(10_000_000)
          """)
      }
      interpreter.close()
      #expect(interpreter.memoryUsage.current > 10_000_000)
      _ = FileManager.default.createFile(atPath: go, contents: nil)
      #expect(eventually { interpreter.memoryUsage.current < 200_000 })
      #expect(eventually { ThisProcess.threadCount(named: "late") == 0 })
      try CPython.shutDown()
    }
  }

  @Test func `a thread that is joined at the end, and does not end, is abandoned too`() async {
    await #expect(processExitsWith: .success) {
      try Machine.startInOwnProcess(atMost: Stress.seconds)
      PythonProcess.grace.store(300, ordering: .relaxed)
      var configuration = SubInterpreter.Configuration()
      configuration.allowsThreads = true
      let interpreter = try SubInterpreter(configuration: configuration)
      try interpreter.withGIL { py in
        try py.run("import threading, time\nthreading.Thread(target=time.sleep, args=(1_000,)).start()")
      }
      interpreter.close()
      #expect(CPython.interpreterCount == 0)
    }
  }
}
