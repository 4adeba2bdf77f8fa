import ArgumentParser
import Clutch

/// The options that say how UDF files are loaded: what they declare, what they may do, what is shown of it.
struct LoadOptions: ParsableArguments {
  @OptionGroup var declared: DeclaredFunctions
  @OptionGroup var policy: PolicyOptions
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How much memory each Python interpreter may take, such as 256MB or 1GiB; a function that needs more fails.",
      discussion: "A lower limit that a file's @udf(memory=...) declares holds all the same.", valueName: "size"),
    transform: memorySize)
  var udfMemory: Int?
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var placement: PlacementOptions
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many seconds a UDF file may take to load; 0 for any time.", valueName: "seconds"), transform: loadSeconds)
  var loadTimeout = 120.0
  @OptionGroup var log: LogOptions
  @OptionGroup var python: PythonOptions

  /// Reads UDF files, and runs nothing of them.
  func sources(_ files: [String]) throws -> [UDFSource] { try declared.sources(files, python.discovery) }

  /// How the files are run.
  ///
  /// - Parameters:
  ///   - interpreters: how many for each file.
  ///   - group: threads that the interpreters of all files live on; nil for threads of their own.
  func options(interpreters: Int, on group: ThreadGroup? = nil) -> HostOptions {
    HostOptions(
      interpreters: interpreters, configuration: threads.allow(in: .isolated(memoryLimit: udfMemory)),
      placement: placement.placement, workerIdle: placement.workerIdle,
      loadTimeout: loadTimeout > 0 ? .seconds(loadTimeout) : nil, logging: log.logging, threads: group)
  }

  /// Loads each of the files on interpreters of its own, with its own policy.
  ///
  /// - Returns: for each file its pool, or why it does not load; what else goes wrong ends the loading.
  func load(_ sources: [UDFSource], _ options: HostOptions) throws -> [Result<UDFPool, UDFError>] {
    var outcomes: [Result<UDFPool, UDFError>] = []
    for (source, policy) in zip(sources, try policy.chosen(for: sources.map(\.name))) {
      do {
        outcomes.append(.success(try load(source, policy, options)))
      } catch let error as UDFError {
        outcomes.append(.failure(error))
        // The others could hang as well, or are not wanted any more.
        if ![.badSignature, .loadFailed, .noFunction].contains(error.code) { break }
      }
    }
    return outcomes
  }

  private func load(_ source: UDFSource, _ policy: InterpreterPolicy, _ options: HostOptions) throws -> UDFPool {
    var options = options
    options.policy = policy
    let pool = try UDFPool(source, options)
    // A thread that the database shares could not be left when it hangs in a function that has a timeout.
    guard options.threads != nil, pool.signatures.contains(where: { !$0.timeouts.isEmpty }) else { return pool }
    pool.close()
    options.threads = nil
    return try UDFPool(source, options)
  }
}
