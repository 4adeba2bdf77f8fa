import Foundation
import Synchronization
import Testing
import ThreadConfinement

@Suite(.timeLimit(.minutes(30))) struct LockTests {
  @Test func `one thread at a time has the lock`() {
    let lock = Lock()
    nonisolated(unsafe) var count = 0
    #expect(onThreads(8) { _ in for _ in 0..<10_000 { lock.withLock { count += 1 } } })
    #expect(lock.withLock { count } == 80_000)
    lock.lock()
    let tried = Recorder<Bool>()
    #expect(onThreads(1) { _ in tried.append(lock.tryLock()) })
    #expect(tried.values == [false])
    lock.unlock()
    #expect(lock.tryLock())
    lock.unlock()
  }

  @Test func `who waits is woken by a change`() {
    let lock = Lock()
    nonisolated(unsafe) var isThere = false
    let seen = Gate()
    DetachedThread.start {
      lock.withLock { while !isThere { lock.wait() } }
      seen.open()
    }
    DetachedThread.start {
      lock.withLock { while !isThere { _ = lock.wait(until: .now + .seconds(1_000)) } }
      seen.open()
    }
    lock.withLock {
      isThere = true
      lock.broadcast()
    }
    #expect(seen.pass() && seen.pass())
  }

  @Test func `waiting ends at its time, and not before`() {
    let lock = Lock()
    for duration in [Duration.milliseconds(30), .zero, .seconds(-5)] {
      let limit = ContinuousClock.now + duration
      lock.withLock { while lock.wait(until: limit) {} }
      #expect(ContinuousClock.now >= limit)
    }
    let waits = Recorder<Bool>()
    let lasts = Gate()
    DetachedThread.start {
      // Further away than clocks go.
      lock.withLock { waits.append(lock.wait(until: .now + .seconds(1 << 40))) }
      lasts.open()
    }
    #expect(
      eventually {
        lock.withLock { lock.broadcast() }; return !waits.values.isEmpty
      })
    #expect(lasts.pass() && waits.values == [true])
  }

  @Test func `a detached thread is another one, and sleeps as long as it is told`() {
    let found = Recorder<ThreadIdentity>()
    let slept = Recorder<Duration>()
    let isDone = Gate()
    DetachedThread.start {
      found.append(.current)
      slept.append(ContinuousClock().measure { DetachedThread.sleep(seconds: 0.02) })
      isDone.open()
    }
    #expect(isDone.pass())
    #expect(found.values != [.current] && ThreadIdentity.current == .current)
    #expect(slept.values.allSatisfy { $0 >= .milliseconds(20) } && slept.values.count == 1)
  }
}
