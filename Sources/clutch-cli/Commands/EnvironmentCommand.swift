import ArgumentParser
import Clutch
import Environments
import Essentials
import HostSupport

/// `clutch env`: the packages of UDF files.
struct EnvironmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env", abstract: "Show, build, lock and remove the environments of UDF files.",
    discussion: """
      A UDF file names the packages that it needs in a block of comments, '# /// script'. They are installed once, into a \
      folder of CLUTCH_CACHE or of the user's caches, and used by every file that asks for the same.
      """,
    subcommands: [List.self, Clean.self, Path.self, Lock.self])

  /// The environments that are there.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the environments that have been built.")

    func run() throws {
      let cache = try CachedEnvironments(ProcessInfo.processInfo.environment)
      let items = try cache.items()
      for item in items {
        let packages = item.requirements.isEmpty ? "not whole" : item.requirements.listed(atMost: 8)
        print(item.path)
        print("  packages \(packages)")
        if let source = item.source { print("  for      \(source), CPython \(item.pythonVersion)") }
        print(
          "  size     \(ByteCount(item.byteCount)), \(item.isInUse ? "in use now" : "last used \(day(item.lastUse))")")
      }
      let total = items.reduce(0) { $0 + $1.byteCount }
      complain("\(items.count) environment\(items.count == 1 ? "" : "s") in \(cache.folder), \(ByteCount(total))")
    }

    private func day(_ date: Date) -> String {
      date == .distantPast ? "never" : date.formatted(.iso8601.year().month().day())
    }
  }

  /// Removes environments.
  struct Clean: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove environments that were not used for long, and what is left of builds that were ended.",
      discussion: """
        One that a process uses now always stays. What was found of where files run goes too, of files that were not used for \
        so long.
        """)

    @Option(
      parsing: .unconditional,
      help: ArgumentHelp("Remove those that were not used for so many days.", valueName: "days"),
      transform: wholeNumber(0...36_500))
    var olderThan = 30
    @Option(
      parsing: .unconditional,
      help: ArgumentHelp(
        "Then remove those not used for longest, until the rest has at most this size, such as 5GB.", valueName: "size"),
      transform: memorySize)
    var maxSize: Int?
    @Flag(help: "Remove all.") var all = false

    func run() throws {
      let cache = try CachedEnvironments(ProcessInfo.processInfo.environment)
      let removed = try cache.clean(unusedFor: all ? 0 : Double(olderThan) * 86_400, keepingAtMost: maxSize)
      for item in removed { print(item.path) }
      let (whole, left) = (removed.filter { $0.source != nil }, removed.filter { $0.source == nil })
      let bytes = { (items: [CachedEnvironments.Item]) in ByteCount(items.reduce(0) { $0 + $1.byteCount }) }
      let builds = "\(counted(left.count, "build")) that \(left.count == 1 ? "was" : "were") ended"
      let used = try cache.items().count { $0.isInUse }
      complain(
        """
        removed \(counted(whole.count, "environment")), \(bytes(whole))\
        \(left.isEmpty ? "" : "; what was left of \(builds), \(bytes(left))")\
        \(used > 0 ? "; \(used) in use stay\(used == 1 ? "s" : "")" : "")
        """)
    }
  }

  /// Builds an environment.
  struct Path: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the folder of a file's environment, a virtual environment; it is built if it is not there.")

    @Argument(help: "The UDF file.") var file: String
    @Option(
      name: .customLong("with"), help: ArgumentHelp("A package beside those of the file.", valueName: "package"))
    var packages: [String] = []
    @OptionGroup var installing: InstallOptions
    @OptionGroup var python: PythonOptions

    func run() throws {
      try Signals.handled { signals in
        signals.tidy { RunningPrograms.end() }
        let source = try UDFSource(file: file)
        let environment = try installing.environment(for: source, with: packages, python.discovery)
        guard let program = environment?.python else {
          throw CommandError(
            "\(file) asks for no packages: it has no block '# /// script' with dependencies, so it has no environment.")
        }
        print(URL(fileURLWithPath: program).deletingLastPathComponent().deletingLastPathComponent().path)
      }
    }
  }

  /// Writes a lock.
  struct Lock: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the versions of a file's packages, with hashes, into a file beside it.",
      discussion: """
        As FILE.requirements.txt. From then on the file is loaded with exactly these, and what is installed is compared with \
        the hashes.
        """)

    @Argument(help: "The UDF file.") var file: String
    @OptionGroup var installing: InstallOptions
    @OptionGroup var python: PythonOptions

    func run() throws {
      try Signals.handled { signals in
        signals.tidy { RunningPrograms.end() }
        let source = try UDFSource(file: file)
        print(try LockMaking.lock(source, discovery: python.discovery, options: installing.options()))
      }
    }
  }
}
