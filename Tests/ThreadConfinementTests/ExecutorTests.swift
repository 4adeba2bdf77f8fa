import Foundation
import Testing
import ThreadConfinement

/// An actor that lives on a dedicated thread.
private actor Resident {
  private let thread: DedicatedThread
  private(set) var numbers: [Int] = []
  private var isBusy = false
  private(set) var overlaps = 0

  init(_ thread: DedicatedThread) { self.thread = thread }

  nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  func append(_ number: Int) { numbers.append(number) }
  func isOnThread() -> Bool { thread.isCurrent }
  func check() {
    preconditionIsolated()
    thread.checkIsolated()
  }

  /// Stops the thread and stays on it for a while, to give another call the time to be wrong.
  func stopAndStay(_ stopped: Gate, _ visited: Gate) {
    isBusy = true
    thread.stop()
    stopped.open()
    visited.pass(within: 0.2)
    isBusy = false
  }

  func visit(_ visited: Gate) {
    if isBusy { overlaps += 1 }
    visited.open()
  }

  nonisolated func appendAssumingIsolation(_ number: Int) { assumeIsolated { $0.numbers.append(number) } }
}

@Suite(.timeLimit(.minutes(30))) struct ExecutorTests {
  @Test func `an actor lives on the thread`() async throws {
    let resident = Resident(try DedicatedThread(name: "resident"))
    #expect(await resident.isOnThread())
    await resident.check()
  }

  @Test func `an actor's calls run in order`() async throws {
    let resident = Resident(try DedicatedThread(name: "resident"))
    for number in 0..<1_000 { await resident.append(number) }
    #expect(await resident.numbers == Array(0..<1_000))
  }

  @Test func `plain code on the thread is isolated to the actor`() async throws {
    let thread = try DedicatedThread(name: "resident")
    let resident = Resident(thread)
    try await thread.perform { resident.appendAssumingIsolation(5) }
    #expect(await resident.numbers == [5])
    #expect(thread.isIsolatingCurrentContext() == false)
    #expect(try await thread.perform { thread.isIsolatingCurrentContext() } == true)
  }

  @Test func `code on another thread is not isolated to the actor`() async {
    await #expect(processExitsWith: .failure) {
      let thread = try DedicatedThread(name: "resident")
      Resident(thread).appendAssumingIsolation(5)
    }
  }

  @Test func `calls after the stop are still answered, and not by the ended thread`() async throws {
    let thread = try DedicatedThread(name: "resident")
    let resident = Resident(thread)
    await resident.append(1)
    stop(thread)
    await resident.append(2)
    #expect(await resident.numbers == [1, 2])
    #expect(await resident.isOnThread() == false)
  }

  private func stop(_ thread: DedicatedThread) { thread.stop() }

  @Test func `a call that comes after the stop does not overlap one that still runs`() async throws {
    let thread = try DedicatedThread(name: "resident")
    let resident = Resident(thread)
    let (stopped, visited) = (Gate(), Gate())
    let occupied = Task { await resident.stopAndStay(stopped, visited) }
    Thread.detachNewThread {
      stopped.pass()
      Task { await resident.visit(visited) }
    }
    await occupied.value
    await resident.visit(visited)
    #expect(await resident.overlaps == 0)
  }

  @Test func `many actors share a thread`() async throws {
    let thread = try DedicatedThread(name: "shared")
    let residents = (0..<50).map { _ in Resident(thread) }
    await withTaskGroup(of: Void.self) { group in
      for resident in residents {
        group.addTask { for number in 0..<100 { await resident.append(number) } }
      }
    }
    for resident in residents { #expect(await resident.numbers == Array(0..<100)) }
  }
}
