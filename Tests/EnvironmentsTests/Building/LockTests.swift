import Environments
import Foundation
import Functions
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct LockTests {
  private func lock(_ source: UDFSource, _ options: EnvironmentOptions) throws -> String {
    try LockMaking.lock(source, discovery: .ofCheckout(options), options: options)
  }

  @Test(arguments: Installers.all)
  func `a locked file is installed with these versions alone, and the hashes are compared`(installer: InstallerKind)
    throws
  {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0", requires: ["other"])
    let other = try wheels.add("other", "1.0", "VALUE = 1")
    let (source, options) = (try wheels.source("f.py", asking: ["tiny"]), wheels.options(installer))
    let path = try lock(source, options)
    #expect(path == source.path.map { $0 + ".requirements.txt" })
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for part in ["tiny==1.0", "other==1.0", "--hash=sha256:"] { #expect(text.contains(part), "\(text)") }

    try wheels.add("tiny", "2.0")
    let environment = try prepare(source, options)
    #expect(environment?.distributions.map { "\($0.name) \($0.version)" } == ["other 1.0", "tiny 1.0"])

    // Another file under the name of the locked one, for an environment that is not there yet.
    try FileManager.default.removeItem(atPath: other)
    try wheels.add("other", "1.0", "VALUE = 'another'")
    let again = try wheels.source("again.py", asking: ["tiny"])
    try (text + "# again\n").write(
      toFile: try #require(again.path) + ".requirements.txt", atomically: true, encoding: .utf8)
    let error = try #require(throws: EnvironmentError.self) {
      try prepare(again, wheels.options(installer, variables: ["UV_CACHE_DIR": wheels.folder.path + "/uv2"]))
    }
    #expect(error.code == .buildFailed)
    #expect(error.message.lowercased().contains("hash") && error.message.contains("other"), "\(error)")
    #expect(error.message.contains("again.py.requirements.txt"), "\(error)")
    #expect(wheels.builtOrBegun().count == 2)
  }

  @Test func `a lock of other dependencies is refused, and one that nobody made`() throws {
    let wheels = try WheelFolder()
    for name in ["tiny", "other"] { try wheels.add(name, "1.0") }
    let options = wheels.options()
    let path = try lock(wheels.source("f.py", asking: ["tiny"]), options)
    let changed = try wheels.source("f.py", asking: ["tiny", "other"])
    let error = try #require(throws: EnvironmentError.self) { try prepare(changed, options) }
    #expect(error.code == .badLock)
    #expect(error.message.contains("clutch env lock"), "\(error)")
    try "tiny==1.0\n".write(toFile: path, atomically: true, encoding: .utf8)
    let other = try #require(throws: EnvironmentError.self) { try prepare(changed, options) }
    #expect(other.message.contains("does not say for which dependencies"), "\(other)")
  }

  @Test func `nothing is added to what is locked`() throws {
    let wheels = try WheelFolder()
    for name in ["tiny", "other"] { try wheels.add(name, "1.0") }
    let source = try wheels.source("f.py", asking: ["tiny"])
    _ = try lock(source, wheels.options())
    let error = try #require(throws: EnvironmentError.self) { try prepare(source, wheels.options(packages: ["other"])) }
    #expect(error.code == .badLock)
    #expect(error.message.contains("has no hashes for other"), "\(error)")
  }

  @Test func `a lock that lacks a package, and one that has more than packages, are refused`() throws {
    let wheels = try WheelFolder()
    let (folder, mark) = try wheels.sourcePackage()
    for name in ["tiny", "other"] { try wheels.add(name, "1.0") }
    let source = try wheels.source("f.py", asking: ["Tiny", "other"])
    let options = wheels.options(.pip)
    let path = try lock(source, options)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let pins = try #require(text.range(of: "tiny==1.0"))
    let hash = "--hash=sha256:\(String(repeating: "0", count: 64))"
    for (changed, says) in [
      (String(text[..<pins.lowerBound]), "lacks tiny, which "),
      (text + "-e \(folder)\n", "more than packages with their hashes"),
      (text + "--no-binary :all:\n", "more than packages with their hashes"),
      (text + "other==1.0 \(hash) --global-option=x\n", "more than packages with their hashes"),
      (text + "\(folder) \(hash)\n", "more than packages with their hashes"),
      (text + "evil @ file://\(folder) \(hash)\n", "would have to be built"),
    ] {
      try changed.write(toFile: path, atomically: true, encoding: .utf8)
      let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
      #expect([.badLock, .badRequirement].contains(error.code) && error.message.contains(says), "\(error)")
      #expect(error.message.contains("f.py.requirements.txt"), "\(error)")
    }
    #expect(!FileManager.default.fileExists(atPath: mark))
    // Nor does it matter how its lines end.
    try text.replacing("\n", with: "\r\n").write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try prepare(source, options)?.distributions.count == 2)
  }

  @Test(arguments: Installers.all)
  func `what has no hash, or a password in its address, is not locked`(installer: InstallerKind) throws {
    let wheels = try WheelFolder()
    try wheels.folder.write("plain/pyproject.toml", "[project]\nname = \"plain\"\nversion = \"1.0\"\n")
    let file = try wheels.add("tiny", "1.0")
    var options = wheels.options(installer)
    let secret = try wheels.source("f.py", asking: ["tiny @ http://me:hidden1@127.0.0.1:9/tiny-1.0-py3-none-any.whl"])
    let error = try #require(throws: EnvironmentError.self) { try lock(secret, options) }
    #expect(
      error.code == .badLock && error.message.contains(".netrc") && !error.message.contains("hidden1"), "\(error)")
    let kept = (try? FileManager.default.contentsOfDirectory(atPath: wheels.cache)) ?? []
    for name in kept where name.hasSuffix(".json") {
      let text = try String(contentsOfFile: "\(wheels.cache)/\(name)", encoding: .utf8)
      #expect(!text.contains("hidden1"), "\(name)")
    }

    options.allowsBuilds = true
    let folder = try wheels.source("g.py", asking: ["plain @ file://\(wheels.folder.path)/plain"])
    let other = try #require(throws: EnvironmentError.self) { try lock(folder, options) }
    // Which needs more than is there to be built.
    #expect([.badLock, .buildFailed].contains(other.code), "\(other)")
    #expect(!FileManager.default.fileExists(atPath: "\(wheels.folder.path)/g.py.requirements.txt"))

    let wheel = try wheels.source("h.py", asking: ["tiny @ file://\(file)"])
    _ = try lock(wheel, options)
    #expect(try prepare(wheel, options)?.distributions.map(\.name) == ["tiny"])
  }

  @Test func `what cannot be locked says why`() throws {
    let wheels = try WheelFolder()
    let options = wheels.options()
    for (source, says) in [
      (UDFSource("x = 1"), "is in no file"), (try wheels.source("none.py", asking: []), "nothing to lock"),
      (try wheels.source("f.py", asking: ["no_such_package"]), "cannot be locked"),
    ] {
      let error = try #require(throws: EnvironmentError.self) { try lock(source, options) }
      #expect(error.message.contains(says), "\(error)")
    }
  }
}
