import Environments
import Foundation
import Functions
import HostSupport
import PythonRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct CachedEnvironmentTests {
  /// Builds an environment in another process, which has ended, so that nobody uses it.
  private func build(_ wheels: WheelFolder, _ name: String, asking dependencies: [String]) throws -> String {
    let path = try #require(try wheels.source(name, asking: dependencies).path)
    var environment = wheels.options().environment
    environment["CLUTCH_PYTHON"] = try Checkout.environment()
    let end = try RunningProgram(Checkout.clutch(), ["env", "path", path], in: "/", environment: environment).end()
    try #require(end.status == .exited(0), "\(end)")
    return end.output.trimmingCharacters(in: .newlines)
  }

  private func age(_ wheels: WheelFolder, _ path: String, days: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -days * 86_400)], ofItemAtPath: path + ".used")
  }

  @Test func `old ones are removed, then the least used ones above a size, and never one in use`() throws {
    let wheels = try WheelFolder()
    for name in ["tiny", "other", "used"] { try wheels.add(name, "1.0") }
    let (tiny, other) = (
      try build(wheels, "a.py", asking: ["tiny"]), try build(wheels, "b.py", asking: ["other"])
    )
    let used = try #require(try prepare(wheels.source("c.py", asking: ["used"]), wheels.options()))
    let usedFolder = try #require(used.python).replacing("/bin/python", with: "")
    for (path, days) in [(tiny, 40.0), (other, 20), (usedFolder, 400)] { try age(wheels, path, days: days) }
    let cache = try CachedEnvironments(wheels.options().environment)
    let items = try cache.items()
    #expect(items.map(\.path) == [other, tiny, usedFolder])
    #expect(items.map(\.isInUse) == [false, false, true])
    #expect(items.map(\.requirements) == [["other"], ["tiny"], ["used"]])
    #expect(items.allSatisfy { $0.byteCount > 0 && $0.source != nil && !$0.pythonVersion.isEmpty })

    // What a build has left that was killed, of one that was built since.
    let left = other + ".tmp-1"
    try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
    let old = try cache.clean(unusedFor: 30 * 86_400, keepingAtMost: nil)
    #expect(!FileManager.default.fileExists(atPath: left) && FileManager.default.fileExists(atPath: other))
    #expect(old.map(\.path) == [tiny, left] && old.map { $0.source == nil } == [false, true])
    #expect(!FileManager.default.fileExists(atPath: tiny))
    let size = try cache.items().reduce(0) { $0 + $1.byteCount }
    #expect(try cache.clean(unusedFor: nil, keepingAtMost: size).isEmpty)
    let large = try cache.clean(unusedFor: nil, keepingAtMost: 1)
    #expect(large.map(\.path) == [other])
    #expect(try cache.clean(unusedFor: 0, keepingAtMost: 0).isEmpty)
    #expect(FileManager.default.fileExists(atPath: usedFolder))
  }

  @Test func `what another thread starts in that moment does not keep a lock`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/lock"
    var lock = try FileLock(path, .exclusive)
    #expect(lock != nil)
    #expect(try FileLock(path, .shared) == nil)
    // A program has a copy of every descriptor until it is itself.
    let own = try #require((0..<4_096).map { Int32($0) }.first { Self.isFile(path, $0) })
    let copy = dup(own)
    defer { close(copy) }
    lock = nil
    #expect(try FileLock(path, .exclusive) != nil)
  }

  private static func isFile(_ path: String, _ descriptor: Int32) -> Bool {
    var (own, there) = (stat(), stat())
    return fstat(descriptor, &own) == 0 && stat(path, &there) == 0 && own.st_ino == there.st_ino
      && own.st_dev == there.st_dev
  }

  @Test func `what is kept of where files run goes with age`() throws {
    let wheels = try WheelFolder()
    let cache = CacheFolder(wheels.options().environment)
    let folder = try #require(cache)
    for name in ["placement-old", "placement-new", "other"] { folder.write(name, [1]) }
    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0 != "environments" }.sorted()
    }
    for name in ["placement-old", "other"] {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -40 * 86_400)], ofItemAtPath: "\(folder.path)/\(name)")
    }
    let environments = try CachedEnvironments(wheels.options().environment)
    _ = try environments.clean(unusedFor: nil, keepingAtMost: 0)
    #expect(try names() == ["other", "placement-new", "placement-old"])
    // One that is used is not old any more.
    folder.noteUse("placement-old")
    _ = try environments.clean(unusedFor: 30 * 86_400, keepingAtMost: nil)
    #expect(try names() == ["other", "placement-new", "placement-old"])
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -40 * 86_400)], ofItemAtPath: "\(folder.path)/placement-old")
    _ = try environments.clean(unusedFor: 30 * 86_400, keepingAtMost: nil)
    #expect(try names() == ["other", "placement-new"])
    _ = try environments.clean(unusedFor: 0, keepingAtMost: nil)
    #expect(try names() == ["other"])
  }

  @Test func `one that was removed is built again`() throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0")
    let path = try build(wheels, "a.py", asking: ["tiny"])
    #expect(try CachedEnvironments(wheels.options().environment).clean(unusedFor: 0, keepingAtMost: nil).count == 1)
    #expect(wheels.entries() == [])
    #expect(try build(wheels, "a.py", asking: ["tiny"]) == path)
  }

  // MARK: Ready environments

  @Test func `a virtual environment and a folder of packages are taken as they are`() throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0")
    let python = try Checkout.python()
    let venv = try build(wheels, "a.py", asking: ["tiny"])
    let whole = try UDFEnvironment(folder: venv, for: python)
    #expect(whole.python == venv + "/bin/python" && whole.distributions.map(\.name) == ["tiny"])
    let folder = try UDFEnvironment(folder: try #require(whole.sitePackages.first), for: python)
    #expect(folder.sitePackages == whole.sitePackages && folder.python == nil)
  }

  @Test func `a folder that is none, or for another CPython, is an error that says so`() throws {
    let python = try Checkout.python()
    let folder = try TemporaryFolder()
    try folder.write("pyvenv.cfg", "")
    try folder.write("lib/python3.1/site-packages/x.py", "")
    let error = try #require(throws: EnvironmentError.self) { try UDFEnvironment(folder: folder.path, for: python) }
    #expect(error.code == .badFolder)
    #expect(error.message.contains("python3.1") && error.message.contains("\(python.version)"), "\(error)")
    let none = try #require(throws: EnvironmentError.self) { try UDFEnvironment(folder: "/nowhere", for: python) }
    #expect(none.code == .badFolder)
  }
}
