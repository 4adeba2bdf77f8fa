import CoreMetrics
import Dispatch
import DuckDBEngine
import Essentials
import Functions
import PythonUDF
import Synchronization

/// The UDF files of a shell, each of which can be loaded anew while the database stays open.
///
/// Belongs to the shell's thread, but for `interrupt`.
final class ShellFunctions {
  /// What loading a file has changed.
  struct Change {
    let file: String
    let functionCount: Int
    /// Nil for a file that was not there before.
    var names: (new: [String], changed: [String], gone: [String])?
  }

  /// A file as SQL knows it.
  private struct File {
    let name: String
    let path: String
    /// What has been registered, and so is called, by its place in the version of then.
    var registered: [UDFSignature]
    /// As it was when it was loaded last.
    var stamp: FileStamp?
  }

  let registry = UDFRegistry()
  let counts = FunctionCounts()
  let notes = FailureNotes()
  private var files: [File] = []
  private let host: any ShellHost

  init(_ host: any ShellHost) { self.host = host }

  var names: [String] { files.map(\.name) }
  /// Where they are, and what they were like when they were loaded.
  var stamps: [(path: String, stamp: FileStamp?)] { files.map { ($0.path, $0.stamp) } }

  /// The sources as they are now.
  var sources: [RegisteredSource] { files.compactMap { try? registry.source($0.name) } }

  /// The name that a watched path has.
  func name(of path: String) -> String? { files.first { $0.path == path }?.name }

  // MARK: Loading

  /// Loads a file, or loads it anew; one that does not load changes nothing.
  ///
  /// - Parameter running: is told how to stop the loading while it goes on.
  func load(
    _ file: String, on connection: DuckDBConnection, running: (_ stop: (@Sendable () -> Void)?) -> Void
  ) throws -> Change {
    let path = URL(fileURLWithPath: file).standardizedFileURL.resolvingSymlinksInPath().path
    let place = files.firstIndex { $0.path == path }
    let name = place.map { files[$0].name } ?? file
    let stamp = FileStamp(of: path)
    // One that does not load is not tried again before it changes once more.
    if let place { files[place].stamp = stamp }
    let (source, options) = try host.prepare(name, among: names + (place == nil ? [name] : []))
    if let place { return try loadAnew(place, source, options, on: connection, running) }
    try wait(running) { [registry, counts] in
      try await withMetricsFactory(counts) { () async throws in try await registry.add(name, source, options) }
    }
    do {
      let loaded = try registry.source(name)
      try register(Array(loaded.signatures.indices), of: loaded, on: connection)
      files.append(File(name: name, path: path, registered: loaded.signatures, stamp: stamp))
      host.observe(try loaded.pool)
      return Change(file: name, functionCount: loaded.signatures.count)
    } catch {
      try? registry.remove(name)
      throw error
    }
  }

  private func loadAnew(
    _ place: Int, _ source: UDFSource, _ options: HostOptions, on connection: DuckDBConnection,
    _ running: (_ stop: (@Sendable () -> Void)?) -> Void
  ) throws -> Change {
    let (name, known) = (files[place].name, files[place].registered)
    let before = try registry.source(name).signatures
    let errorMode = host.errorMode
    try wait(running) { [registry, counts, notes] in
      try await withMetricsFactory(counts) { () async throws in
        try await registry.replace(name, with: source, allowingChanges: true, options: options) {
          pool in
          try Self.requireReplaceable(pool.signatures, known, in: name)
          let fresh = ChosenFunctions(pool.signatures.unknown(in: known), of: pool, notes)
          // The thread that has the connection waits for this one.
          let problems = try connection.registrationProblems(again: fresh, onError: errorMode)
          if let problem = problems.first { throw problem }
        }
      }
    }
    let loaded = try registry.source(name)
    let unknown = loaded.signatures.unknown(in: known)
    try register(unknown, of: loaded, on: connection, again: true)
    files[place].registered = known + unknown.map { loaded.signatures[$0] }
    host.observe(try loaded.pool)
    let fresh = loaded.signatures.unknown(in: before).map { loaded.signatures[$0].name }
    let (old, now) = (Set(before.map(\.name)), Set(loaded.signatures.map(\.name)))
    return Change(
      file: name, functionCount: loaded.signatures.count,
      names: (
        new: fresh.filter { !old.contains($0) }, changed: fresh.filter { old.contains($0) },
        gone: old.subtracting(now).sorted()
      ))
  }

  /// Refuses functions whose name SQL has for one that DuckDB does not change.
  ///
  /// - Throws: `ShellError`.
  private static func requireReplaceable(_ new: [UDFSignature], _ known: [UDFSignature], in file: String) throws {
    let fixed: [FunctionKind] = [.table, .aggregate]
    for signature in new.unknown(in: known).map({ new[$0] }) {
      let before = known.filter { $0.name.lowercased() == signature.name.lowercased() }
      guard let old = before.first(where: { fixed.contains($0.kind) || fixed.contains(signature.kind) }) else {
        continue
      }
      let kind = old.kind == .table || signature.kind == .table ? "a table function" : "an aggregate"
      throw ShellError(
        """
        \(file), line \(signature.line): \(signature.name) is \(kind), which DuckDB keeps as it was first, \
        \(old.sqlDescription): give it another name, or open another database with .open. The file as it was before is \
        still there.
        """)
    }
  }

  /// Makes the functions of all files SQL functions of another database.
  func registerAll(on connection: DuckDBConnection) throws {
    for place in files.indices {
      let loaded = try registry.source(files[place].name)
      try register(Array(loaded.signatures.indices), of: loaded, on: connection)
    }
    for place in files.indices { files[place].registered = try registry.source(files[place].name).signatures }
  }

  private func register(
    _ places: [Int], of source: RegisteredSource, on connection: DuckDBConnection, again: Bool = false
  ) throws {
    guard !places.isEmpty else { return }
    let chosen = ChosenFunctions(places, of: source, notes)
    if again {
      try connection.register(again: chosen, onError: host.errorMode, timeouts: host.timeouts)
    } else {
      try connection.register(chosen, onError: host.errorMode, timeouts: host.timeouts)
    }
  }

  /// Waits for work of tasks.
  private func wait(
    _ running: (_ stop: (@Sendable () -> Void)?) -> Void, _ work: @escaping @Sendable () async throws -> Void
  ) throws {
    let outcome = Mutex<Result<Void, any Error>?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    let task = Task.detached {
      do {
        try await work()
        outcome.withLock { $0 = .success(()) }
      } catch { outcome.withLock { $0 = .failure(error) } }
      isDone.signal()
    }
    running { task.cancel() }
    defer { running(nil) }
    isDone.wait()
    try outcome.withLock { $0 }?.get()
  }

  // MARK: From other threads

  /// Something that stops the calls that are under way now.
  var interruption: @Sendable () -> Void {
    let sources = sources
    return { for source in sources { try? source.interrupt() } }
  }
}

extension [UDFSignature] {
  /// The places of those that SQL does not know as they are now.
  fileprivate func unknown(in known: [UDFSignature]) -> [Int] {
    indices.filter { place in !known.contains { self[place].isKnown(as: $0) } }
  }
}

extension UDFSignature {
  /// Whether SQL calls it as it calls the other.
  fileprivate func isKnown(as other: UDFSignature) -> Bool {
    canReplace(other) && errorMode == other.errorMode && determinism == other.determinism
      && zip(parameters, other.parameters).allSatisfy { $0.name == $1.name && $0.isOptional == $1.isOptional }
      && columns == other.columns
  }
}
