import Foundation
import PythonRuntime
import TestSupport
import Testing

/// Files that ask for packages, as the command line runs them.
@Suite(.timeLimit(.minutes(30))) struct PackageTests {
  private static func file(asking dependencies: String, more: String = "", function: String) -> String {
    """
    # /// script
    # dependencies = [\(dependencies)]
    \(more)# ///
    import tiny
    from clutch import udf

    @udf
    def \(function)() -> str: return tiny.VERSION
    """
  }

  /// A folder of two versions of one package, and the variables with which installers take them from there.
  private func wheels() throws -> (WheelFolder, [String: String?]) {
    let wheels = try WheelFolder()
    for version in ["1.0", "2.0"] { try wheels.add("tiny", version, "VERSION = '\(version)'") }
    return (wheels, wheels.variables.mapValues { $0 })
  }

  @Test func `files with conflicting versions run in one query, and the second time nothing is built`() throws {
    let (clutch, (wheels, variables)) = (try Clutch(), try wheels())
    try clutch.write("old.py", Self.file(asking: "\"tiny<2\"", function: "old"))
    try clutch.write("new.py", Self.file(asking: "\"tiny>=2\"", function: "new"))
    let arguments = [
      "sql", "--udf", "old.py", "--udf", "new.py", "--format", "csv", "SELECT old() AS a, new() AS b FROM range(2)",
    ]
    let first = try clutch.start(arguments, environment: variables).end()
    #expect(first.status == .exited(0) && first.output == "a,b\n1.0,2.0\n1.0,2.0\n", "\(first)")
    #expect(first.errors.contains("clutch: old.py: building an environment of 1 package"), "\(first)")
    let second = try clutch.start(arguments, environment: variables).end()
    #expect(second.output == first.output && second.errors == "", "\(second)")
    withExtendedLifetime(wheels) {}
  }

  @Test func `files with conflicting versions do not run in one main interpreter`() throws {
    let (clutch, (wheels, variables)) = (try Clutch(), try wheels())
    try clutch.write("old.py", Self.file(asking: "\"tiny<2\"", function: "old"))
    try clutch.write("new.py", Self.file(asking: "\"tiny>=2\"", function: "new"))
    try clutch.write("same.py", Self.file(asking: "\"tiny<2\"", function: "same"))
    func run(_ other: String, _ query: String) throws -> ProgramEnd {
      try clutch.start(
        [
          "sql", "--policy", "open", "--placement", "main", "--udf", "old.py", "--udf", other, "--format", "csv", query,
        ], environment: variables
      ).end()
    }
    let end = try run("new.py", "SELECT old() AS a, new() AS b")
    #expect(end.status == .exited(1) && end.output == "", "\(end)")
    #expect(
      end.errors.contains(
        "Error: new.py cannot be loaded in the main interpreter: old.py, which runs there too, has another environment"),
      "\(end)")
    let same = try run("same.py", "SELECT old() AS a, same() AS b")
    #expect(same.output == "a,b\n1.0,1.0\n", "\(same)")
    withExtendedLifetime(wheels) {}
  }

  @Test func `what an installer says of a failure is shown once`() throws {
    let (clutch, (wheels, variables)) = (try Clutch(), try wheels())
    try clutch.write("f.py", Self.file(asking: "\"no-such-package\"", function: "f"))
    for command in [["check", "f.py"], ["env", "path", "f.py"], ["sql", "--udf", "f.py", "SELECT 1"]] {
      let end = try clutch.start(command, environment: variables).end()
      #expect(end.status == .exited(1), "\(end)")
      let said = end.errors.split(separator: "\n").filter { $0.contains("no-such-package") }
      #expect(!said.isEmpty && Set(said).count == said.count, "\(end)")
      #expect(end.errors.contains("Error: The environment of f.py could not be built with CPython"), "\(end)")
      #expect(end.errors.contains("what the installer said stands above."), "\(end)")
    }
    withExtendedLifetime(wheels) {}
  }

  @Test func `what is left of builds that were ended is counted apart`() throws {
    let (clutch, (wheels, variables)) = (try Clutch(), try wheels())
    let path = "cache/environments/\(String(repeating: "ab", count: 32)).tmp-1/lib/x.py"
    try wheels.folder.write(path, "x = 1\n")
    chmod(wheels.cache + "/environments", 0o700)
    let clean = try clutch.run("env", "clean", environment: variables)
    #expect(
      clean.errors == "clutch: removed 0 environments, 0 bytes; what was left of 1 build that was ended, 6 bytes\n",
      "\(clean)")
    withExtendedLifetime(wheels) {}
  }

  @Test func `a package and a ready environment can be given`() throws {
    let (clutch, (wheels, variables)) = (try Clutch(), try wheels())
    try clutch.write("f.py", "import tiny\nfrom clutch import udf\n@udf\ndef f() -> str: return tiny.VERSION\n")
    try clutch.write("other.py", "from clutch import udf\n@udf\ndef g() -> str: return 'plain'\n")
    let query = ["--format", "csv", "SELECT f() AS a"]
    let added = try clutch.start(["sql", "--udf", "f.py", "--with", "tiny<2"] + query, environment: variables).end()
    #expect(added.output == "a\n1.0\n", "\(added)")

    try FileManager.default.createDirectory(atPath: clutch.folder + "/packages", withIntermediateDirectories: false)
    try clutch.write("packages/tiny.py", "VERSION = 'ready'\n")
    for option in ["packages", "f.py=packages"] {
      let ready = try clutch.start(
        ["sql", "--udf", "f.py", "--udf", "other.py", "--env", option] + query, environment: variables
      ).end()
      #expect(ready.output == "a\nready\n", "\(ready)")
    }
    for (arguments, says) in [
      (["--env", "g.py=packages"], "is for g.py, which is no UDF file of this command"),
      (["--env", "packages", "--env", "packages"], "--env is given twice for all files"),
      (["--env", "packages", "--with", "tiny"], "leave out --with or --env"),
      (["--env", "nowhere"], "nowhere is not there"),
    ] {
      let end = try clutch.start(["inspect", "f.py"] + arguments, environment: variables).end()
      #expect(end.status == .exited(1) && end.errors.contains(says), "\(end)")
    }
    withExtendedLifetime(wheels) {}
  }

  @Test func `compiled packages in two versions run in one query, each file in workers of its own`() throws {
    let clutch = try Clutch()
    for (number, name) in ["old", "new"].enumerated() {
      try CompiledModule.make(.refused, "_tiny", in: "\(clutch.folder)/\(name)/tiny", number: number)
      try clutch.write("\(name)/tiny/__init__.py", "from ._tiny import NUMBER\n")
      try clutch.write(
        "\(name).py",
        """
        import os, tiny
        from clutch import udf
        @udf
        def \(name)() -> list[int]: return [tiny.NUMBER, os.getpid()]

        """)
    }
    let end = try clutch.run(
      "sql", "--udf", "old.py", "--udf", "new.py", "--env", "old.py=old", "--env", "new.py=new", "--format", "csv",
      "SELECT old()[1] AS old, new()[1] AS new, old()[2] <> new()[2] AS apart FROM range(2)")
    #expect(end.output == "old,new,apart\n0,1,true\n0,1,true\n", "\(end)")
    for name in ["old", "new"] {
      let reason = "\(name).py: it runs in worker processes: _tiny does not support isolated interpreters"
      #expect(end.errors.contains(reason), "\(end)")
    }
  }

  @Test func `a file reads its environment, and nothing else of the cache`() throws {
    let (clutch, (wheels, variables)) = (try Clutch(), try wheels())
    let cache = clutch.folder + "/cache"
    try clutch.write("policy.json", #"{"name": "narrow", "basedOn": "pure", "read": ["\#(clutch.folder)"]}"#)
    try clutch.write("data.txt", "data")
    try clutch.write(
      "f.py",
      """
      # /// script
      # dependencies = ["tiny"]
      # ///
      import tiny
      from clutch import udf

      @udf(on_error="null")
      def f(path: str) -> str: return open(path).read(4)

      @udf
      def own() -> str: return open(tiny.__file__).read(7)

      """)
    for placement in ["interpreter", "worker"] {
      let query = """
        SELECT own() AS own, f('\(clutch.folder)/data.txt') AS data, f(file) AS other \
        FROM (SELECT file FROM glob('\(cache)/environments/*.json'))
        """
      let end = try clutch.start(
        [
          "sql", "--udf", "f.py", "--policy", "policy.json", "--placement", placement, "--format", "csv", query,
        ], environment: variables.merging(["CLUTCH_CACHE": cache]) { $1 }
      ).end()
      #expect(end.output == "own,data,other\nVERSION,data,\n", "\(end)")
      #expect(end.errors.contains("the policy 'narrow' denies reading files"), "\(end)")
    }
    _ = try clutch.run("env", "clean", "--all", environment: ["CLUTCH_CACHE": cache])
    withExtendedLifetime(wheels) {}
  }

  @Test func `a block that is not right, and a Python that does not fit, are one error`() throws {
    let clutch = try Clutch()
    try clutch.write("bad.py", "# /// script\n# dependencies = [\n#   numpy\n# ]\n# ///\n")
    try clutch.write("late.py", "# /// script\n# requires-python = \">=3.99\"\n# ///\n")
    let bad = try clutch.run("inspect", "bad.py")
    #expect(bad.status == .exited(1) && bad.errors == "Error: bad.py, line 3, column 5: Invalid value.\n", "\(bad)")
    let python = try Checkout.python()
    for arguments in [["inspect", "late.py"], ["sql", "--udf", "late.py", "SELECT 1"]] {
      let late = try clutch.start(arguments + ["--python", try Checkout.environment()]).end()
      #expect(late.status == .exited(1), "\(late)")
      #expect(
        late.errors.contains("CPython \(python.version)") && late.errors.contains("late.py requires >=3.99"), "\(late)")
    }
  }

  @Test func `environments are listed, locked, found and removed`() throws {
    let (clutch, (wheels, variables)) = (try Clutch(), try wheels())
    try clutch.write("f.py", Self.file(asking: "\"tiny\"", function: "f"))
    let lock = try clutch.run("env", "lock", "f.py", environment: variables)
    #expect(lock.output == "\(clutch.folder)/f.py.requirements.txt\n", "\(lock)")
    #expect(try clutch.text("f.py.requirements.txt").contains("tiny==2.0"))
    let path = try clutch.run("env", "path", "f.py", environment: variables)
    let folder = path.output.trimmingCharacters(in: .newlines)
    #expect(folder.hasPrefix(wheels.cache + "/environments/"), "\(path)")
    #expect(FileManager.default.isExecutableFile(atPath: folder + "/bin/python"))
    let list = try clutch.run("env", "list", environment: variables)
    #expect(
      list.output.hasPrefix("\(folder)\n  packages tiny\n  for      \(clutch.folder)/f.py, CPython 3."), "\(list)")
    #expect(list.errors.hasPrefix("clutch: 1 environment in \(wheels.cache)/environments, "), "\(list)")
    let none = try clutch.run("env", "clean", environment: variables)
    #expect(none.output == "" && none.errors.hasPrefix("clutch: removed 0 environments"), "\(none)")
    let all = try clutch.run("env", "clean", "--all", environment: variables)
    #expect(all.output == folder + "\n", "\(all)")
    #expect(!FileManager.default.fileExists(atPath: folder))
    let plain = try clutch.run("env", "path", Clutch.functions, environment: variables)
    #expect(plain.status == .exited(1) && plain.errors.contains("asks for no packages"), "\(plain)")
  }

  /// A function that says that it has begun, and imports a package when it is told to go on.
  private static let waiting = """
    import os, time
    from clutch import udf

    @udf
    def f(folder: str) -> str:
      open(folder + "/begun", "w").close()
      ends = time.monotonic() + 300
      while not os.path.exists(folder + "/go") and time.monotonic() < ends: time.sleep(0.01)
      import tiny
      return tiny.VERSION
    """

  private func requireBegun(_ clutch: Clutch) throws {
    let begun = clutch.folder + "/begun"
    var isThere = false
    for _ in 0..<30 where !isThere { isThere = eventually { FileManager.default.fileExists(atPath: begun) } }
    try #require(isThere)
  }

  @Test func `an environment that a query uses is not removed under it`() throws {
    let (clutch, (wheels, variables)) = (try Clutch(), try wheels())
    try clutch.write(
      "f.py",
      """
      # /// script
      # dependencies = ["tiny"]
      # ///
      \(Self.waiting)
      """)
    let program = try clutch.start(
      ["sql", "--udf", "f.py", "--format", "csv", "SELECT f('\(clutch.folder)') AS a"], environment: variables)
    try requireBegun(clutch)
    let clean = try clutch.run("env", "clean", "--all", environment: variables)
    #expect(clean.output == "" && clean.errors.contains("1 in use stays"), "\(clean)")
    try clutch.write("go", "")
    let end = try program.end()
    #expect(end.output == "a\n2.0\n", "\(end)")
    withExtendedLifetime(wheels) {}
  }

  @Test func `one that somebody removes all the same is an error of what needs it`() throws {
    let (clutch, (wheels, variables)) = (try Clutch(), try wheels())
    try clutch.write(
      "f.py",
      """
      # /// script
      # dependencies = ["tiny"]
      # [tool.clutch]
      # placement = "worker"
      # ///
      \(Self.waiting)

      @udf
      def die() -> str: os._exit(3)
      """)
    try clutch.write("q.sql", "SELECT f('\(clutch.folder)') AS a; SELECT die(); SELECT f('\(clutch.folder)');")
    let program = try clutch.start(
      ["sql", "--udf", "f.py", "--policy", "open", "--format", "csv", "--on-error", "null", "-f", "q.sql"],
      environment: variables)
    try requireBegun(clutch)
    let removal = try Process.run(
      URL(fileURLWithPath: "/bin/sh"),
      arguments: ["-c", "chmod -R u+w \"$0\" && rm -r \"$0\"", wheels.cache + "/environments"])
    removal.waitUntilExit()
    try clutch.write("go", "")
    let end = try program.end()
    // The import fails, then the worker ends, and no other can be loaded.
    #expect(end.output.hasPrefix("a\n\n"), "\(end)")
    #expect(end.errors.contains("ModuleNotFoundError: No module named 'tiny'"), "\(end)")
    #expect(end.status == .exited(1) && end.errors.contains("has the environment been removed?"), "\(end)")
  }
}
