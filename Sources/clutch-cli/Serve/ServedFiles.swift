import Clutch
import FlightService
import Logging
import Synchronization

/// The UDF files of a server, which can be loaded anew while they are called.
final class ServedFiles: Sendable {
  private let registry = UDFRegistry()
  private let names: [String]
  private let queues: [String: BatchQueue]
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
    let limit = BatchLimit(limits.maxConcurrentBatches)
    self.limit = limit
    queues = names.reduce(into: [:]) { queues, name in
      queues[name] = BatchQueue(places: limits.interpreterCount, limit: limit, patience: limits.queueSeconds)
    }
    var failures: [any Error] = []
    let environments = try loading.environments(of: sources)
    for (place, policy) in try loading.policy.chosen(for: names).enumerated() {
      let source = sources[place]
      var options = loading.options(interpreters: limits.interpreterCount)
      options.policy = policy
      options.environment = environments[place]
      if let logger {
        options.logging = UDFLogging(logger: logger, messagesPerSecond: options.logging.messagesPerSecond)
      }
      do { try await registry.add(source.name, source, options) } catch { failures.append(error) }
    }
    guard failures.isEmpty else { throw CommandError.joining(failures) }
  }

  /// The functions that the files have now.
  func catalogue() throws -> FunctionCatalogue {
    FunctionCatalogue(
      try names.compactMap { name in
        try queues[name].map { FunctionCatalogue.Source(try registry.source(name), $0) }
      })
  }

  /// How many batches wait for an interpreter.
  var waitingCount: Int { queues.values.reduce(0) { $0 + $1.waitingCount } }

  /// Puts new versions of the files in their places. One that does not load, or whose functions have changed, stays as it
  /// was.
  ///
  /// - Parameter allowingChanges: whether functions may be missing, or take and give other types, than before.
  /// - Returns: for each file why it stays as it was; nil where it was replaced.
  func reload(
    _ sources: [UDFSource], _ loading: LoadOptions, allowingChanges: Bool
  ) async -> [(name: String, problem: (any Error)?)] {
    var outcomes: [(String, (any Error)?)] = []
    for source in sources {
      do {
        let environment = try await loading.environment(of: source)
        try await registry.replace(
          source.name, with: source, allowingChanges: allowingChanges, environment: environment ?? UDFEnvironment())
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
