import Foundation
import PythonRuntime
import Synchronization
import TestSupport
import Testing

/// A process may exit in any state, soon and with the status it exits with.
@Suite(.timeLimit(.minutes(30))) struct ExitTests {
  @Test func `before anything was started`() async {
    await #expect(processExitsWith: .exitCode(7)) { ThisProcess.leave() }
  }

  @Test func `with idle interpreters`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      let interpreters = try (0..<4).map { _ in try SubInterpreter() }
      try interpreters[0].withGIL { py in try py.run("import json, asyncio, threading") }
      ThisProcess.leave()
    }
  }

  @Test func `in the middle of a call`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      let interpreters = try (0..<2).map { _ in try SubInterpreter() }
      begin(interpreters[0], "while True: [str(i) for i in range(1_000)]")
      begin(interpreters[1], "time.sleep(1_000)")
      ThisProcess.leave()
    }
  }

  @Test func `inside its own withGIL`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      try SubInterpreter().withGIL { py in
        try py.run("import json, threading, decimal")
        ThisProcess.leave()
      }
    }
  }

  @Test func `while interpreters are made and ended`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      let made = Recorder<Int>()
      for thread in 0..<4 {
        Thread.detachNewThread {
          while let interpreter = try? SubInterpreter() {
            made.append(thread)
            try? interpreter.withGIL { py in try py.run("import json, decimal, asyncio") }
            interpreter.close()
          }
        }
      }
      while made.values.count < 6 { usleep(1_000) }
      ThisProcess.leave()
    }
  }

  @Test func `after the shut-down`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      let interpreter = try SubInterpreter()
      try interpreter.withGIL { py in try py.run("import json, decimal, asyncio") }
      try CPython.shutDown()
      withExtendedLifetime(interpreter) { ThisProcess.leave() }
    }
  }

  @Test func `while threads of user code run`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      var configuration = SubInterpreter.Configuration()
      configuration.allowsThreads = true
      configuration.allowsDaemonThreads = true
      let interpreter = try SubInterpreter(configuration: configuration)
      try interpreter.withGIL { py in
        try py.run(
          """
          import threading, time
          def spin():
              while True: [str(i) for i in range(1_000)]
          threading.Thread(target=spin, daemon=True).start()
          threading.Thread(target=spin).start()
          """)
      }
      ThisProcess.leave()
    }
  }
}
