import Foundation
import Testing
import ThreadConfinement

@Suite(.timeLimit(.minutes(30))) struct StressTests {
  @Test func `eight threads make thousands of calls`() throws {
    let thread = try DedicatedThread(name: "stressed")
    // Not protected by anything but the thread.
    let total = Unprotected()
    let ended = onThreads(8) { _ in
      for _ in 0..<4_000 { _ = try? thread.perform { total.value += 1 } }
    }
    #expect(ended)
    #expect(try thread.perform { total.value } == 32_000)
  }

  private final class Unprotected: @unchecked Sendable {
    // Sendable because `value` is only touched on the dedicated thread: this is what the test proves.
    var value = 0
  }

  @Test func `threads come and go while others call them`() throws {
    let answered = Counter()
    let refused = Counter()
    let ended = onThreads(8) { _ in
      for _ in 0..<50 {
        guard let thread = try? DedicatedThread(name: "short") else { return }
        let inner = onThreads(2) { _ in
          for _ in 0..<20 {
            do { try thread.perform { answered.add(1) } } catch { refused.add(1) }
          }
        }
        thread.stop()
        if !inner { return }
      }
    }
    #expect(ended)
    #expect(answered.value == 8 * 50 * 2 * 20)
    #expect(refused.value == 0)
  }

  @Test func `a stop in the middle of calls answers or refuses every one`() throws {
    for _ in 0..<50 {
      let thread = try DedicatedThread(name: "stopped")
      let (run, answered, refused) = (Counter(), Counter(), Counter())
      let ended = onThreads(5) { index in
        if index == 0 { return thread.stop() }
        for _ in 0..<100 {
          do {
            try thread.perform { run.add(1) }
            answered.add(1)
          } catch { refused.add(1) }
        }
      }
      #expect(ended)
      #expect(answered.value + refused.value == 400)
      #expect(run.value == answered.value)
    }
  }
}
