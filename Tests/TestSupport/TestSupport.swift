import Foundation
package import PythonRuntime
import Synchronization

/// The CPython installations of this machine.
package enum Machine {
  /// All that are usable, each once, looked for everywhere.
  package static let installations: [PythonInstallation] = {
    var seen: Set<String> = []
    return PythonDiscovery(environment: environment).search(all: true).compactMap(\.installation)
      .filter { seen.insert($0.library).inserted }
  }()

  /// Starts CPython in a process that a test has for itself, which then ends by a signal should it hang.
  @discardableResult
  package static func startInOwnProcess(atMost seconds: Int = 55) throws -> PythonInstallation {
    ThisProcess.end(after: seconds)
    return try start()
  }

  /// Starts CPython in a process that a test has for itself.
  @discardableResult
  package static func start() throws -> PythonInstallation {
    try CPython.start(PythonDiscovery(environment: environment))
  }

  /// This process's own, without the folders of shims: each of these costs a second to learn that it fails.
  private static let environment: [String: String] = {
    var environment = ProcessInfo.processInfo.environment
    environment["CLUTCH_PYTHON"] = nil
    let folders = (environment["PATH"] ?? "").split(separator: ":").filter { !$0.hasSuffix("/shims") }
    environment["PATH"] = folders.joined(separator: ":")
    return environment
  }()

  /// One of a minor version, or nil.
  package static func installation(_ major: Int, _ minor: Int) -> PythonInstallation? {
    installations.first { $0.version.major == major && $0.version.minor == minor }
  }
}

/// A folder that is removed with this object.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    // Resolved, because a program that is asked where it lies answers with the real path.
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("clutch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with the folders it lies in, and gives its path.
  @discardableResult
  package func write(_ name: String, _ text: String, executable: Bool = false) throws -> String {
    let file = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    if executable { try writeProgram(text, to: file.path) } else { try Data(text.utf8).write(to: file) }
    return file.path
  }
}

/// Writes a script that can be run at once.
///
/// A file that is open for writing cannot be run, and a process that another test starts meanwhile holds it open for a
/// moment: so it is copied to its place by a process of its own, and never open for writing in this one.
package func writeProgram(_ text: String, to path: String) throws {
  let draft = FileManager.default.temporaryDirectory.appending(path: "draft-\(UUID().uuidString)")
  try Data(text.utf8).write(to: draft)
  defer { try? FileManager.default.removeItem(at: draft) }
  let copy = try Process.run(
    URL(fileURLWithPath: "/usr/bin/env"), arguments: ["install", "-m", "755", draft.path, path])
  copy.waitUntilExit()
  guard copy.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
}

/// Runs `body` on that many threads of the operating system at once; false when they did not all end in time.
///
/// Not tasks: a test that blocks must not take the threads that tasks run on.
package func onThreads(
  _ count: Int, within seconds: Int = 50, _ body: @escaping @Sendable (Int) -> Void
) -> Bool {
  let group = DispatchGroup()
  for index in 0..<count {
    group.enter()
    Thread.detachNewThread {
      body(index)
      group.leave()
    }
  }
  return group.wait(timeout: .now() + .seconds(seconds)) == .success
}

/// Looks again until `condition` holds; false when it does not within ten seconds.
package func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<2_000 {
    if condition() { return true }
    usleep(5_000)
  }
  return false
}

/// Waits until a file exists, and holds up no thread meanwhile: a function that makes one tells so that it has begun.
///
/// - Throws: After a minute; `CancellationError` when the test is over.
package func appears(_ file: String) async throws {
  // Beside a thousand other tests on two cores a task may wait for minutes.
  let end = ContinuousClock.now + .seconds(400)
  while !FileManager.default.fileExists(atPath: file) {
    guard ContinuousClock.now < end else { throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: file]) }
    try await Task.sleep(for: .milliseconds(5))
  }
}

/// Collects values from any thread, in the order they come.
package final class Recorder<Value: Sendable>: Sendable {
  private let recorded = Mutex<[Value]>([])

  package init() {}

  package var values: [Value] { recorded.withLock { $0 } }
  package func append(_ value: Value) { recorded.withLock { $0.append(value) } }
}

/// What the operating system tells of this process (Linux).
package enum ThisProcess {
  /// How many of its threads have a name.
  package static func threadCount(named name: String) -> Int {
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    return tasks.count { task in
      let shown = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
      return shown?.trimmingCharacters(in: .newlines) == name
    }
  }

  /// Bytes of memory it has in use.
  package static func residentBytes() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return (Int(fields[1]) ?? 0) * Int(getpagesize())
  }

  /// Ends it by a signal after so many seconds, so that a test in a process of its own cannot hang.
  package static func end(after seconds: Int) { alarm(UInt32(seconds)) }
}
