import Foundation
import Testing
import ThreadConfinement

@Suite(.timeLimit(.minutes(30))) struct StopTests {
  @Test func `finishes the work it was given, then the last job, then ends`() throws {
    let thread = try DedicatedThread(name: "draining")
    let seen = Recorder<String>()
    try thread.perform {
      thread.stop { seen.append("last") }
      seen.append("work")
    }
    thread.stop { seen.append("never") }
    #expect(seen.values == ["work", "last"])
  }

  #if os(Linux)
    @Test func `has no thread left after a stop`() throws {
      let name = "joined-\(UInt16.random(in: .min ... .max))"
      let threads = try (0..<10).map { _ in try DedicatedThread(name: name) }
      // A thread names itself when it begins: let every one run something.
      for thread in threads { try thread.perform {} }
      #expect(threadCount(named: name) == 10)
      for thread in threads { thread.stop() }
      #expect(eventually { threadCount(named: name) == 0 })
    }

    @Test func `ends its thread when the last reference goes`() throws {
      let name = "dropped-\(UInt16.random(in: .min ... .max))"
      let done = Counter()
      do {
        let thread = try DedicatedThread(name: name)
        try thread.perform { done.add(1) }
        #expect(threadCount(named: name) == 1)
      }
      #expect(done.value == 1)
      #expect(eventually { threadCount(named: name) == 0 })
    }

    @Test func `ends its thread when the last reference goes on that thread itself`() throws {
      let name = "inside-\(UInt16.random(in: .min ... .max))"
      var occupation: Occupation?
      do { occupation = Occupation(of: try DedicatedThread(name: name)) }
      #expect(threadCount(named: name) == 1)
      // Now only the call holds it, and lets it go on its own thread or on the caller's.
      #expect(try #require(occupation).end())
      #expect(eventually { threadCount(named: name) == 0 })
    }
  #endif

  @Test func `can be stopped twice`() throws {
    let thread = try DedicatedThread(name: "twice")
    let last = Counter()
    thread.stop { last.add(1) }
    thread.stop { last.add(10) }
    #expect(last.value == 1)
  }

  @Test func `can be stopped from several threads at once, and each returns after the end`() throws {
    for _ in 0..<20 {
      let thread = try DedicatedThread(name: "many stops")
      let last = Counter()
      let seen = Recorder<Int>()
      let ended = onThreads(8) { _ in
        thread.stop {
          usleep(1_000)
          last.add(1)
        }
        seen.append(last.value)
      }
      #expect(ended)
      #expect(seen.values == Array(repeating: 1, count: 8))
    }
  }

  @Test func `can be stopped from itself`() throws {
    let thread = try DedicatedThread(name: "from itself")
    let last = Counter()
    let seen = try thread.perform {
      thread.stop { last.add(1) }
      return last.value
    }
    #expect(seen == 0)
    thread.stop()
    #expect(last.value == 1)
  }

  @Test func `can be stopped by a thread that it waits for`() throws {
    let (one, other) = (try DedicatedThread(name: "one"), try DedicatedThread(name: "other"))
    let last = Counter()
    try one.perform { try other.perform { one.stop { last.add(1) } } }
    one.stop()
    #expect(last.value == 1)
  }

  @Test func `refuses blocking work after the stop`() throws {
    let thread = try DedicatedThread(name: "closed")
    thread.stop()
    #expect(throws: ThreadConfinementError.stopped) { try thread.perform {} }
  }

  @Test func `refuses suspending work after the stop`() async throws {
    let thread = try DedicatedThread(name: "closed")
    stop(thread)
    await #expect(throws: ThreadConfinementError.stopped) { try await thread.perform {} }
  }

  private func stop(_ thread: DedicatedThread) { thread.stop() }

  @Test func `refuses work given between the stop and the end`() throws {
    let thread = try DedicatedThread(name: "closing")
    let outcome = try thread.perform { () -> String in
      thread.stop()
      let refused = Recorder<String>()
      let ended = onThreads(1) { _ in
        do { try thread.perform {} } catch { refused.append("\(error)") }
      }
      return ended ? refused.values.joined() : "hangs"
    }
    #expect(outcome == ThreadConfinementError.stopped.description)
  }
}
