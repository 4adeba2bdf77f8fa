import Foundation
import TestSupport
import Testing

/// Files that cannot be read, or written, are refused for their real reason.
@Suite(.timeLimit(.minutes(10))) struct FileNameTests {
  private let clutch: Clutch

  init() throws { clutch = try Clutch() }

  /// How each kind of file is given, and what messages call it.
  private static let kinds: [(option: String, what: String)] = [
    ("--udf NAME 'SELECT 1'", "The UDF file NAME"), ("-f NAME", "The SQL file NAME"),
    ("--udf '\(Clutch.functions)' --policy NAME 'SELECT 1'", "The policy file NAME"),
  ]

  private static let problems: [(prepare: String, name: String, reason: String)] = [
    ("", "no.json", "does not exist"), ("mkdir folder.json", "folder.json", "is a folder"),
    ("ln -s a.json b.json; ln -s b.json a.json", "a.json", "cannot be read: Too many levels of symbolic links"),
    ("ln -s gone a.json", "a.json", "is a symbolic link to gone, which does not exist"),
    ("touch a", "a/b.json", "cannot be read: Not a directory"),
    (#"printf '\377' > a.json"#, "a.json", "is not UTF-8 text"),
    ("", String(repeating: "n", count: 300) + ".json", "cannot be read: File name too long"),
  ]

  @Test(arguments: kinds.indices, problems.indices)
  func `A file that cannot be read is refused for the reason that the system gives`(kind: Int, problem: Int) throws {
    let (option, what) = Self.kinds[kind]
    let (prepare, name, reason) = Self.problems[problem]
    let arguments = option.replacingOccurrences(of: "NAME", with: name)
    let end = try clutch.shell("\(prepare)\n\"$clutch\" sql \(arguments)")
    #expect(end.status == .exited(1))
    #expect(end.errors == "Error: \(what.replacingOccurrences(of: "NAME", with: name)) \(reason).\n")
  }

  @Test(.enabled(if: getuid() != 0), arguments: kinds.indices)
  func `A file that may not be read is refused so`(kind: Int) throws {
    let arguments = Self.kinds[kind].option.replacingOccurrences(of: "NAME", with: "a.json")
    let end = try clutch.shell("touch a.json; chmod 0 a.json; \"$clutch\" sql \(arguments)")
    #expect(end.errors.hasSuffix("a.json cannot be read: Permission denied.\n"))
  }

  @Test(arguments: [
    "sql --udf NAME 'SELECT 1'", "sql -f NAME", "sql --database NAME 'SELECT 1'", "sql -o NAME 'SELECT 1'",
    "sql --dead-letters NAME 'SELECT 1'", "sql --policy NAME 'SELECT 1'", "inspect NAME", "doctor --python NAME",
  ])
  func `A name that is not UTF-8 is refused as such, and no other file is touched`(command: String) throws {
    let arguments = command.replacingOccurrences(of: "NAME", with: #""$name""#)
    let end = try clutch.shell(#"name=$(printf 'caf\351.py'); "$clutch" "# + arguments)
    #expect(end.status == .exited(1))
    #expect(end.output.isEmpty)
    #expect(
      end.errors == """
        Error: The argument 'caf\\xE9.py' is not UTF-8 text. If it is the name of a file, rename the file, or make a link \
        to it: ln -s OLD NEW.

        """)
    #expect(try clutch.names().isEmpty)
  }

  @Test func `A UDF file without an end is too large`() throws {
    let end = try clutch.shell(
      "mkfifo endless; yes x > endless 2> /dev/null & \"$clutch\" sql --udf endless 'SELECT 1'")
    #expect(end.status == .exited(1))
    #expect(end.errors == "Error: The UDF file endless is larger than 64 MiB, which is the most that is read.\n")
  }

  @Test(arguments: [
    #"cat f.py | "$clutch" sql --udf /dev/stdin --format csv 'SELECT f(1) AS x'"#,
    #"mkfifo pipe; cat f.py > pipe & "$clutch" sql --udf pipe --format csv 'SELECT f(1) AS x'"#,
  ])
  func `A UDF file may be a pipe`(command: String) throws {
    try clutch.write("f.py", "from clutch import udf\n@udf\ndef f(x: int) -> int: return x + 1\n")
    let end = try clutch.shell(command)
    #expect(end.output == "x\n2\n", "\(end)")
  }
}
