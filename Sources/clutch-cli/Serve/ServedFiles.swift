import Clutch
import FlightService
import Logging
import Synchronization

/// The UDF files of a server, which can be loaded anew while they are called.
final class ServedFiles: Sendable {
  private let registry = UDFRegistry()
  private let names: [String]
  /// How each file is run, as far as it does not say so itself.
  private let options: [String: HostOptions]
  private let interpreters: Int
  /// How long a batch waits at most.
  private let patience: Duration
  private let queues = Mutex<[String: BatchQueue]>([:])
  /// The batches of all files.
  let limit: BatchLimit

  /// Loads the files.
  ///
  /// - Parameter logger: where what the functions write goes; nil for standard error.
  /// - Throws: all that is wrong with them.
  init(_ sources: [UDFSource], _ loading: LoadOptions, _ limits: LoadLimitOptions, _ logger: Logger?) async throws {
    names = sources.map(\.name)
    let stems = Dictionary(grouping: names) { $0.split(separator: "/").last.map(String.init) ?? $0 }
    if let (stem, same) = stems.first(where: { $0.value.count > 1 }) {
      throw CommandError(
        "The files \(same.sorted().joined(separator: " and ")) are both called \(stem), which names their functions; rename one."
      )
    }
    limit = BatchLimit(limits.maxConcurrentBatches)
    (interpreters, patience) = (limits.interpreterCount, limits.queueSeconds)
    options = try zip(names, loading.policy.chosen(for: names)).reduce(into: [String: HostOptions]()) { all, file in
      var options = loading.options(interpreters: limits.interpreterCount)
      options.policy = file.1
      if let logger {
        options.logging = UDFLogging(logger: logger, messagesPerSecond: options.logging.messagesPerSecond)
      }
      all[file.0] = options
    }
    var failures: [any Error] = []
    for (source, environment) in zip(sources, try loading.environments(of: sources)) {
      let options = try completeOptions(for: source, environment, loading)
      setQueue(of: source.name, options)
      do { try await registry.add(source.name, source, options) } catch { failures.append(error) }
    }
    guard failures.isEmpty else { throw CommandError.joining(failures) }
  }

  /// How a file is run, with what its block says of that.
  private func completeOptions(
    for source: UDFSource, _ environment: UDFEnvironment?, _ loading: LoadOptions
  ) throws -> HostOptions {
    var options = options[source.name] ?? loading.options(interpreters: interpreters)
    options.environment = environment
    try loading.place(&options, for: source)
    return options
  }

  /// Makes the queue for what runs a file, if that takes more or fewer batches at a time than before. Batches that wait in the
  /// queue before it stay there.
  private func setQueue(of name: String, _ options: HostOptions) {
    let hasWorkers = options.placement == nil || options.placement == .worker
    let places = (hasWorkers ? options.workers : nil) ?? interpreters
    queues.withLock { queues in
      guard queues[name]?.places != places else { return }
      queues[name] = BatchQueue(places: places, limit: limit, patience: patience)
    }
  }

  /// The functions that the files have now.
  func catalogue() throws -> FunctionCatalogue {
    let queues = queues.withLock { $0 }
    return FunctionCatalogue(
      try names.compactMap { name in
        try queues[name].map { FunctionCatalogue.Source(try registry.source(name), $0) }
      })
  }

  /// How many batches wait for an interpreter.
  var waitingCount: Int { queues.withLock { $0.values.reduce(0) { $0 + $1.waitingCount } } }

  /// Puts new versions of the files in their places, each with the packages and at the place that its block asks for now. One
  /// that does not load, or whose functions have changed, stays as it was.
  ///
  /// - Parameter allowingChanges: whether functions may be missing, or take and give other types, than before.
  /// - Returns: for each file why it stays as it was; nil where it was replaced.
  func reload(
    _ sources: [UDFSource], _ loading: LoadOptions, allowingChanges: Bool
  ) async -> [(name: String, problem: (any Error)?)] {
    var outcomes: [(String, (any Error)?)] = []
    for source in sources {
      do {
        let options = try completeOptions(for: source, try await loading.environment(of: source), loading)
        try await registry.replace(source.name, with: source, allowingChanges: allowingChanges, options: options)
        setQueue(of: source.name, options)
        outcomes.append((source.name, nil))
      } catch {
        outcomes.append((source.name, error))
      }
    }
    return outcomes
  }

  /// Says on standard error what each interpreter is doing.
  func reportStacks() {
    for name in names {
      for (index, frames) in ((try? registry.source(name).stacks()) ?? []).enumerated() {
        complain("\(name), interpreter \(index + 1) \(stackText(frames))")
      }
    }
  }

  /// Ends the files' interpreters once their last calls are over.
  func end() { for name in names { try? registry.remove(name) } }
}
