import Foundation
import Synchronization
import TestSupport
import Testing

@testable import PythonRuntime

/// The states in which something is just coming or going.
@Suite(.timeLimit(.minutes(30))) struct ExitAtEdgesTests {
  @Test func `while CPython starts`() async {
    // One exits at once, and the others a little later each: all of the start is met, whatever it takes.
    await #expect(processExitsWith: .exitCode(7)) { leaveWhileStarting(microseconds: 0) }
    await #expect(processExitsWith: .exitCode(7)) { leaveWhileStarting(microseconds: 10_000) }
    await #expect(processExitsWith: .exitCode(7)) { leaveWhileStarting(microseconds: 30_000) }
    await #expect(processExitsWith: .exitCode(7)) { leaveWhileStarting(microseconds: 60_000) }
  }

  @Test func `while an exit function blocks`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      let interpreter = try SubInterpreter()
      try beginEnd(interpreter) { interpreter.close() }
      ThisProcess.leave()
    }
  }

  @Test func `during the shut-down`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      let interpreters = try (0..<3).map { _ in try SubInterpreter() }
      try beginEnd(interpreters[1]) { try? CPython.shutDown() }
      ThisProcess.leave()
    }
  }

  @Test func `with interpreters that were abandoned`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      PythonProcess.grace.store(100, ordering: .relaxed)
      let interpreter = try SubInterpreter()
      try beginEnd(interpreter) { interpreter.close() }
      #expect(eventually { CPython.abandonedInterpreterCount == 1 })
      let hanging = try SubInterpreter()
      begin(hanging, "time.sleep(1_000)")
      hanging.abandon()
      #expect(CPython.abandonedInterpreterCount == 2)
      ThisProcess.leave()
    }
  }

  @Test func `in a call into C that keeps the GIL`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      let interpreter = try SubInterpreter()
      begin(interpreter, #"import re; re.match(r"(a+)+$", "a" * 40 + "b")"#)
      ThisProcess.leave()
    }
  }

  @Test func `in an exit function of the process that uses an interpreter`() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try Machine.startInOwnProcess()
      atexit {
        // Made and ended when `exit` is under way already.
        let answer = try? SubInterpreter().withGIL { py in try py.evaluate("6 * 7").extract(Int.self) }
        if answer != 42 { _exit(1) }
      }
      ThisProcess.leave()
    }
  }
}

private func leaveWhileStarting(microseconds: UInt32) {
  Thread.detachNewThread {
    _ = try? Machine.start()
    _ = try? SubInterpreter()
  }
  usleep(microseconds)
  ThisProcess.leave()
}
