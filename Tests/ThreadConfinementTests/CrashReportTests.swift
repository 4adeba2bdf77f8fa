import Foundation
import Testing
import ThreadConfinement

/// Each in a process of its own, which dies.
@Suite(.timeLimit(.minutes(30))) struct CrashReportTests {
  @Test func `nothing is said unless the program has asked for it`() async throws {
    let end = await #expect(processExitsWith: .signal(SIGABRT), observing: [\.standardErrorContent]) {
      try DedicatedThread(name: "test").perform { Activity.loading("a.py") { die() } }
    }
    #expect(try !Self.errors(end).contains("clutch"))
  }

  @Test func `the innermost work of the thread is named, and what is over is not`() async throws {
    let end = await #expect(processExitsWith: .signal(SIGABRT), observing: [\.standardErrorContent]) {
      CrashReport.install()
      try DedicatedThread(name: "test").perform {
        let row = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        row.initialize(to: 7)
        Activity.loading("a.py") {
          Activity.ending("c.py") {}
          Activity.calling("f", of: "b.py", row: row) {
            Activity.loading("c.py") {}
            row.pointee = 8
            die()
          }
        }
      }
    }
    #expect(
      try Self.errors(end).hasPrefix(
        "clutch: the process died of SIGABRT while UDF f of b.py was running, at row 7 of its batch\n"))
  }

  @Test func `a signal that a thread was started with as blocked is told of too`() async throws {
    let end = await #expect(processExitsWith: .signal(SIGABRT), observing: [\.standardErrorContent]) {
      var signals = sigset_t()
      sigfillset(&signals)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      CrashReport.install()
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      try DedicatedThread(name: "test").perform { Activity.loading("a.py") { die() } }
    }
    #expect(try Self.errors(end).hasPrefix("clutch: the process died of SIGABRT while a.py was being loaded\n"))
  }

  @Test func `a name is one line and is cut, between characters`() async throws {
    let end = await #expect(processExitsWith: .signal(SIGABRT), observing: [\.standardErrorContent]) {
      CrashReport.install()
      try DedicatedThread(name: "test").perform {
        Activity.loading("a\n\u{1B}[31m" + String(repeating: "é", count: 1_000)) { die() }
      }
    }
    let name = "a??[31m" + String(repeating: "é", count: 147) + "..."
    #expect(try Self.errors(end).hasPrefix("clutch: the process died of SIGABRT while \(name) was being loaded\n"))
  }

  @Test func `what handled a signal before gets it afterwards, with what it was about`() async throws {
    let end = await #expect(processExitsWith: .exitCode(7), observing: [\.standardErrorContent]) {
      var action = sigaction()
      action.__sigaction_handler.sa_sigaction = { _, info, _ in
        let address = info?.pointee._sifields._sigfault.si_addr
        _exit(address == UnsafeMutableRawPointer(bitPattern: 0x10) ? 7 : 8)
      }
      action.sa_flags = SA_SIGINFO | SA_ONSTACK
      sigaction(SIGSEGV, &action, nil)
      CrashReport.install()
      CrashReport.install()
      try DedicatedThread(name: "test").perform {
        Activity.loading("a.py") {
          UnsafeMutablePointer<Int>(bitPattern: 0x10)?.pointee = 1
        }
      }
    }
    #expect(try Self.errors(end) == "clutch: the process died of SIGSEGV while a.py was being loaded\n")
  }

  @Test func `a thread whose stack is used up says so`() async throws {
    let end = await #expect(processExitsWith: .signal(SIGSEGV), observing: [\.standardErrorContent]) {
      CrashReport.install()
      try DedicatedThread(name: "test", stackSize: 1 << 20).perform {
        Activity.loading("a.py") { _ = nested(1) }
      }
    }
    #expect(try Self.errors(end).contains("SIGSEGV (calls are nested so deeply that the stack is used up) while a.py"))
  }

  /// Swift's own report of a fault may be behind ours.
  private static func errors(_ end: ExitTest.Result?) throws -> String {
    String(decoding: try #require(end).standardErrorContent, as: UTF8.self)
  }
}

/// Calls itself for longer than any stack lasts, in a way that no compiler makes a loop of.
@inline(never) private func nested(_ depth: Int) -> Int {
  withUnsafeTemporaryAllocation(of: Int.self, capacity: 64) { room in
    room.initialize(repeating: depth)
    return depth == .max ? room[0] : nested(depth + 1) + room[depth & 63]
  }
}

private func die() { abort() }
