import Foundation
import PythonRuntime
import TestSupport
import Testing

@Suite struct DoctorTests {
  private let clutch: Clutch

  init() throws { clutch = try Clutch() }

  @Test func `Where everything is there it says so`() throws {
    let end = try clutch.run("doctor")
    let python = try Checkout.python()
    #expect(end.status == .exited(0), "\(end)")
    for line in [
      "  taken    \(try Checkout.environment())/bin/python3 (CLUTCH_PYTHON): CPython \(python.version)",
      "           library \(python.library)",
      "           packages \(python.sitePackages[0])",
      "  works    an isolated interpreter of CPython \(python.version) starts, computes and ends",
      "  taken    \(try DuckDBPackage.duckdb.path()) (Python package duckdb): DuckDB v2.0.0",
      "  works    a database opens and answers",
      "Policies in worker processes", "  holds    CPython's audit hook: Python code",
    ] {
      #expect(end.output.split(separator: "\n").contains(Substring(line)), "\(line)")
    }
    #expect(end.output.contains(/\n  (holds|lacks) {4}Landlock/))
    #expect(end.output.contains(/\n  (holds|lacks) {4}seccomp/))
    #expect(end.output.hasSuffix("\nEverything needed is here.\n"))
    #expect(!end.output.contains("what to do"))
    #expect(end.errors.isEmpty)
  }

  @Test func `Only the path of the Python is printed for scripts`() throws {
    let end = try clutch.run("doctor", "--print-python")
    #expect(end.status == .exited(0))
    #expect(end.output == "\(try Checkout.python().executable)\n")
  }

  /// Whether the search takes a Python in a usual place is the machine's affair, so the two answers are told apart.
  @Test func `On a bare machine it says what to do`() throws {
    let empty = ["PATH": "", "HOME": clutch.folder, "PYENV_ROOT": clutch.folder]
    let end = try clutch.run(onlyWith: empty, "doctor")
    #expect(end.status == .exited(end.output.contains("Everything needed is here.") ? 0 : 1))
    if !end.output.contains("  taken    ") {
      #expect(end.output.contains("  what to do: install CPython 3.13 to 3.15 with its shared library,\n"))
      #expect(end.output.contains("  what to do: python3 -m pip install duckdb\n"))
      #expect(end.output.hasSuffix("Something needed is missing: see \"what to do\" above.\n"))
    }
  }

  @Test func `An environment without DuckDB is told how to get it`() throws {
    let environment = clutch.folder + "/bare"
    let made = try RunningProgram(
      Checkout.environment() + "/bin/python", ["-m", "venv", "--without-pip", environment], in: clutch.folder,
      environment: [:]
    ).end()
    #expect(made.status == .exited(0), "\(made)")
    let end = try clutch.run("doctor", "--python", environment)
    try #require(!end.output.contains("libduckdb.so (system): DuckDB"), "this machine has a DuckDB of its own")
    #expect(end.status == .exited(1))
    #expect(end.output.contains("  works    an isolated interpreter of CPython"))
    #expect(
      end.output.contains(
        """
          what to do: \(environment)/bin/python3 -m pip install duckdb
                      or name a libduckdb with --duckdb or CLUTCH_DUCKDB

        Something needed is missing: see "what to do" above.

        """))
  }

  @Test(arguments: [
    ("exit 1", "it fails (exit status 1, no message)"), ("echo no >&2; exit 2", "it fails (no)"),
    ("echo garbage", "it does not answer as a Python does"), ("true", "it does not answer as a Python does"),
    ("echo '{}'", "it does not answer as a Python does"),
  ])
  func `A program that is no Python is refused`(script: String, reason: String) throws {
    let path = try clutch.write("python", "#!/bin/sh\n\(script)\n", executable: true)
    let end = try clutch.run("doctor", "--python", path)
    #expect(end.status == .exited(1))
    #expect(
      end.output.hasPrefix("CPython\n  refused  \(path) (given path): \(reason)\n  what to do: install CPython 3.13"))
    let printed = try clutch.run("doctor", "--print-python", "--python", path)
    #expect(printed.status == .exited(1))
    #expect(printed.output.isEmpty)
    #expect(printed.errors.contains("\(path) (given path): \(reason)\n"))
  }

  @Test(.enabled(if: Pyenv.python(3, 11) != nil))
  func `An old Python is refused`() throws {
    let path = Pyenv.python(3, 11) ?? ""
    let end = try clutch.run("doctor", environment: ["CLUTCH_PYTHON": path])
    #expect(end.status == .exited(1))
    let pattern = try Regex(
      #"  refused  .* \(CLUTCH_PYTHON\): CPython 3\.11\.\d+ is too old: 3\.13 is the oldest supported\n"#)
    #expect(end.output.contains(pattern), "\(end.output)")
  }
}
