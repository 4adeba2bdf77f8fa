import Essentials
import PythonRuntime
import Synchronization
import ThreadConfinement

/// Sees what interpreters do, at moments, from a thread of its own: which function each calls, in which line of Python, or
/// whether it makes arguments and results. The interpreters are not stopped and keep their GIL.
///
/// It takes a hundredth of its time at most: when looking takes longer, it looks less often. All members may be used from any
/// thread. It goes on until `stop`, or until the last reference is dropped.
package final class FunctionProfiler: Sendable {
  private struct State {
    var threads: [ProfiledThread] = []
    var numbers: [ProfiledFunction: Int] = [:]
    var functions: [ProfiledFunction] = []
    var seen: [Seen] = []
    /// The frames that stacks name by their numbers.
    var frames: [SampledFrame] = []
    /// What workers have seen.
    var others: [ProfiledFunction: FunctionProfile] = [:]
    /// Why there are no stacks.
    var problem: String?

    mutating func add(_ reasons: [Int: Set<String>]) {
      for (function, found) in reasons { seen[function].reasons.formUnion(found) }
    }
  }

  private struct Seen {
    var samples = 0
    var converting = 0
    var native = 0
    var unknown = 0
    var stacks: [[Int]: Int] = [:]
    var reasons: Set<String> = []
  }

  /// Shared with the thread that looks, which does not keep the profiler.
  private final class Shared: Sendable {
    let state = Mutex(State())
    let isStopped = Atomic(false)
  }

  private let shared = Shared()
  private let thread: DedicatedThread

  /// - Throws: `ThreadConfinementError` when the system makes no thread.
  package init() throws { thread = try DedicatedThread(name: "udf profiler", stackSize: 1 << 20) }

  deinit { stop() }

  /// Looks no more.
  package func stop() {
    shared.isStopped.store(true, ordering: .relaxed)
    thread.stop()
  }

  /// Why there are no lines, if there are none.
  package var problem: String? { shared.state.withLock(\.problem) }

  /// What has been seen so far, of each function.
  package var profiles: [ProfiledFunction: FunctionProfile] {
    shared.state.withLock { Self.profiles(&$0, taking: false) }
  }

  /// What has been seen since the last time, which is forgotten.
  package func take() -> [ProfiledFunction: FunctionProfile] {
    shared.state.withLock { Self.profiles(&$0, taking: true) }
  }

  /// Adds what another process's profiler has seen of a source's functions; what cannot have been seen is left out.
  func add(_ profiles: [ProfiledFunction: FunctionProfile], of source: String) {
    guard !profiles.isEmpty else { return }
    shared.state.withLock { state in
      for (function, profile) in profiles where profile.isPlausible {
        let function = ProfiledFunction(name: function.name, source: source)
        state.others[function, default: FunctionProfile()].add(profile)
      }
    }
  }

  private static func profiles(_ state: inout State, taking: Bool) -> [ProfiledFunction: FunctionProfile] {
    for thread in state.threads { state.add(thread.takeReasons()) }
    var profiles = state.others
    for (number, seen) in state.seen.enumerated() where seen.samples > 0 || !seen.reasons.isEmpty {
      var profile = FunctionProfile()
      profile.reasons = seen.reasons
      (profile.samples, profile.converting) = (seen.samples, seen.converting)
      (profile.native, profile.unknown) = (seen.native, seen.unknown)
      for (stack, time) in seen.stacks { profile.stacks[stack.map { state.frames[$0] }, default: 0] += time }
      profiles[state.functions[number], default: FunctionProfile()].add(profile)
    }
    if taking { (state.others, state.seen) = ([:], state.seen.map { _ in Seen() }) }
    return profiles
  }

  // MARK: What is looked at

  /// The place in which an interpreter notes what it does; called under its GIL.
  func thread(of py: borrowing Python) -> ProfiledThread {
    let made = ProfiledThread(py.state.sampledThread)
    let isFirst = shared.state.withLock { state in
      state.threads.append(made)
      return state.threads.count == 1
    }
    guard isFirst else { return made }
    let sampler = StackSampler.Maker(py.state)
    _ = thread.submit { [shared] in Self.look(shared, sampler) }
    return made
  }

  /// Forgets an interpreter, which has ended.
  func forget(_ thread: ProfiledThread) {
    shared.state.withLock { state in
      state.threads.removeAll { $0 === thread }
      state.add(thread.takeReasons())
    }
  }

  func number(of function: ProfiledFunction) -> Int {
    shared.state.withLock { state in
      if let known = state.numbers[function] { return known }
      let number = state.functions.count
      state.numbers[function] = number
      state.functions.append(function)
      state.seen.append(Seen())
      return number
    }
  }

  // MARK: Looking

  private static let interval = Duration.milliseconds(1)
  /// How many times as long as a look it waits for the next.
  private static let patience = 100
  private static let longestInterval = Duration.milliseconds(50)
  /// How many different stacks of a function are kept.
  private static let mostStacks = 20_000

  private static func look(_ shared: Shared, _ maker: StackSampler.Maker) {
    let sampler = maker.make()
    if sampler == nil { shared.state.withLock { $0.problem = maker.problem } }
    // A regular look at something that is regular would see the same part of it each time.
    var generator = SystemRandomNumberGenerator()
    var (last, cost) = (ContinuousClock.now, Duration.zero)
    while !shared.isStopped.load(ordering: .relaxed) {
      let pause = min(max(interval, cost * patience), longestInterval)
      DetachedThread.sleep(seconds: pause.inSeconds * Double.random(in: 0.75...1.25, using: &generator))
      let begun = ContinuousClock.now
      let threads = shared.state.withLock(\.threads)
      let nanoseconds = Int((begun - last).inSeconds * 1e9)
      for thread in threads { look(at: thread, sampler, nanoseconds, shared) }
      last = begun
      // Smoothed, as one that was kept from running says nothing.
      cost = cost * 7 / 8 + (.now - begun) / 8
    }
  }

  private static func look(at thread: ProfiledThread, _ sampler: StackSampler?, _ time: Int, _ shared: Shared) {
    guard let activity = thread.activity else { return }
    let stack = activity.isNative ? [] : sampler?.stack(of: thread.thread)
    // It has gone on to something else meanwhile.
    guard thread.activity == activity else { return }
    shared.state.withLock { state in
      if let sampler, sampler.frames.count > state.frames.count {
        state.frames += sampler.frames[state.frames.count...]
      }
      state.seen[activity.function].samples += 1
      if activity.isNative { return state.seen[activity.function].native += time }
      // Of our own code around the user's nothing is told.
      guard let stack = stack.map({ stack in stack.filter { !state.frames[$0].isOwn } }) else {
        return state.seen[activity.function].unknown += time
      }
      if stack.isEmpty { return state.seen[activity.function].converting += time }
      guard
        state.seen[activity.function].stacks.count < mostStacks || state.seen[activity.function].stacks[stack] != nil
      else { return state.seen[activity.function].unknown += time }
      state.seen[activity.function].stacks[stack, default: 0] += time
    }
  }
}
