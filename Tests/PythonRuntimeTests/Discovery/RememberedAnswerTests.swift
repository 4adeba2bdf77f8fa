import Foundation
import TestSupport
import Testing

@testable import PythonRuntime

/// A program is asked in earnest when its answer is no longer what was remembered: here a version that it never said.
@Suite(.timeLimit(.minutes(30))) struct RememberedAnswerTests {
  private let folder: TemporaryFolder
  private let python: PythonInstallation

  init() throws {
    folder = try TemporaryFolder()
    python = try #require(Machine.installations.first { $0.version >= .supported })
    try folder.write(
      "venv/pyvenv.cfg", "home = \(URL(fileURLWithPath: python.executable).deletingLastPathComponent().path)\n")
    try FileManager.default.createDirectory(atPath: folder.path + "/venv/bin", withIntermediateDirectories: true)
    try link()
  }

  private var program: String { folder.path + "/venv/bin/python3" }
  private var cache: String { folder.path + "/cache" }

  private func link() throws {
    try? FileManager.default.removeItem(atPath: program)
    try FileManager.default.createSymbolicLink(
      atPath: program, withDestinationPath: URL(fileURLWithPath: python.executable).resolvingSymlinksInPath().path)
  }

  private func version(
    _ environment: [String: String] = [:], asksAnew: Bool = false, path: String? = nil
  ) -> PythonVersion? {
    var discovery = PythonDiscovery(
      explicitPath: path ?? program, environment: ["CLUTCH_CACHE": cache].merging(environment) { $1 },
      workingDirectory: folder.path)
    discovery.asksAnew = asksAnew
    return discovery.search().first?.installation?.version
  }

  private func entry() throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: cache)
    return try #require(names.first { $0.hasPrefix("python-") })
  }

  /// Makes what is remembered say another version than the program does.
  private func forge() throws {
    let store = try #require(CacheFolder(["CLUTCH_CACHE": cache]))
    let name = try entry()
    let content = Data(try #require(store.read(name)))
    var fields = try #require(JSONSerialization.jsonObject(with: content) as? [String: Any])
    let encoded = try #require(fields["answer"] as? String)
    let answer = try #require(Data(base64Encoded: encoded))
    var said = try #require(JSONSerialization.jsonObject(with: answer) as? [String: Any])
    said["version"] = [3, 13, 99]
    fields["answer"] = try JSONSerialization.data(withJSONObject: said).base64EncodedString()
    store.write(name, Array(try JSONSerialization.data(withJSONObject: fields)))
  }

  private let forged = PythonVersion(3, 13, 99)

  @Test func `an answer is remembered, for the user alone`() throws {
    #expect(version() == python.version)
    let file = try FileManager.default.attributesOfItem(atPath: "\(cache)/\(try entry())")
    #expect(file[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.attributesOfItem(atPath: cache)[.posixPermissions] as? Int == 0o700)
    try forge()
    #expect(version() == forged)
    #expect(version(path: folder.path + "/venv") == forged)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache).count == 1)
  }

  @Test func `who asks anew gets the truth, and leaves it`() throws {
    #expect(version() == python.version)
    try forge()
    #expect(version(asksAnew: true) == python.version)
    #expect(version() == python.version)
  }

  enum Change: CaseIterable {
    case configuration, noConfiguration, link, relocatedLink, readableByOthers, truncated, flipped, emptied, linkedEntry
    case folderOfOthers, loaderPath, otherFormat
  }

  @Test(arguments: Change.allCases)
  func `a program is asked again after`(change: Change) throws {
    #expect(version() == python.version)
    try forge()
    #expect(version() == forged)
    let files = FileManager.default
    let entry = "\(cache)/\(try entry())"
    var environment: [String: String] = [:]
    switch change {
    case .configuration:
      let old = try String(contentsOfFile: folder.path + "/venv/pyvenv.cfg", encoding: .utf8)
      try folder.write("venv/pyvenv.cfg", old + "include-system-site-packages = true\n")
    case .noConfiguration: try files.removeItem(atPath: folder.path + "/venv/pyvenv.cfg")
    case .link: try link()
    case .relocatedLink:
      try files.moveItem(atPath: program, toPath: program + "-other")
      try files.createSymbolicLink(atPath: program, withDestinationPath: "python3-other")
    case .readableByOthers: try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: entry)
    case .truncated:
      try Data(contentsOf: URL(fileURLWithPath: entry)).dropLast(3).write(to: URL(fileURLWithPath: entry))
    case .flipped:
      var data = try Data(contentsOf: URL(fileURLWithPath: entry))
      data[data.count / 2] ^= 1
      try data.write(to: URL(fileURLWithPath: entry))
    case .emptied: try Data().write(to: URL(fileURLWithPath: entry))
    case .linkedEntry:
      try files.moveItem(atPath: entry, toPath: entry + "-other")
      try files.createSymbolicLink(atPath: entry, withDestinationPath: entry + "-other")
    case .folderOfOthers: try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: cache)
    case .loaderPath: environment["LD_LIBRARY_PATH"] = folder.path
    case .otherFormat:
      let text = try String(contentsOfFile: entry, encoding: .utf8)
      try Data(text.replacing("clutch-cache-1", with: "clutch-cache-0").utf8).write(to: URL(fileURLWithPath: entry))
    }
    if case .readableByOthers = change {
    } else if files.fileExists(atPath: entry) {
      try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: entry)
    }
    #expect(version(environment) == python.version)
  }

  @Test func `a script is asked every time, as it may start anything`() throws {
    let count = folder.path + "/count"
    let shim = try folder.write(
      "shim", "#!/bin/sh\necho x >> '\(count)'\nexec '\(python.executable)' \"$@\"\n", executable: true)
    for _ in 0..<2 { #expect(version(path: shim) == python.version) }
    #expect(try String(contentsOfFile: count, encoding: .utf8) == "x\nx\n")
  }

  @Test(arguments: ["", "relative", "/proc/none/cache", "/dev/null/cache"])
  func `without a folder to write to the answer is the same`(cache: String) {
    for _ in 0..<2 { #expect(version(["CLUTCH_CACHE": cache]) == python.version) }
  }

  @Test func `a folder that nobody has named is not among the temporary ones`() {
    #expect(CacheFolder(["HOME": "/tmp/someone"]) == nil)
    #expect(CacheFolder(["XDG_CACHE_HOME": folder.path, "TMPDIR": folder.path]) == nil)
    #expect(CacheFolder(["HOME": "relative"]) == nil)
    #expect(CacheFolder([:]) == nil)
    #expect(CacheFolder(["HOME": "/somewhere/home"]) != nil)
    #expect(CacheFolder(["HOME": "/somewhere/home", "CLUTCH_CACHE": ""]) == nil)
  }

  @Test func `a path that was found to be the running Python is not asked for each interpreter`() async {
    await #expect(processExitsWith: .success) {
      ThisProcess.end(after: 300)
      let folder = try TemporaryFolder()
      let python = try #require(Machine.installations.first { $0.version >= .supported })
      let count = folder.path + "/count"
      let shim = try folder.write(
        "shim", "#!/bin/sh\necho x >> '\(count)'\nexec '\(python.executable)' \"$@\"\n", executable: true)
      try CPython.start(PythonDiscovery(explicitPath: python.executable))
      for _ in 0..<3 { try SubInterpreter(discovery: PythonDiscovery(explicitPath: shim)).close() }
      #expect(try String(contentsOfFile: count, encoding: .utf8) == "x\n")
    }
  }
}
