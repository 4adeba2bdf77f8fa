import Columnar
import Foundation
import InMemoryLogging
import Logging
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// What is seen of packages that go on without their compiled modules.
@Suite(.timeLimit(.minutes(30))) struct PackageFindingsTests {
  private let packages: TemporaryFolder

  init() throws { packages = try TemporaryFolder() }

  /// Loads a file that imports something, and gives where it runs, why, and what is told.
  private func load(
    _ text: String, policy: InterpreterPolicy = .guarded, memoryLimit: Int? = nil
  ) throws -> (place: Placement, reason: String?, told: [String]) {
    let collected = InMemoryLogHandler()
    var options = try packages.options()
    options.logging = UDFLogging(logger: Logger(label: "") { _ in collected })
    options.policy = policy
    options.configuration.memoryLimit = memoryLimit
    let source = UDFSource("\(text)\nfrom clutch import udf\n@udf\ndef f(x: int) -> int: return x", name: "file.py")
    let pool = try UDFPool(source, options)
    defer { pool.close() }
    #expect(pool.denials.count == 0)
    return (pool.placement, pool.placementReason, collected.entries.map(\.message.description))
  }

  private static let fallback = ["thing/__init__.py": "try: from ._fast import f\nexcept ImportError: f = int"]

  @Test(arguments: [InterpreterPolicy.guarded, .pure, .open])
  func `a package with compiled modules of which none was loaded goes to workers`(policy: InterpreterPolicy) throws {
    try packages.install("my-thing", Self.fallback, compiled: ["thing/_fast.cpython-313-any.so"])
    try packages.install("other", ["other.py": ""], compiled: ["_other.abi3.so"])
    let found = try load("import thing", policy: policy)
    #expect(found.place == .worker)
    let reason = "my_thing does without its compiled modules in isolated interpreters, and may not work so"
    #expect(found.reason == reason)
    #expect(found.told == ["it runs in worker processes: \(reason)"])
  }

  @Test func `one without compiled modules stays, as does one of which nothing is imported`() throws {
    try packages.install("plain", ["plain/__init__.py": ""])
    try packages.install("thing", Self.fallback, compiled: ["thing/_fast.so"])
    let found = try load("import plain")
    #expect(found.place == .interpreter && found.reason == nil && found.told.isEmpty)
  }

  @Test func `one whose compiled module was loaded stays`() async throws {
    // Python's own, which supports isolated interpreters.
    let place = try await withPool(
      of: "import _bisect\n@udf\ndef f() -> str: return getattr(_bisect, '__file__', '')"
    ) { try await $0.call("f", rows(1)).toArray(of: String.self)[0] }
    guard let place, !place.isEmpty else { return }
    let name = URL(fileURLWithPath: place).lastPathComponent
    try packages.install("thing", ["thing/__init__.py": "from . import _bisect"])
    try FileManager.default.copyItem(atPath: place, toPath: "\(packages.path)/thing/\(name)")
    try packages.write("thing-1.0.dist-info/RECORD", "thing/__init__.py,,\nthing/\(name),,\nthing/other.so,,\n")
    let found = try load("import thing")
    #expect(found.place == .interpreter && found.told.isEmpty)
  }

  @Test func `known slow ways are told once, and stay`() throws {
    try packages.install("PyYAML", ["yaml/__init__.py": ""], compiled: ["yaml/_yaml.so"])
    try packages.install("msgpack", ["msgpack/__init__.py": ""], compiled: ["msgpack/_cmsgpack.so"])
    let found = try load("import yaml, msgpack")
    #expect(found.place == .interpreter && found.reason == nil)
    #expect(
      found.told == [
        """
        PyYAML and msgpack run without their compiled parts in isolated interpreters, which is slower; --placement worker \
        runs them with these
        """
      ])
  }

  @Test(arguments: ["polars", "cffi"])
  func `what fails only when it is used goes to workers, whatever its list says`(name: String) throws {
    try packages.write("\(name)/__init__.py", "")
    try packages.install("\(name)-runtime", ["_runtime.py": ""], compiled: ["_fast.so"])
    let found = try load("import \(name), _runtime", policy: .open)
    #expect(found.place == .worker)
    #expect(found.reason == "\(name) can be imported in isolated interpreters, and fails when it is used there")
  }

  @Test func `one that was refused and left out goes to workers`() throws {
    try packages.install(
      "thing", ["thing/__init__.py": "from . import part\nfrom . import _fast", "thing/part.py": ""],
      compiled: ["thing/_fast.so"])
    let found = try load("try: import thing\nexcept ImportError: pass")
    #expect(found.place == .worker)
    #expect(found.reason == "thing does not load in isolated interpreters, and what imports it does without")
  }

  @Test(arguments: [CompiledModule.Kind.refused, .raising])
  func `one that leaves nothing behind when it is refused is seen too, and does the process no harm`(
    kind: CompiledModule.Kind
  ) throws {
    try packages.install(
      "quick", ["quick/__init__.py": "from ._quick import NUMBER"], compiled: ["quick/_quick.so"])
    try CompiledModule.make(kind, "_quick", in: packages.path + "/quick")
    let found = try load("try: import quick\nexcept ImportError: quick = None")
    #expect(found.place == .worker)
    #expect(found.reason == "quick does not load in isolated interpreters, and what imports it does without")
  }

  @Test func `a file that changes Python is looked at all the same`() throws {
    try packages.install("thing", Self.fallback, compiled: ["thing/_fast.so"])
    let found = try load(
      """
      import thing, os, sys, builtins, types
      class Odd(types.ModuleType):
        def __getattribute__(self, name): raise RuntimeError("asked")
      class Name(str):
        def __hash__(self): return 1
      sys.modules[Name("odd")] = sys.modules["odd"] = Odd("odd")
      sys.modules["odder"] = sys.modules[3] = object()
      sys.modules = {}
      sys.path = None
      def nothing(*_, **__): raise RuntimeError("called")
      os.listdir = os.path.join = builtins.open = builtins.sorted = builtins.list = nothing
      def trace(frame, *_):
        if frame.f_code.co_name in ("_roots", "_without_compiled"): nothing()
      sys.settrace(trace)
      """)
    #expect(found.place == .worker)
  }

  @Test func `lists that cannot be read, or are none, leave it where it is`() throws {
    try packages.install("thing", Self.fallback)
    try packages.write("thing-1.0.dist-info/RECORD", "\u{0}\n,\n\"\n\"thing/__init__.py\nthing/data.sorted,,\n")
    try packages.write("more-1.0.dist-info/METADATA", "")
    let found = try load("import thing")
    #expect(found.place == .interpreter && found.told.isEmpty)
  }

  @Test func `a list that cannot be read hides no other`() throws {
    try packages.install("thing", Self.fallback, compiled: ["thing/_fast.so"])
    try packages.write("a-1.0.dist-info/RECORD/file", "")
    #expect(try load("import thing").place == .worker)
  }

  @Test func `what it takes to look is not the file's memory`() throws {
    try packages.install("thing", Self.fallback)
    let lines = (0..<200_000).map { "thing/data/\($0).txt,sha256=abc,10\n" }.joined()
    try packages.write("thing-1.0.dist-info/RECORD", lines + "thing/__init__.py,,\nthing/_fast.so,,\n")
    #expect(try load("import thing", memoryLimit: 8_000_000).place == .worker)
  }
}
