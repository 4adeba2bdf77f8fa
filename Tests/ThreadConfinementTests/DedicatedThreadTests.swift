import Foundation
import Testing
import ThreadConfinement

@Suite(.timeLimit(.minutes(30))) struct DedicatedThreadTests {
  @Test func `runs work on one thread that carries the given name`() throws {
    let thread = try DedicatedThread(name: "named")
    #expect(!thread.isCurrent)
    #expect(try thread.perform { thread.isCurrent })
    let first = try thread.perform { pthread_self() }
    #expect(try thread.perform { pthread_self() } == first)
    #expect(first != pthread_self())
    #if os(Linux)
      let shown = try thread.perform { try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8) }
      #expect(shown == "named\n")
    #endif
  }

  @Test func `gives back results and thrown errors unchanged, blocking and suspending`() async throws {
    let thread = try DedicatedThread(name: "results")
    try blocking(thread)
    #expect(try await thread.perform { "suspended" } == "suspended")
    await #expect(throws: TestFailure(number: 2)) {
      try await thread.perform { throw TestFailure(number: 2) }
    }
    #expect(try await thread.perform { thread.isCurrent })
  }

  private func blocking(_ thread: DedicatedThread) throws {
    #expect(try thread.perform { "blocked" } == "blocked")
    #expect(throws: TestFailure(number: 1)) { try thread.perform { throw TestFailure(number: 1) } }
    var changed = 0
    try thread.perform { changed = 7 }
    #expect(changed == 7)
  }

  @Test func `refuses to wait for itself`() throws {
    let thread = try DedicatedThread(name: "self")
    #expect(throws: ThreadConfinementError.wouldDeadlock) { try thread.perform { try thread.perform {} } }
    #expect(try thread.perform { 1 } == 1)
  }

  @Test(arguments: [1, 2, 5])
  func `refuses to wait in a circle of threads`(others: Int) throws {
    let threads = try (0...others).map { try DedicatedThread(name: "circle \($0)") }
    func call(_ index: Int) throws -> Int {
      guard index < threads.count else { return try threads[0].perform { 0 } }
      return try threads[index].perform { try call(index + 1) }
    }
    #expect(throws: ThreadConfinementError.wouldDeadlock) { try call(0) }
    // The refusal leaves no trace: the same threads may still wait for each other.
    #expect(try threads[0].perform { try threads[1].perform { 3 } } == 3)
    #expect(try threads[1].perform { try threads[0].perform { 4 } } == 4)
  }

  @Test func `lets two threads wait for a third one`() throws {
    let shared = try DedicatedThread(name: "shared")
    let sum = Counter()
    let ended = onThreads(4) { index in
      guard let own = try? DedicatedThread(name: "caller") else { return }
      for _ in 0..<200 { try? own.perform { try shared.perform { sum.add(1) } } }
    }
    #expect(ended)
    #expect(sum.value == 800)
  }

  @Test func `drops what a job captured before its caller goes on`() throws {
    let thread = try DedicatedThread(name: "captured")
    let alive = Counter()
    for _ in 0..<100 {
      do {
        let tracked = Tracked(alive)
        try thread.perform { withExtendedLifetime(tracked) {} }
      }
      #expect(alive.value == 0)
    }
  }

  @Test func `reports that the system makes no thread`() throws {
    #expect {
      _ = try DedicatedThread(name: "too large", stackSize: 1 << 60)
    } throws: { error in
      guard case ThreadConfinementError.threadNotCreated(let number) = error else { return false }
      return number != 0
    }
  }

  @Test func `has room for deep recursion`() throws {
    func depth(_ left: Int) -> Int { left == 0 ? 0 : depth(left - 1) + 1 }
    let thread = try DedicatedThread(name: "deep", stackSize: 64 << 20)
    #expect(try thread.perform { depth(100_000) } == 100_000)
  }

  @Test(arguments: [
    ThreadConfinementError.stopped, .wouldDeadlock, .threadNotCreated(11),
  ])
  func `describes each error in words`(error: ThreadConfinementError) {
    #expect(error.description.contains("thread"))
  }
}
