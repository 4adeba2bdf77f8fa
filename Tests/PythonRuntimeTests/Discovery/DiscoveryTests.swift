import Foundation
import TestSupport
import Testing

@testable import PythonRuntime

@Suite(.timeLimit(.minutes(30))) struct DiscoveryTests {
  private let folder: TemporaryFolder
  private let python: PythonInstallation

  init() throws {
    folder = try TemporaryFolder()
    python = try #require(Machine.installations.first { $0.version >= .supported })
  }

  /// A search that sees nothing of this machine but what it is given.
  private func search(
    _ path: String? = nil, _ environment: [String: String] = [:], all: Bool = false,
    program: String? = nil
  ) -> [PythonCandidate] {
    var discovery = PythonDiscovery(
      explicitPath: path, environment: ["HOME": folder.path].merging(environment) { $1 },
      workingDirectory: folder.path)
    discovery.usualPlaces = []
    discovery.program = program
    return discovery.search(all: all)
  }

  private func reason(_ candidate: PythonCandidate?) -> String? {
    if case .refused(let reason) = candidate?.outcome { reason } else { nil }
  }

  /// A program that answers the question for its properties as a Python does.
  private func fake(_ name: String, _ changes: [String: Any] = [:]) throws -> String {
    var answer: [String: Any] = [
      "implementation": "cpython", "version": [3, 13, 5], "executable": folder.path + "/" + name,
      "prefix": folder.path, "base_prefix": folder.path, "site_packages": [folder.path],
      "free_threaded": false, "library_names": ["libpython3.13.so.1.0"],
      "library_folders": [folder.path + "/lib"], "multiarch": "",
    ]
    answer.merge(changes) { $1 }
    let json = String(decoding: try JSONSerialization.data(withJSONObject: answer), as: UTF8.self)
    return try folder.write(name, "#!/bin/sh\ncat <<'END'\n\(json)\nEND\n", executable: true)
  }

  private func library() throws { try folder.write("lib/libpython3.13.so.1.0", "no library") }

  private func environment(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/\(name)/bin", withIntermediateDirectories: true)
    try folder.write("\(name)/pyvenv.cfg", "home = /usr/bin\n")
    let program = try fake("\(name)/bin/python3", ["prefix": "\(folder.path)/\(name)"])
    return String(program.dropLast("/bin/python3".count))
  }

  // MARK: Candidates

  @Test func `takes the program at a given path`() {
    let found = search(python.executable)
    #expect(found.map(\.origin) == [.explicit])
    #expect(found.first?.installation == python)
    #expect(python.warnings == [])
  }

  @Test func `takes a given folder as a virtual environment`() throws {
    try library()
    let venv = try environment("venv")
    #expect(search(venv).first?.installation?.prefix == venv)
    #expect(reason(search(folder.path).first)?.contains("no virtual environment") == true)
  }

  @Test func `looks a bare name up on the search path`() throws {
    try library()
    let program = try fake("bin/mypython")
    let found = search("mypython", ["PATH": "/nowhere:\(folder.path)/bin"])
    #expect(found.map(\.path) == [program])
    #expect(found.first?.installation != nil, "\(found)")
  }

  @Test func `takes nothing but what the environment variable names`() throws {
    let others = ["VIRTUAL_ENV": python.prefix, "PATH": python.prefix + "/bin"]
    let found = search(nil, others.merging(["CLUTCH_PYTHON": "/no/python"]) { $1 }, all: true)
    #expect(found.map(\.origin) == [.environmentVariable])
    #expect(PythonDiscovery.choose(from: found) == nil)
    let taken = search(nil, ["CLUTCH_PYTHON": python.executable])
    #expect(taken.first?.installation == python)
    // A given path comes before it; an empty variable counts as none.
    #expect(search(python.executable, ["CLUTCH_PYTHON": "/no"]).first?.origin == .explicit)
    #expect(search(nil, ["CLUTCH_PYTHON": ""]) == [])
  }

  @Test func `takes nothing but the environment that the program is installed in`() throws {
    try library()
    let (own, active) = (try environment("own"), try environment("active"))
    let variables = ["VIRTUAL_ENV": active]
    let taken = search(nil, variables, all: true, program: own + "/bin/clutch")
    #expect(taken.map(\.origin) == [.ownEnvironment])
    #expect(taken.first?.installation?.prefix == own)
    // A link to it is no call there, and a folder of programs is no environment.
    let called = search(nil, variables, program: folder.path + "/bin/clutch")
    #expect(called.map(\.origin) == [.activeEnvironment])
    let chosen = search(nil, ["CLUTCH_PYTHON": python.executable], program: own + "/bin/clutch")
    #expect(chosen.map(\.origin) == [.environmentVariable])
  }

  @Test func `an environment that cannot be used says where to install the program instead`() throws {
    let own = try environment("own")
    let found = search(nil, ["VIRTUAL_ENV": python.prefix], program: own + "/bin/clutch")
    #expect(PythonDiscovery.choose(from: found) == nil)
    #expect(CPython.explanation(of: found).contains("Install it into an environment of such a Python"))
  }

  @Test func `looks at the active environment, then the local one, then the search path`() throws {
    try library()
    let (active, local) = (try environment("active"), try environment(".venv"))
    let onPath = try fake("bin/python3")
    let variables = ["VIRTUAL_ENV": active, "PATH": folder.path + "/bin"]
    let all = search(nil, variables, all: true)
    #expect(all.map(\.origin) == [.activeEnvironment, .localEnvironment, .searchPath])
    #expect(all.map(\.path) == [active + "/bin/python3", local + "/bin/python3", onPath])
    #expect(search(nil, variables).map(\.origin) == [.activeEnvironment])
    #expect(search(nil, ["PATH": folder.path + "/bin"]).map(\.origin) == [.localEnvironment])
  }

  @Test func `prefers the newer names on the search path, in its order`() throws {
    try library()
    for name in ["b/python3", "a/python3", "b/python3.13", "a/python3.14", "b/python3.15"] { _ = try fake(name) }
    let found = search(nil, ["PATH": "\(folder.path)/b:\(folder.path)/a"], all: true)
    #expect(
      found.map { String($0.path.dropFirst(folder.path.count)) }
        == ["/b/python3.15", "/a/python3.14", "/b/python3.13", "/b/python3", "/a/python3"])
  }

  @Test func `skips shims that fail and takes the newest version of pyenv`() throws {
    try library()
    try folder.write(
      "shims/python3", "#!/bin/sh\necho 'pyenv: python3: command not found' >&2\nexit 127\n", executable: true
    )
    for version in ["3.9.1", "3.13.2", "3.13.10", "3.11.9", "nonsense"] {
      _ = try fake("pyenv/versions/\(version)/bin/python3")
    }
    let found = search(
      nil, ["PATH": folder.path + "/shims", "PYENV_ROOT": folder.path + "/pyenv"], all: true)
    #expect(reason(found.first) == "it fails (pyenv: python3: command not found)")
    let versions = found.dropFirst().map {
      $0.path.split(separator: "/").dropLast(2).last.map(String.init) ?? ""
    }
    #expect(versions == ["3.13.10", "3.13.2", "3.11.9", "3.9.1"])
    #expect(PythonDiscovery.choose(from: found)?.executable.contains("3.13.10") == true, "\(found)")
    #expect(reason(found.last)?.contains("too old") == true)
  }

  @Test func `takes a merely tolerated version only when it is pointed at, or nothing is better`() throws {
    try library()
    try folder.write("lib/libpython3.12.so.1.0", "no library")
    let changes: [String: Any] = ["version": [3, 12, 4], "library_names": ["libpython3.12.so.1.0"]]
    let old = try fake("old/python3", changes)
    let new = try fake("new/python3")
    let both = search(nil, ["PATH": "\(folder.path)/old:\(folder.path)/new"])
    #expect(PythonDiscovery.choose(from: both)?.executable == new)
    let alone = search(nil, ["PATH": folder.path + "/old"])
    #expect(PythonDiscovery.choose(from: alone)?.executable == old)
    #expect(PythonDiscovery.choose(from: alone)?.warnings.count == 1)
    #expect(PythonDiscovery.choose(from: search(old))?.executable == old)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/venv/bin", withIntermediateDirectories: true)
    let pointedAt = try fake("venv/bin/python3", changes)
    let found = search(nil, ["VIRTUAL_ENV": folder.path + "/venv", "PATH": folder.path + "/new"])
    #expect(PythonDiscovery.choose(from: found)?.executable == pointedAt)
  }

  @Test(arguments: [(12, 1), (13, 0), (15, 0), (16, 1)])
  func `warns of a version that is too old or too new to be tested`(minor: Int, warnings: Int) throws {
    try library()
    let path = try fake("python3", ["version": [3, minor, 7]])
    let found = try #require(PythonDiscovery.choose(from: search(path)))
    #expect(found.warnings.count == warnings)
    #expect(found.warnings.allSatisfy { $0.contains("CPython 3.\(minor).7") && $0.contains("3.13 to 3.15") })
  }

  // MARK: Refusals

  @Test func `refuses what is no program`() throws {
    #expect(reason(search("/no/such/python").first) == "there is no program at this path")
    let text = try folder.write("text", "not executable")
    #expect(reason(search(text).first) == "there is no program at this path")
    #expect(reason(search("no-such-name").first) == "there is no program at this path")
  }

  @Test(arguments: [
    ("echo garbage", "does not answer as a Python does"),
    ("exit 0", "does not answer as a Python does"),
    ("echo '{\"version\": 3}'", "does not answer as a Python does"),
    ("echo 'broken here' >&2; exit 3", "it fails (broken here)"),
    ("exit 4", "it fails (exit status 4, no message)"),
  ])
  func `refuses a program that is no Python`(script: String, expected: String) throws {
    let program = try folder.write("odd", "#!/bin/sh\n\(script)\n", executable: true)
    #expect(reason(search(program).first)?.contains(expected) == true)
  }

  @Test func `refuses other kinds of Python`() throws {
    try library()
    #expect(
      reason(search(try fake("a", ["version": [3, 11, 7]])).first)?.contains("3.11.7 is too old") == true)
    #expect(reason(search(try fake("b", ["implementation": "pypy"])).first) == "it is pypy, not CPython")
    #expect(reason(search(try fake("c", ["free_threaded": true])).first)?.contains("free-threaded") == true)
    let elsewhere: [String: Any] = [
      "library_names": ["libpython3.13.a"], "library_folders": ["/nowhere"], "base_prefix": "/nowhere",
    ]
    #expect(reason(search(try fake("d", elsewhere)).first)?.contains("--enable-shared") == true)
    #expect(search(try fake("e")).first?.installation?.library == folder.path + "/lib/libpython3.13.so.1.0")
  }

  @Test func `refuses a real CPython that is too old`() throws {
    let root = ProcessInfo.processInfo.environment["PYENV_ROOT"] ?? ""
    // With or without one installed, the answer of such a program is the same.
    let real = "\(root)/versions/3.11.7/bin/python3"
    let exists = FileManager.default.isExecutableFile(atPath: real)
    let program = exists ? real : try fake("old", ["version": [3, 11, 7]])
    #expect(reason(search(program).first)?.contains("3.11.7 is too old") == true)
  }

  @Test func `the message that nothing was found lists every candidate and what to do`() throws {
    let odd = try folder.write("bin/python3", "#!/bin/sh\nexit 9\n", executable: true)
    let candidates = search(nil, ["PATH": folder.path + "/bin", "VIRTUAL_ENV": "/no/env"], all: true)
    let message = CPython.explanation(of: candidates)
    #expect(message.contains("\(odd) (PATH): it fails (exit status 9, no message)"))
    #expect(message.contains("/no/env (VIRTUAL_ENV): there is no program at this path"))
    #expect(message.contains("CLUTCH_PYTHON"))
    #expect(message.contains("3.13"))
    #expect(CPython.explanation(of: []).contains("No candidate"))
  }
}
