import Foundation
import PythonRuntime
import Synchronization
import TestSupport
import Testing

/// Attempts to get out of a policy, from `Fixtures/escapes`, each in an interpreter of its own; what is written there
/// as outcomes is the table in `docs/policy-corpus.md` as well.
@Suite(.timeLimit(.minutes(30)), .serialized) struct CorpusTests {
  private struct Attempt: Sendable {
    let subject: String
    /// The place among those of its subject.
    let index: Int
    let title: String
    let outcomes: [String: String]
  }

  /// A folder outside the temporary one, with a file, and links to it in a temporary folder; gone with this object.
  private final class Places {
    let outside = "/var/tmp/clutch-policy-\(UUID().uuidString)"
    let inside: TemporaryFolder
    let descriptor: FileHandle
    let pipe = Pipe()
    /// In the temporary folder, with a second name.
    let protectedPath: String
    private let protectedFiles: [ProtectedFile]

    init() throws {
      inside = try TemporaryFolder()
      try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: false)
      try Data("kept".utf8).write(to: URL(fileURLWithPath: outside + "/kept.txt"))
      try inside.write("own.txt", "own")
      for (link, target) in [("ready", "/kept.txt"), ("dangling", "/none"), ("folder", "")] {
        try FileManager.default.createSymbolicLink(
          atPath: inside.path + "/" + link, withDestinationPath: outside + target)
      }
      try FileManager.default.createSymbolicLink(
        atPath: inside.path + "/loop", withDestinationPath: inside.path + "/loop")
      protectedPath = try inside.write("open.db", "database")
      try FileManager.default.linkItem(atPath: protectedPath, toPath: protectedPath + ".name")
      protectedFiles = [ProtectedFile(protectedPath), ProtectedFile(protectedPath + ".wal")]
      descriptor = try #require(FileHandle(forReadingAtPath: outside + "/kept.txt"))
    }

    deinit { try? FileManager.default.removeItem(atPath: outside) }

    /// What an attempt may not have changed.
    func state() throws -> [String] {
      let names = try FileManager.default.contentsOfDirectory(atPath: outside).sorted()
      let mode = try FileManager.default.attributesOfItem(atPath: outside + "/kept.txt")[.posixPermissions]
      return names + [try String(contentsOfFile: outside + "/kept.txt", encoding: .utf8), "\(mode ?? "")"]
    }
  }

  /// The files with attempts, in the order of the page.
  private static let subjects = [
    "opening", "changing", "processes", "native", "interpreters", "terminals", "descriptors", "commands", "plain",
    "memory",
    "database", "hook", "network", "environment", "exhausting", "sqlite", "links", "system",
  ]
  private static let folder = Checkout.root + "/Tests/PythonRuntimeTests/Fixtures/escapes"

  private static func prepare(_ interpreter: SubInterpreter, _ subject: String, _ places: Places?) throws {
    let files = try ["corpus", subject].map { try String(contentsOfFile: "\(folder)/\($0).py", encoding: .utf8) }
    let (outside, inside) = (places?.outside ?? "", places?.inside.path ?? "")
    let descriptor = Int(places?.descriptor.fileDescriptor ?? -1)
    let pipe = Int(places?.pipe.fileHandleForReading.fileDescriptor ?? -1)
    let protectedPath = places?.protectedPath ?? ""
    try interpreter.withGIL { py in
      for (source, name) in zip(files, ["corpus", subject]) { try py.run(source, file: "\(name).py") }
      try py.mainModule().setAttribute("OUTSIDE", to: outside)
      try py.mainModule().setAttribute("INSIDE", to: inside)
      try py.mainModule().setAttribute("DESCRIPTOR", to: descriptor)
      try py.mainModule().setAttribute("PIPE", to: pipe)
      try py.mainModule().setAttribute("PROTECTED_FILE", to: protectedPath)
      // A port of the system's, which nothing listens on here.
      try py.mainModule().setAttribute("PORT", to: 1)
    }
  }

  private static func attempts() throws -> [Attempt] {
    let interpreter = try SubInterpreter()
    return try subjects.flatMap { subject in
      try prepare(interpreter, subject, nil)
      let rows = try interpreter.withGIL { py in
        try py.evaluate("[list(row[:3]) for row in ATTEMPTS]").extract([[String]].self)
      }
      return rows.enumerated().map { index, row in
        Attempt(subject: subject, index: index, title: row[0], outcomes: ["guarded": row[1], "pure": row[2]])
      }
    }
  }

  @Test func `every file of attempts is run`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { $0.hasSuffix(".py") }
    #expect(Set(files) == Set((["corpus"] + Self.subjects).map { $0 + ".py" }))
  }

  /// On a thread that the code starts, CPython itself does not say whose interpreter a builtin module is made for.
  @Test(arguments: [InterpreterPolicy.guarded, .pure], [false, true])
  func `every attempt has the outcome that is written down, and nothing is left behind`(
    policy: InterpreterPolicy, onThread: Bool
  ) throws {
    var configuration = SubInterpreter.Configuration.isolated
    configuration.allowsThreads = onThread
    let working = FileManager.default.currentDirectoryPath
    for attempt in try Self.attempts() {
      let places = try Places()
      let before = try places.state()
      let interpreter = try SubInterpreter(configuration: configuration, policy: policy)
      try Self.prepare(interpreter, attempt.subject, places)
      let outcome = try interpreter.withGIL { py in
        try py.mainModule().attribute(onThread ? "run_on_thread" : "run").call(attempt.index).extract(String.self)
      }
      let expected = try #require(attempt.outcomes[policy.name])
      // Where threads are allowed they start, and what they do is denied: nothing is left behind.
      let isThread =
        onThread
        && ["in another thread, where threads are allowed", "`_thread.start_new_thread`"].contains(attempt.title)
      let isExpected =
        isThread
        ? outcome == "went through"
        : outcome == expected || outcome == "went through" && ["allowed", "gap"].contains(expected)
      #expect(isExpected, "\(policy.name), \(attempt.title): expected \(expected), and it was \(outcome)")
      if outcome.hasPrefix("denied") { #expect(interpreter.denials.count > 0, "\(attempt.title)") }
      interpreter.close()
      #expect(try places.state() == before, "\(policy.name), \(attempt.title)")
      #expect(fcntl(places.descriptor.fileDescriptor, F_GETFD) >= 0, "\(policy.name), \(attempt.title)")
      #expect(FileManager.default.currentDirectoryPath == working)
      #expect(getenv("CLUTCH_POLICY_TEST") == nil)
      #expect(getenv("PATH") != nil, "\(policy.name), \(attempt.title)")
    }
  }

  @Test func `the table in the documentation is that of the corpus`() throws {
    let rows = try Self.attempts()
    #expect(rows.count >= 60)
    let counts = ["guarded", "pure"].map { policy in
      let outcomes = rows.compactMap { $0.outcomes[policy] }
      let denied = outcomes.count { $0.hasPrefix("denied") }
      let refused = outcomes.count { $0.hasPrefix("refused") }
      let gaps = outcomes.count { $0 == "gap" }
      return "| \(policy) | \(denied) | \(refused) | \(outcomes.count - denied - refused - gaps) | \(gaps) |"
    }
    func shown(_ outcome: String?) -> String {
      guard let outcome else { return "" }
      if outcome == "gap" { return "**gap**: nothing asks" }
      return outcome.replacingOccurrences(of: "refused: ", with: "not possible: ")
    }
    let lines =
      ["| Policy | Denied | Not possible | Allowed on purpose | Gaps |", "|---|---|---|---|---|"] + counts
      + ["", "| Attempt | guarded | pure |", "|---|---|---|"]
      + rows.map { "| \($0.title) | \(shown($0.outcomes["guarded"])) | \(shown($0.outcomes["pure"])) |" }
    let table = lines.joined(separator: "\n") + "\n"
    let page = Checkout.root + "/docs/policy-corpus.md"
    // To write the page anew after a change of the corpus.
    if ProcessInfo.processInfo.environment["CLUTCH_WRITE_CORPUS"] != nil {
      let head = try String(contentsOfFile: page, encoding: .utf8).components(separatedBy: "| Policy |")[0]
      try (head + table).write(toFile: page, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOfFile: page, encoding: .utf8).hasSuffix(table))
  }
}
