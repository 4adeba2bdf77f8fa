import ArgumentParser
import Clutch
import Environments

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
  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Compute rows of functions that are plain enough without Python, with the same results, or all rows in Python.",
      discussion: "A file may say otherwise for a function: @udf(vectorize=...)."))
  var vectorize = true
  @OptionGroup var log: LogOptions
  @OptionGroup var packages: PackageOptions
  @OptionGroup var python: PythonOptions

  /// Reads UDF files, and runs nothing of them.
  func sources(_ files: [String]) throws -> [UDFSource] { try declared.sources(files, discovery) }

  /// The search for a Python that all of the files can run on.
  ///
  /// - Throws: `EnvironmentError` for a block that is not right, and when there is no such Python.
  func discovery(for sources: [UDFSource]) throws -> PythonDiscovery {
    let blocks = try sources.compactMap { source in
      let block = try ScriptBlock(of: source, discovery: python.discovery)
      if let block, block.otherTools.contains("uv") {
        complain("warning: \(source.name): Clutch does not read the table tool.uv of the block '# /// script'")
      }
      return block
    }
    let discovery = try python.discovery.fitting(blocks)
    try discovery.requireFitting()
    return discovery
  }

  /// Starts a CPython that all of the files can run on, and says on standard error what a user should know of it.
  ///
  /// - Parameter willStart: called once it is known which one starts, before it has.
  func startPython(
    for sources: [UDFSource], willStart: (PythonInstallation) -> Void = { _ in }
  ) throws -> PythonInstallation {
    try python.start(try discovery(for: sources), willStart: willStart)
  }

  /// The packages of a file that is loaded anew, installed if it asks for others now. Blocks no thread of a task.
  func environment(of source: UDFSource) async throws -> UDFEnvironment? {
    try await packages.environment(for: source, discovery(for: [source]))
  }

  /// The packages of each file.
  func environments(of sources: [UDFSource]) throws -> [UDFEnvironment?] {
    try packages.environments(for: sources, python.discovery)
  }

  /// How the files are run.
  ///
  /// - Parameters:
  ///   - interpreters: how many for each file.
  ///   - group: threads that the interpreters of all files live on; nil for threads of their own.
  func options(interpreters: Int, on group: ThreadGroup? = nil) -> HostOptions {
    HostOptions(
      interpreters: interpreters, configuration: threads.allow(in: .isolated(memoryLimit: udfMemory)),
      placement: placement.placement, workerIdle: placement.workerIdle,
      loadTimeout: loadTimeout > 0 ? .seconds(loadTimeout) : nil, logging: log.logging, threads: group,
      vectorizes: vectorize)
  }

  /// Loads each of the files on interpreters of its own, with its own policy.
  ///
  /// - Returns: for each file its pool, or why it does not load; what else goes wrong ends the loading.
  func load(_ sources: [UDFSource], _ options: HostOptions) throws -> [Result<UDFPool, UDFError>] {
    var outcomes: [Result<UDFPool, UDFError>] = []
    let environments = try environments(of: sources)
    for (index, policy) in try policy.chosen(for: sources.map(\.name)).enumerated() {
      var options = options
      options.policy = policy
      options.environment = environments[index]
      try place(&options, for: sources[index])
      do {
        outcomes.append(.success(try load(sources[index], options)))
      } catch let error as UDFError {
        outcomes.append(.failure(error))
        // The others could hang as well, or are not wanted any more.
        if ![.badSignature, .loadFailed, .noFunction].contains(error.code) { break }
      }
    }
    return outcomes
  }

  /// Sets what the block of a file says about where its functions run.
  func place(_ options: inout HostOptions, for source: UDFSource) throws {
    guard let block = try ScriptBlock(of: source, discovery: python.discovery) else { return }
    options.blockPlacement = block.placement
    options.workers = block.workers
  }

  private func load(_ source: UDFSource, _ options: HostOptions) throws -> UDFPool {
    var options = options
    let pool = try UDFPool(source, options)
    // A thread that the database shares could not be left when it hangs in a function that has a timeout.
    guard options.threads != nil, pool.placement == .interpreter,
      pool.signatures.contains(where: { !$0.timeouts.isEmpty })
    else { return pool }
    pool.close()
    options.threads = nil
    return try UDFPool(source, options)
  }
}
