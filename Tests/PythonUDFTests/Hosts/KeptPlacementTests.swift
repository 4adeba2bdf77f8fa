import Foundation
import InMemoryLogging
import Logging
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// What one start keeps for the next of where a file runs.
@Suite(.timeLimit(.minutes(30))) struct KeptPlacementTests {
  private let packages: TemporaryFolder
  private let folder: TemporaryFolder
  private var cache: String { folder.path + "/cache" }

  init() throws {
    packages = try TemporaryFolder()
    folder = try TemporaryFolder()
    try packages.install("msgpack", ["msgpack/__init__.py": ""], compiled: ["msgpack/_cmsgpack.so"])
    try folder.write("beside.py", "import numpy")
    try write("import beside")
  }

  /// A file that writes down each process that loads it, before it imports anything else.
  private func write(_ imports: String, mark: String = "@udf") throws {
    try folder.write(
      "file.py",
      """
      import os
      with open("\(folder.path)/loaded", "a") as file: file.write(f"{os.getpid()}\\n")
      \(imports)
      from clutch import udf
      \(mark)
      def f(x: int) -> int: return x
      """)
  }

  private enum Load { case here, worker }

  private struct Outcome {
    let place: Placement
    let reason: String?
    let told: [String]
    /// Where it was loaded, one after the other.
    let loads: [Load]
  }

  private func load(cache: String? = nil) throws -> Outcome {
    try? FileManager.default.removeItem(atPath: folder.path + "/loaded")
    let collected = InMemoryLogHandler()
    var options = try packages.options(cache: cache ?? self.cache)
    options.logging = UDFLogging(logger: Logger(label: "") { _ in collected })
    let pool = try UDFPool(UDFSource(file: folder.path + "/file.py"), options)
    defer { pool.close() }
    let loads = try folder.text("loaded").split(separator: "\n").map { Int32($0) == getpid() ? Load.here : .worker }
    return Outcome(
      place: pool.placement, reason: pool.placementReason,
      // Without what numpy is denied while it is imported.
      told: collected.entries.map(\.message.description).filter { !$0.hasPrefix("the policy ") }, loads: loads)
  }

  private func entries() throws -> [String] {
    guard FileManager.default.fileExists(atPath: cache) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: cache).filter { $0.hasPrefix("placement-") }
  }

  @Test func `the second start goes to workers at once, and says why again`() throws {
    let first = try load()
    #expect(first.place == .worker && first.loads == [.here, .worker])
    let second = try load()
    #expect(second.loads == [.worker])
    #expect(second.place == .worker && second.reason == first.reason && second.told == first.told)
    #expect(first.reason?.hasPrefix("numpy does not support isolated interpreters (") == true)
    #expect(first.told == ["it runs in worker processes: \(first.reason ?? "")"])
  }

  @Test func `what a file says itself is kept too`() throws {
    try write("", mark: "@udf(placement='worker')")
    #expect(try load().loads == [.here, .worker])
    let second = try load()
    #expect(second.loads == [.worker])
    #expect(second.reason == #"its functions say placement="worker""# && second.told.isEmpty)
    // What the options or the block say comes first, or is found again.
    try write("")
    #expect(try load().loads == [.here])
  }

  @Test func `what it depends on is looked at: the file, what it imports, what is installed`() throws {
    _ = try load()
    try write("import beside ")
    #expect(try load().loads == [.here, .worker])
    #expect(try load().loads == [.worker])
    try folder.write("beside.py", "import numpy ")
    #expect(try load().loads == [.here, .worker])
    #expect(try load().loads == [.worker])
    try packages.install("more", [:])
    #expect(try load().loads == [.here, .worker])
    #expect(try load().loads == [.worker])
    try folder.write("beside.py", "")
    #expect(try load().place == .interpreter)
    // One for the file, whatever it was.
    #expect(try entries().count == 1)
  }

  @Test func `one that stays is told again what is slower, and moves when that is not so any more`() throws {
    try write("import msgpack")
    let note = """
      msgpack runs without its compiled part in isolated interpreters, which is slower; --placement worker runs it with it
      """
    for _ in 0..<2 {
      let found = try load()
      #expect(found.place == .interpreter && found.loads == [.here] && found.told == [note])
    }
    // Its folder is as it was, so what is kept is wrong.
    try packages.write("msgpack/__init__.py", "import numpy")
    #expect(try load().loads == [.here, .worker])
    // That it was wrong is found once.
    #expect(try load().loads == [.here, .worker])
    #expect(try load().loads == [.worker])
  }

  @Test(arguments: ["", "{}", "clutch-cache-1 0 0\n"]) func `what is damaged is found again`(text: String) throws {
    _ = try load()
    let name = try #require(try entries().first)
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(cache)/\(name)"))
    #expect(try load().loads == [.here, .worker])
    #expect(try load().loads == [.worker])
  }

  @Test func `without a cache nothing is kept`() throws {
    for _ in 0..<2 { #expect(try load(cache: "").loads == [.here, .worker]) }
    #expect(try entries().isEmpty)
  }

  @Test func `nothing is kept of a file without packages`() throws {
    try write("")
    #expect(try load().place == .interpreter)
    #expect(try entries().isEmpty)
  }
}
