import Testing

@testable import ThreadConfinement

/// The queue by itself, worked off by the test's own thread, so that what stands in it is known.
@Suite(.timeLimit(.minutes(30))) struct ThreadCoreTests {
  private let core = ThreadCore()

  private func stop() { core.queue.update { $0.isStopped = true } }

  @Test(arguments: [0, 1, 2, 1_023, 1_024, 5_000])
  func `runs every job in the order given`(count: Int) {
    let seen = Recorder<Int>()
    for number in 0..<count { #expect(core.submit { seen.append(number) }) }
    stop()
    #expect(!core.submit { seen.append(-1) })
    core.run()
    #expect(seen.values == Array(0..<count))
  }

  @Test func `runs jobs that jobs give`() {
    let seen = Recorder<Int>()
    @Sendable func give(_ number: Int) {
      seen.append(number)
      if number < 10_000 { _ = core.submit { give(number + 1) } } else { stop() }
    }
    _ = core.submit { give(0) }
    core.run()
    #expect(seen.values == Array(0...10_000))
  }

  @Test func `drops what a job captured as soon as it is done, however many jobs wait`() {
    let alive = Counter()
    let left = Recorder<Int>()
    for _ in 0..<100 {
      let tracked = Tracked(alive)
      _ = core.submit { withExtendedLifetime(tracked) {} }
      _ = core.submit { left.append(alive.value) }
    }
    #expect(alive.value == 100)
    stop()
    core.run()
    #expect(left.values == (0..<100).reversed())
  }

  @Test func `lets what a job captured use the queue when it ends`() {
    let refused = Counter()
    for _ in 0..<3 {
      let user = QueueUser(core, refused)
      _ = core.submit { withExtendedLifetime(user) {} }
      _ = core.submit {}
    }
    stop()
    core.run()
    #expect(refused.value == 3)
  }

  private final class QueueUser: Sendable {
    private let core: ThreadCore
    private let refused: Counter

    init(_ core: ThreadCore, _ refused: Counter) {
      self.core = core
      self.refused = refused
    }

    deinit { if !core.submit({}) { refused.add(1) } }
  }

  @Test func `takes jobs of an actor until the last job is done, and no longer`() {
    let seen = Recorder<String>()
    _ = core.submit {
      seen.append("work")
      stop()
      if core.submitActorJob({ seen.append("actor") }) { seen.append("taken") }
    }
    core.run()
    #expect(seen.values == ["work", "taken", "actor"])
    #expect(!core.submitActorJob {})
  }
}
