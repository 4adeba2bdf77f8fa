import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct PolicyOptionTests {
  private static let source = """
    import os
    from clutch import udf

    @udf
    def home(x: int) -> str:
        return os.environ.get("HOME", "none")

    @udf
    def spawned(x: int) -> int:
        try:
            return os.system("true")
        except PermissionError:
            return -1

    """

  @Test func `Files are guarded unless a policy is given, and denials are told`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    let query = "SELECT spawned(1) AS s"
    let end = try clutch.run("sql", "--udf", "f.py", "--format", "csv", query)
    #expect(end.status == .exited(0))
    #expect(end.output == "s\n-1\n")
    #expect(
      end.errors == """
        spawned[0] warning: the policy 'guarded' denies starting or signalling processes: os.system
        clutch: f.py: the policy denied 1 operation

        """)
    let open = try clutch.run("sql", "--udf", "f.py", "--policy", "open", "--format", "csv", query)
    #expect(open.output == "s\n0\n")
    #expect(open.errors.isEmpty)
  }

  @Test func `A policy can come from a file`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    try clutch.write("p.json", #"{"basedOn": "pure", "name": "mine"}"#)
    let end = try clutch.run("sql", "--udf", "f.py", "--policy", "p.json", "--format", "csv", "SELECT home(1) AS h")
    #expect(end.status == .exited(0))
    #expect(end.output == "h\nnone\n")
  }

  @Test func `A denial that nobody catches fails the query with the rule`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py", "from clutch import udf\n\n@udf\ndef f(x: int) -> str:\n    return open('/etc/hostname').read()\n")
    let end = try clutch.run("sql", "--udf", "f.py", "--policy", "pure", "SELECT f(1)")
    #expect(end.status == .exited(1))
    #expect(end.errors.contains("the policy 'pure' denies reading files: open('/etc/hostname', 'r')"))
  }

  @Test(arguments: [
    ("strict", "There is no policy 'strict'; take open, guarded, pure, or a file FILE.json."),
    ("none.json", "The policy file none.json does not exist."),
    ("bad.json", "The policy bad.json cannot be read: unknown key 'x'"),
  ])
  func `A policy that does not exist or cannot be read is an error`(policy: String, message: String) throws {
    let clutch = try Clutch()
    try clutch.write("f.py", Self.source)
    try clutch.write("bad.json", #"{"x": 1}"#)
    for command in [["sql", "--udf", "f.py", "SELECT 1"], ["inspect", "f.py"]] {
      let end = try clutch.start(command + ["--policy", policy]).end()
      #expect(end.status == .exited(1))
      #expect(end.errors.contains(message), "\(end.errors)")
    }
  }

  @Test func `Each file can have a policy of its own`() throws {
    let clutch = try Clutch()
    for name in ["a", "b"] {
      try clutch.write(
        "\(name).py",
        "import os\nfrom clutch import udf\n\n@udf\ndef \(name)() -> str: return 'HOME' in os.environ and 'yes' or 'no'\n"
      )
    }
    let sql = ["sql", "--format", "csv", "--udf", "a.py", "--udf", "b.py", "SELECT a() AS a, b() AS b"]
    for (policies, row) in [
      ([], "yes,yes"), (["pure"], "no,no"), (["a.py=pure"], "no,yes"), (["pure", "b.py=guarded"], "no,yes"),
      (["a.py=open", "b.py=pure"], "yes,no"),
    ] {
      let end = try clutch.start(sql + policies.flatMap { ["--policy", $0] }).end()
      #expect(end.output == "a,b\n\(row)\n", "\(policies): \(end)")
    }
    for (policies, message) in [
      (
        ["c.py=pure"],
        "Error: --policy c.py=pure is for c.py, which is no UDF file of this command; there are: a.py, b.py.\n"
      ),
      (["pure", "open"], "Error: --policy is given twice for all files; give it once, or FILE=policy for one file.\n"),
      (
        ["a.py=pure", "a.py=open"],
        "Error: --policy is given twice for a.py; give it once, or FILE=policy for one file.\n"
      ),
      (["a.py=strict"], "Error: There is no policy 'strict'; take open, guarded, pure, or a file FILE.json.\n"),
    ] {
      let end = try clutch.start(sql + policies.flatMap { ["--policy", $0] }).end()
      #expect(end.status == .exited(1))
      #expect(end.errors == message)
    }
  }

  @Test func `Inspecting runs a file under its policy`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", "import os\nos.system('true')\n" + Self.source)
    let end = try clutch.run("inspect", "f.py")
    #expect(end.status == .exited(1))
    #expect(end.errors.contains("the policy 'guarded' denies starting or signalling processes: os.system"))
  }

  /// POSIX takes a process's locks from a file when any descriptor of it is closed, so opening it would be enough.
  @Test(arguments: ["guarded", "pure"])
  func `No function takes the lock of the session's database, by whatever name`(policy: String) throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      import os
      import time
      from clutch import udf

      @udf
      def tried(x: int) -> str:
          outcomes = []
          for path in ("s.duckdb", "second", f"/proc/self/cwd/{'s.duckdb'}"):
              try:
                  open(path, "rb").close()
                  outcomes.append("opened")
              except PermissionError as error:
                  outcomes.append("denied" if "denies touching the files of the database" in str(error) else str(error))
          print("begun")
          deadline = time.monotonic() + 60
          while not os.path.exists("go") and time.monotonic() < deadline:
              time.sleep(0.01)
          return " ".join(outcomes)

      """)
    #expect(try clutch.run("sql", "--database", "s.duckdb", "CREATE TABLE t AS SELECT 1 AS x").status == .exited(0))
    try FileManager.default.linkItem(atPath: clutch.folder + "/s.duckdb", toPath: clutch.folder + "/second")
    let session = try clutch.start([
      "sql", "--database", "s.duckdb", "--udf", "f.py", "--policy", policy, "--format", "csv",
      "INSERT INTO t VALUES (2); SELECT tried(1) AS r",
    ])
    try session.errors.wait(for: "begun")
    let other = try clutch.run("sql", "--database", "s.duckdb", "INSERT INTO t FROM range(1000)")
    #expect(other.status == .exited(1))
    #expect(other.errors.contains("lock"), "\(other)")
    try clutch.write("go", "")
    let end = try session.end(within: .seconds(60))
    #expect(end.output == "r\ndenied denied denied\n", "\(end)")
    #expect(
      try clutch.run("sql", "--database", "s.duckdb", "--format", "csv", "SELECT sum(x) AS s FROM t").output == "s\n3\n"
    )
  }
}
