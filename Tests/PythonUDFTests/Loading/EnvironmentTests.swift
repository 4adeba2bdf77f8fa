import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// What a source sees of the environment that it is loaded with.
@Suite(.timeLimit(.minutes(30))) struct EnvironmentTests {
  private func withPool<Value>(
    _ text: String, _ folders: [String], policy: InterpreterPolicy = .guarded,
    _ body: (UDFPool) async throws -> Value
  ) async throws -> Value {
    let options = HostOptions(
      interpreters: 1, startsAll: true, policy: policy, environment: UDFEnvironment(sitePackages: folders))
    let pool = try UDFPool(UDFSource("from clutch import udf\n" + text), options)
    defer { pool.close() }
    return try await body(pool)
  }

  private static let version = """
    import tiny
    @udf
    def version() -> str: return tiny.VERSION
    """

  @Test func `sources with other folders have other versions of one package at the same time`() async throws {
    let (one, other) = (try TemporaryFolder(), try TemporaryFolder())
    try one.write("tiny.py", "VERSION = '1'")
    try other.write("tiny/__init__.py", "VERSION = '2'")
    try await withPool(Self.version, [one.path]) { first in
      try await withPool(Self.version, [other.path]) { second in
        try await first.expect("version", rows(1), gives: ["1"])
        try await second.expect("version", rows(1), gives: ["2"])
      }
    }
  }

  @Test func `the first folder wins`() async throws {
    let (one, other) = (try TemporaryFolder(), try TemporaryFolder())
    try one.write("tiny.py", "VERSION = '1'")
    try other.write("tiny.py", "VERSION = '2'")
    try await withPool(Self.version, [other.path, one.path]) { try await $0.expect("version", rows(1), gives: ["2"]) }
  }

  @Test func `folders stand behind Python's modules and that of the file, and before installed packages`() async throws
  {
    let (packages, folder) = (try TemporaryFolder(), try TemporaryFolder())
    try packages.write("json.py", "hidden = True")
    try packages.write("beside.py", "VERSION = 'of the packages'")
    try packages.write("pip/__init__.py", "VERSION = 'of the packages'")
    try folder.write("beside.py", "VERSION = 'of the file'")
    let file = try folder.write(
      "file.py",
      """
      import json, beside, pip
      from clutch import udf
      @udf
      def seen() -> str: return f"{hasattr(json, 'hidden')} {beside.VERSION} {pip.VERSION}"
      """)
    let options = HostOptions(interpreters: 1, environment: UDFEnvironment(sitePackages: [packages.path]))
    let pool = try UDFPool(UDFSource(file: file), options)
    defer { pool.close() }
    try await pool.expect("seen", rows(1), gives: ["False of the file of the packages"])
  }

  @Test func `.pth files add folders and run their imports, and one that fails is left out`() async throws {
    let (packages, elsewhere) = (try TemporaryFolder(), try TemporaryFolder())
    try elsewhere.write("editable.py", "VALUE = 1")
    try packages.write("began.py", "import sys; sys.began = [*getattr(sys, 'began', []), __name__]")
    try packages.write("a.pth", "# folders\n\(elsewhere.path)\n/nowhere/at/all\n")
    try packages.write("b.pth", "import nothing_of_that_name\nimport sys; sys.began = ['too far']\n")
    try packages.write("c.pth", "import began; import sys; sys.place = sys._getframe(1).f_locals['sitedir']\n")
    try packages.write(".hidden.pth", "import sys; sys.began = ['hidden']\n")
    try await withPool(
      """
      import editable, sys
      @udf
      def seen() -> str: return f"{editable.VALUE} {sys.began} {sys.place}"
      """, [packages.path]
    ) { pool in
      try await pool.expect("seen", rows(1), gives: ["1 ['began'] \(packages.path)"])
    }
  }

  @Test func `what .pth files run is under the policy`() async throws {
    let packages = try TemporaryFolder()
    try packages.write("a.pth", "import os; os.system('touch \(packages.path)/touched')\n")
    try await withPool("@udf\ndef f() -> int: return 1", [packages.path]) { pool in
      #expect(pool.denials.count == 1)
    }
    #expect(!FileManager.default.fileExists(atPath: packages.path + "/touched"))
  }

  @Test func `the policy lets a file read its folders, and not those beside`() async throws {
    let cache = try TemporaryFolder()
    try cache.write("own/data/table.txt", "own")
    try cache.write("other/data/table.txt", "other")
    try await withPool(
      """
      @udf(on_error="null")
      def content(name: str) -> str:
        with open(f"\(cache.path)/{name}/data/table.txt") as file: return file.read()
      """, [cache.path + "/own"], policy: .pure
    ) { pool in
      try await pool.expect("content", batch(Column(["own", "other"])), gives: ["own", nil])
    }
  }

  @Test func `nothing is written to the folders, although they are in the temporary one`() async throws {
    let packages = try TemporaryFolder()
    try packages.write("tiny.py", "VERSION = '1'")
    try await withPool(
      """
      import tiny, os
      @udf(on_error="null")
      def wrote() -> str:
        with open(tiny.__file__, "w") as file: file.write("VERSION = '2'")
        return "done"
      """, [packages.path]
    ) { pool in
      try await pool.expect("wrote", rows(1), gives: [String?.none])
    }
    #expect(try String(contentsOfFile: packages.path + "/tiny.py", encoding: .utf8) == "VERSION = '1'")
    #expect(try FileManager.default.contentsOfDirectory(atPath: packages.path) == ["tiny.py"])
  }

  @Test(arguments: ["/nowhere/at/all", "relative"])
  func `a folder that is not there is an error that says so`(folder: String) throws {
    let options = HostOptions(interpreters: 1, environment: UDFEnvironment(sitePackages: [folder]))
    let error = try #require(throws: UDFError.self) {
      try UDFPool(UDFSource("import tiny", name: "f.py"), options).close()
    }
    #expect(error.code == .environmentMissing)
    #expect(error.message.contains(folder) && error.message.contains("f.py"), "\(error)")
  }

  @Test func `packages for another CPython are an error that says so`() throws {
    let folder = try TemporaryFolder()
    let environment = UDFEnvironment(sitePackages: [folder.path], pythonVersion: "3.1")
    let error = try #require(throws: UDFError.self) {
      try UDFPool(UDFSource("x = 1", name: "f.py"), HostOptions(interpreters: 1, environment: environment)).close()
    }
    #expect(error.code == .environmentMissing)
    #expect(error.message.contains("for CPython 3.1, and this process runs 3."), "\(error)")
  }

  @Test func `a new version of a source brings packages of its own, which later ones keep`() async throws {
    let (one, other) = (try TemporaryFolder(), try TemporaryFolder())
    try one.write("tiny.py", "VERSION = '1'")
    try other.write("tiny.py", "VERSION = '2'")
    let source = UDFSource("from clutch import udf\n" + Self.version)
    let registry = UDFRegistry()
    func seen() async throws -> [String?] {
      try await registry.source("s").call("version", rows(1)).toArray(of: String.self)
    }
    let options = HostOptions(interpreters: 1, environment: UDFEnvironment(sitePackages: [one.path]))
    try await registry.add("s", source, options)
    let first = try await seen()
    #expect(first == ["1"])
    // One that does not load changes nothing.
    let missing = HostOptions(interpreters: 1, environment: UDFEnvironment(sitePackages: ["/nowhere"]))
    await #expect(throws: UDFError.self) { try await registry.replace("s", with: source, options: missing) }
    try await registry.replace("s", with: source)
    let second = try await seen()
    #expect(second == ["1"])
    let others = HostOptions(interpreters: 1, environment: UDFEnvironment(sitePackages: [other.path]))
    try await registry.replace("s", with: source, options: others)
    try await registry.replace("s", with: source)
    let last = try await seen()
    #expect(last == ["2"])
    try registry.remove("s")
  }
}
