import Columnar
import Foundation
import PythonRuntime
import TestSupport
import Testing

@testable import PythonUDF

@Suite(.timeLimit(.minutes(30))) struct FunctionProfilerTests {
  private static let source = UDFSource(
    """
    from clutch import udf
    def helper(x):
        total = 0
        for i in range(300):
            total += i % 7
        return total
    @udf
    def hot(x: int) -> int:
        y = x + 1
        return helper(y)
    @udf
    def first(a: str, b: str, c: str, d: str, e: str, f: str, g: str, h: str) -> str:
        return a
    @udf
    def partly(x: int) -> int:
        if x % 2 == 0:
            return len([x])
        return x
    @udf
    def plain(x: int) -> int:
        a, b = x, 1000003
        while b:
            a, b = b, a % b
        return a
    """, name: "file.py")

  /// Calls a function until it has been seen often enough.
  private static func profile(
    _ function: String, _ batch: RecordBatch, _ options: HostOptions, samples: Int = 50
  ) async throws -> (FunctionProfile, FunctionProfiler) {
    let profiler = try FunctionProfiler()
    var options = options
    options.profiler = profiler
    let pool = try await UDFPool.make(Self.source, options)
    let key = ProfiledFunction(name: function, source: "file.py")
    let deadline = ContinuousClock.now + .seconds(300)
    while (profiler.profiles[key]?.samples ?? 0) < samples, ContinuousClock.now < deadline {
      _ = try await pool.call(function, batch)
    }
    await pool.closeAsync()
    profiler.stop()
    #expect(Set(profiler.profiles.keys.map(\.name)) == [function])
    return (try #require(profiler.profiles[key]), profiler)
  }

  private static func canSeeStacks() -> Bool { CPython.installation.map { $0.version >= PythonVersion(3, 13) } ?? true }

  @Test(arguments: [Placement.interpreter, .worker])
  func `the lines of a function, and of those that it calls, are seen wherever it runs`(placement: Placement)
    async throws
  {
    let options = HostOptions(
      interpreters: 2, placement: placement, worker: try Checkout.clutch(), vectorizes: false)
    let (profile, profiler) = try await Self.profile("hot", integers(Array(0..<2_000)), options)
    guard Self.canSeeStacks() else { return #expect(profiler.problem?.contains("3.13") == true) }
    #expect(profiler.problem == nil)
    let lines = profile.lines(of: "file.py")
    #expect(Set(lines.keys).isSubset(of: Set(2...10)), "\(lines)")
    let loop = (lines[4] ?? 0) + (lines[5] ?? 0)
    #expect(loop > lines.values.reduce(0, +) / 2, "\(lines)")
    #expect(profile.stacks.keys.contains { $0.map(\.function) == ["helper", "hot"] })
    #expect(profile.native == 0)
  }

  @Test func `arguments and results are seen as such`() async throws {
    let texts = Column((0..<2_000).map { "größer als \($0)" as String? })
    let columns = try batch(Array(repeating: texts, count: 8))
    let options = HostOptions(interpreters: 1, vectorizes: false)
    let (profile, _) = try await Self.profile("first", columns, options)
    guard Self.canSeeStacks() else { return }
    #expect(profile.converting > profile.python, "\(profile)")
  }

  @Test func `what needs no Python is seen as such`() async throws {
    let (profile, _) = try await Self.profile(
      "plain", integers(Array(1...200_000)), HostOptions(interpreters: 1), samples: 200)
    #expect(profile.native > profile.python + profile.converting, "\(profile)")
  }

  @Test(arguments: [Placement.interpreter, .worker])
  func `where rows are left to Python is told`(placement: Placement) async throws {
    let options = HostOptions(interpreters: 1, placement: placement, worker: try Checkout.clutch())
    let (profile, _) = try await Self.profile("partly", integers(Array(0..<5_000)), options)
    #expect(profile.reasons.count == 1 && profile.reasons.first?.hasPrefix("line 17, ") == true, "\(profile.reasons)")
  }

  @Test func `several functions, and what they saw in several interpreters, are added up`() throws {
    let (one, other) = (
      SampledFrame(file: "f.py", function: "f", line: 3), SampledFrame(file: "m.py", function: "g", line: 9)
    )
    var first = FunctionProfile()
    (first.samples, first.converting, first.stacks) = (2, 10, [[one]: 100])
    var second = FunctionProfile()
    (second.samples, second.native, second.unknown, second.stacks) = (
      3, 4, 5, [[one]: 20, [other, one]: 7, [other]: 1]
    )
    first.add(second)
    #expect((first.samples, first.converting, first.native, first.unknown) == (5, 10, 4, 5))
    #expect(first.stacks == [[one]: 120, [other, one]: 7, [other]: 1])
    #expect(first.python == 133)
    #expect(first.lines(of: "f.py") == [3: 127])
    #expect(first.lines(of: "m.py") == [9: 8])
  }

  @Test func `what a worker cannot have seen is left out`() throws {
    let profiler = try FunctionProfiler()
    var (wrong, negative, right) = (FunctionProfile(), FunctionProfile(), FunctionProfile())
    wrong.samples = .max
    negative.stacks = [[]: -1]
    right.samples = 1
    for (name, profile) in [("wrong", wrong), ("negative", negative), ("right", right)] {
      profiler.add([ProfiledFunction(name: name, source: "lies.py"): profile], of: "file.py")
    }
    #expect(Array(profiler.profiles.keys) == [ProfiledFunction(name: "right", source: "file.py")])
  }
}
