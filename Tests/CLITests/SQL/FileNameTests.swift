import Foundation
import TestSupport
import Testing

/// Files that cannot be read, or written, are refused for their real reason.
@Suite(.timeLimit(.minutes(30))) struct FileNameTests {
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

  private static let endless: [(prepare: String, name: String, what: String)] = [
    ("mkfifo pipe.json", "pipe.json", "a named pipe"), ("ln -s /dev/zero zero.json", "zero.json", "a device"),
    ("ln -s /dev/tty tty.json", "tty.json", "a device"), ("ln -s /dev/null null.json", "null.json", "a device"),
    (
      "'\(Checkout.root)/.venv/bin/python' -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"s.json\")'",
      "s.json",
      "a socket"
    ),
  ]

  /// Nobody writes to the pipe: what opens it as a file is opened waits for ever.
  @Test(arguments: kinds.indices, endless.indices)
  func `What need not have an end is refused at once`(kind: Int, problem: Int) throws {
    let (option, what) = Self.kinds[kind]
    let (prepare, name, reason) = Self.endless[problem]
    let arguments = option.replacingOccurrences(of: "NAME", with: name)
    let end = try clutch.shell("\(prepare)\n\"$clutch\" sql \(arguments)")
    #expect(end.status == .exited(1))
    #expect(
      end.errors == """
        Error: \(what.replacingOccurrences(of: "NAME", with: name)) is \(reason), which need not have an end: give a \
        file, or the output of a command as <(COMMAND).

        """)
  }

  @Test(arguments: [
    ("truncate -s 65M large.py", "--udf large.py 'SELECT 1'", "The UDF file large.py", "64 MiB"),
    ("", "--udf <(yes x 2> /dev/null) 'SELECT 1'", "The UDF file /dev/fd/*", "64 MiB"),
    (
      "truncate -s 2M large.json", "--udf '\(Clutch.functions)' --policy large.json 'SELECT 1'",
      "The policy file large.json", "1 MiB"
    ),
    ("truncate -s 2G large.sql", "-f large.sql", "The SQL file large.sql", "1 GiB"),
  ])
  func `A file that is larger than any source is refused`(
    prepare: String, arguments: String, what: String, limit: String
  ) throws {
    let end = try bash("\(prepare)\n\"$clutch\" sql \(arguments)")
    #expect(end.status == .exited(1))
    let error = end.errors.replacing(#//dev/fd/[0-9]+/#, with: "/dev/fd/*")
    #expect(error == "Error: \(what) is larger than \(limit), which is the most that is read.\n")
  }

  @Test(arguments: [
    #"cat f.py | "$clutch" sql --udf /dev/stdin --format csv 'SELECT f(1) AS x'"#,
    #""$clutch" sql --udf <(cat f.py) --format csv 'SELECT f(1) AS x'"#,
    #""$clutch" sql --udf f.py --format csv -f <(echo 'SELECT f(1) AS x')"#,
    #"echo 'SELECT f(1) AS x' | "$clutch" sql --udf f.py --format csv -f /dev/stdin"#,
    #"echo 'SELECT f(1) AS x' > q.sql; "$clutch" sql --udf f.py --format csv -f /dev/stdin < q.sql"#,
    // The writer begins late, and in pieces.
    #""$clutch" sql --udf <(head -n 2 f.py; until [ -e q ]; do touch q; done; tail -n 1 f.py) --format csv 'SELECT f(1) AS x'"#,
  ])
  func `A file may be the output of a command`(command: String) throws {
    try clutch.write("f.py", "from clutch import udf\n@udf\ndef f(x: int) -> int: return x + 1\n")
    let end = try bash(command)
    #expect(end.output == "x\n2\n", "\(end)")
  }

  private func bash(_ command: String) throws -> ProgramEnd {
    try clutch.write("script", command)
    return try clutch.shell("export clutch; bash script")
  }
}
