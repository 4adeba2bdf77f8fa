import Columnar
import Environments
import Foundation
import Functions
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct BuildTests {
  private static let version = "import tiny\n@udf\ndef version() -> str: return tiny.VERSION"

  /// What the function of a source gives for one row.
  private func value(_ source: UDFSource, _ environment: UDFEnvironment?) async throws -> String? {
    let pool = try UDFPool(source, HostOptions(interpreters: 1, environment: environment))
    defer { pool.close() }
    let name = try #require(pool.signatures.first).name
    return try await pool.call(name, RecordBatch(schema: Schema([]), columns: [], rowCount: 1)).toArray(
      of: String.self)[0]
  }

  @Test(arguments: Installers.all)
  func `an environment is built once, for all that ask for the same`(installer: InstallerKind) async throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0", "VERSION = '1.0'", requires: ["Dotted.Under_score"])
    try wheels.add("dotted_under_score", "2.5")
    let said = Recorder<String>()
    let options = wheels.options(installer) { said.append($0) }
    let source = try wheels.source("one.py", asking: ["tiny"], body: Self.version)
    let environment = try #require(try prepare(source, options))
    #expect(
      environment.distributions == [
        UDFEnvironment.Distribution(name: "dotted-under-score", version: "2.5"),
        UDFEnvironment.Distribution(name: "tiny", version: "1.0"),
      ])
    let python = try Checkout.python()
    #expect(environment.pythonVersion == "\(python.version.major).\(python.version.minor)")
    #expect(said.values.first?.contains("one.py: building an environment of 1 package") == true, "\(said.values)")
    #expect(said.values.last?.contains("2 packages") == true, "\(said.values)")
    let value = try await value(source, environment)
    #expect(value == "1.0")

    let count = said.values.count
    let other = try wheels.source("other.py", asking: ["tiny"], body: Self.version)
    #expect(try prepare(other, options) == environment)
    #expect(said.values.count == count, "\(said.values)")
    #expect(wheels.builtOrBegun().count == 2, "\(wheels.entries())")

    let folder = try #require(environment.sitePackages.first)
    let byteCode = try FileManager.default.contentsOfDirectory(atPath: folder + "/__pycache__")
    #expect(byteCode.contains { $0.hasPrefix("tiny.") && $0.hasSuffix(".pyc") })
    for path in [folder, folder + "/__pycache__", folder + "/__pycache__/" + byteCode[0]] {
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect((mode ?? 0o777) & 0o222 == 0, "\(path)")
    }
    let program = try #require(environment.python)
    let end = try RunningProgram(program, ["-I", "-c", "import tiny; print(tiny.VERSION)"], in: "/", environment: [:])
      .end()
    #expect(end.output == "1.0\n", "\(end)")
  }

  @Test(arguments: Installers.all)
  func `files with conflicting versions run beside each other`(installer: InstallerKind) async throws {
    let wheels = try WheelFolder()
    for version in ["1.0", "2.0"] { try wheels.add("tiny", version, "VERSION = '\(version)'") }
    let options = wheels.options(installer)
    let old = try wheels.source("old.py", asking: ["tiny<2"], body: Self.version)
    let new = try wheels.source("new.py", asking: ["tiny>=2"], body: Self.version)
    let (first, second) = (try prepare(old, options), try prepare(new, options))
    #expect(first?.sitePackages != second?.sitePackages)
    let pools = [
      try UDFPool(old, HostOptions(interpreters: 1, environment: first)),
      try UDFPool(new, HostOptions(interpreters: 1, environment: second)),
    ]
    defer { for pool in pools { pool.close() } }
    var values: [String?] = []
    for pool in pools {
      let batch = try RecordBatch(schema: Schema([]), columns: [], rowCount: 1)
      values += try await pool.call("version", batch).toArray(of: String.self)
    }
    #expect(values == ["1.0", "2.0"])
  }

  @Test func `a source that asks for nothing has no environment, and one package can be added`() throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0", "VERSION = '1.0'")
    let plain = UDFSource("x = 1", name: "plain.py")
    #expect(try prepare(plain, wheels.options()) == nil)
    #expect(try prepare(wheels.source("none.py", asking: []), wheels.options()) == nil)
    #expect(!FileManager.default.fileExists(atPath: wheels.cache + "/environments"))
    let added = try prepare(plain, wheels.options(.pip, packages: ["tiny"]))
    #expect(added?.distributions.map(\.name) == ["tiny"])
  }

  @Test(arguments: Installers.all, [["no_such_package"], ["tiny<1", "tiny>=1"]])
  func `a package that is not there, and a conflict, are errors that say so`(
    installer: InstallerKind, dependencies: [String]
  ) throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0")
    try wheels.add("tiny", "0.9")
    let source = try wheels.source("bad.py", asking: dependencies)
    let error = try #require(throws: EnvironmentError.self) { try prepare(source, wheels.options(installer)) }
    #expect(error.code == .buildFailed)
    #expect(error.message.contains("bad.py could not be built"), "\(error)")
    let name = String(dependencies[0].prefix { $0.isLetter || $0 == "_" })
    #expect(error.message.replacing("-", with: "_").contains(name), "\(error)")
    #expect(wheels.builtOrBegun() == [])
  }

  @Test(arguments: Installers.all)
  func `what is no wheel is built only where that is allowed`(installer: InstallerKind) async throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0", "VERSION = 'built'", as: .sdist)
    let source = try wheels.source("f.py", asking: ["tiny"], body: Self.version)
    var options = wheels.options(installer)
    let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
    #expect(error.message.contains("--allow-builds"), "\(error)")
    options.allowsBuilds = true
    let value = try await value(source, try prepare(source, options))
    #expect(value == "built")
  }

  @Test func `two at once build one`() throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0")
    let source = try wheels.source("f.py", asking: ["tiny"])
    let (said, built) = (Recorder<String>(), Recorder<UDFEnvironment>())
    let options = wheels.options { said.append($0) }
    let ended = onThreads(4, within: 300) { _ in
      if let environment = try? prepare(source, options) { built.append(environment) }
    }
    #expect(ended)
    #expect(built.values.count == 4 && Set(built.values).count == 1)
    #expect(said.values.count { $0.contains("building an environment") } == 1, "\(said.values)")
  }

  @Test(arguments: Installers.all)
  func `passwords are in no message, no file and no name`(installer: InstallerKind) throws {
    let wheels = try WheelFolder()
    let source = try wheels.source("f.py", asking: ["tiny"])
    let said = Recorder<String>()
    var options = wheels.options(installer, variables: ["PIP_NO_INDEX": nil, "UV_OFFLINE": nil]) { said.append($0) }
    // Nothing listens there.
    options.indexURL = "http://me:hidden-pass@127.0.0.1:9/simple"
    let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
    #expect(error.code == .buildFailed)
    #expect(!([error.message] + said.values).contains { $0.contains("hidden-pass") }, "\(error) \(said.values)")

    try wheels.add("tiny", "1.0")
    options.environment["PIP_NO_INDEX"] = "1"
    options.environment["UV_OFFLINE"] = "1"
    let first = try prepare(source, options)
    options.indexURL = "http://me:another-pass@127.0.0.1:9/simple"
    #expect(try prepare(source, options) == first)
    options.indexURL = "http://me:another-pass@127.0.0.1:10/simple"
    #expect(try prepare(source, options) != first)
    for name in wheels.builtOrBegun() where name.hasSuffix(".json") {
      let text = try String(contentsOfFile: "\(wheels.cache)/environments/\(name)", encoding: .utf8)
      #expect(!text.contains("-pass"), "\(text)")
    }
  }

  @Test(.enabled(if: Installers.all.contains(.uv)))
  func `without a network what is in uv's cache is installed, and else it is said`() throws {
    let wheels = try WheelFolder()
    let source = try wheels.source("f.py", asking: ["tiny"])
    var options = wheels.options(
      .uv, variables: ["UV_OFFLINE": nil, "UV_FIND_LINKS": nil, "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple"])
    options.isOffline = true
    let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
    #expect(error.message.contains("Nothing was loaded from a network (--offline)."), "\(error)")
    try wheels.add("tiny", "1.0")
    options.environment["UV_FIND_LINKS"] = wheels.wheels
    #expect(try prepare(source, options)?.distributions.map(\.name) == ["tiny"])
  }

  @Test func `without a network pip installs from folders alone`() throws {
    let wheels = try WheelFolder()
    let source = try wheels.source("f.py", asking: ["tiny"])
    var options = wheels.options(.pip, variables: ["PIP_NO_INDEX": nil, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"])
    options.isOffline = true
    let error = try #require(throws: EnvironmentError.self) { try prepare(source, options) }
    #expect(error.message.contains("(--offline)"), "\(error)")
    try wheels.add("tiny", "1.0")
    #expect(try prepare(source, options)?.distributions.map(\.name) == ["tiny"])
  }

  @Test func `another version of CPython, or what is asked for, is another environment`() throws {
    let wheels = try WheelFolder()
    try wheels.add("tiny", "1.0")
    let options = wheels.options()
    let one = try prepare(wheels.source("a.py", asking: ["tiny"]), options)
    let two = try prepare(wheels.source("b.py", asking: ["tiny"], more: "# requires-python = \">=3.12\"\n"), options)
    #expect(one?.sitePackages != two?.sitePackages)
  }
}
