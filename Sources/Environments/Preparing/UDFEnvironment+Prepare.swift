public import Functions
public import PythonRuntime
import Synchronization
import ThreadConfinement

extension UDFEnvironment {
  /// Gives the packages that a source names in its block `# /// script`, and installs them if that has not been done.
  ///
  /// An environment is built once, in the folder `CLUTCH_CACHE` or the platform's for caches, for all sources and processes
  /// that ask for the same with the same CPython; after that this reads two small files. It is in use, and so not removed by
  /// `clutch env clean`, until the process ends. Several may be prepared at the same time, from any thread.
  ///
  /// ```swift
  /// let source = try UDFSource(file: "zscore.py")
  /// var options = HostOptions()
  /// options.environment = try UDFEnvironment.prepare(for: source)
  /// let pool = try UDFPool(source, options)
  /// ```
  ///
  /// - Parameters:
  ///   - source: what asks for packages.
  ///   - discovery: which CPython they are for; the one that runs already in this process, if one does.
  ///   - options: how they are installed.
  /// - Returns: nil for a source that asks for none.
  /// - Throws: ``EnvironmentError``; `PythonRuntimeError` when there is no CPython.
  public static func prepare(
    for source: UDFSource, discovery: PythonDiscovery = PythonDiscovery(),
    options: EnvironmentOptions = EnvironmentOptions()
  ) throws -> UDFEnvironment? {
    try prepare(for: source, ScriptBlock(of: source, discovery: discovery), discovery: discovery, options: options)
  }

  /// Does what `prepare` does; the calling task is suspended and blocks no thread. Cancelling it ends the build.
  ///
  /// - Returns: nil for a source that asks for no packages.
  /// - Throws: as `prepare`.
  public static func prepareAsync(
    for source: UDFSource, discovery: PythonDiscovery = PythonDiscovery(),
    options: EnvironmentOptions = EnvironmentOptions()
  ) async throws -> UDFEnvironment? {
    let isCancelled = Cancellation()
    return try await withTaskCancellationHandler {
      try await onThreadOfItsOwn {
        var options = options
        let isWanted = options.isWanted
        options.isWanted = { isWanted() && !isCancelled.value }
        return try prepare(for: source, discovery: discovery, options: options)
      }
    } onCancel: {
      isCancelled.set()
    }
  }

  /// The same for a source whose block has been read.
  package static func prepare(
    for source: UDFSource, _ block: ScriptBlock?, discovery: PythonDiscovery, options: EnvironmentOptions
  ) throws -> UDFEnvironment? {
    guard block != nil || !options.packages.isEmpty else { return nil }
    let python = try PythonChoice.installation(discovery.fitting([block].compactMap { $0 }))
    guard let request = try EnvironmentRequest(source, block, python, options) else { return nil }
    let store = try EnvironmentStore(options.environment)
    let key = request.key
    return UDFEnvironment(try EnvironmentBuild(request, in: store, key).run(), store, key)
  }

  /// An environment that is whole.
  init(_ record: EnvironmentRecord, _ store: EnvironmentStore, _ key: String) {
    let version = record.pythonVersion.split(separator: ".").prefix(2).joined(separator: ".")
    self.init(
      sitePackages: [store.sitePackages(record, key)], python: store.environment(key) + "/bin/python",
      pythonVersion: version, distributions: record.distributions)
  }
}

/// Whether a task has been cancelled.
private final class Cancellation: Sendable {
  private let isSet = Atomic(false)

  var value: Bool { isSet.load(ordering: .relaxed) }
  func set() { isSet.store(true, ordering: .relaxed) }
}
