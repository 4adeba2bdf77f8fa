import ArgumentParser
import Clutch
import Environments
import Essentials
import FlightService
import HostSupport
import Logging

#if Server
  import FlightServer
#endif

/// `clutch serve`: the functions of UDF files for the engines that call function servers.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve the Python functions of UDF files to RisingWave, Databend, Spark or ClickHouse.",
    discussion: """
      Speaks the protocol of arrow-udf over Arrow Flight. Every option can also be set by an environment variable \
      (CLUTCH_SERVE_PORT=8815) and in a file of settings (--config); the command line wins.

      SIGTERM lets calls finish and ends the server, SIGHUP loads the files anew.

      Example:
        clutch serve --port 8815 delays.py geo.py
      """)

  @Argument(help: ArgumentHelp("The UDF files.", valueName: "file")) var files: [String]
  @OptionGroup var address: AddressOptions
  @OptionGroup var limits: LoadLimitOptions
  @OptionGroup var loading: LoadOptions
  @Option(
    help: ArgumentHelp(
      "What a row does whose function fails: raise (its batch fails) or null.",
      discussion: "Default: what @udf(on_error=...) of the function says, which is raise."))
  var onError: UDFErrorMode?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many seconds a function may take for one row.", valueName: "seconds"), transform: seconds)
  var udfTimeout: Duration?
  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Rows that fail are null, and their errors come in a second column, which RisingWave reads.",
      discussion: "Databend, which would take it for the result, never gets it."))
  var rowErrors = false
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Serve /metrics, /healthz and /readyz at this port.", valueName: "port"),
    transform: wholeNumber(0...65_535))
  var metricsPort: Int?
  @Flag(inversion: .prefixedNo, help: "Load files anew when one of them, or its lock of packages, changes.") var watch =
    false
  @Flag(inversion: .prefixedNo, help: "Let a new version of a file lack functions, or have them with other types.")
  var allowSignatureChanges = false
  @Option(help: "How the log is written: text, or json for machines.") var format = LogForm.text
  @Flag(help: "Load the files, look at all settings, say what would be served, and end.") var check = false
  @Flag(help: "Serve one function (--function NAME) between standard input and output, as Arrow streams.")
  var stdio = false
  @Option(
    name: .customLong("print-sql"),
    help: "Print what declares the functions in an engine: SQL, XML or Python code.")
  var printSQL: Engine?
  @Option(
    help: ArgumentHelp(
      "Read settings from this file: the names of these options, in TOML or JSON, and 'files'.", valueName: "file"))
  var config: String?

  func validate() throws {
    if stdio, printSQL != nil || check { throw ValidationError("--stdio goes with neither --print-sql nor --check.") }
  }

  func run() async throws {
    // With --stdio a name alone chooses a function; anything else declares one.
    let chosen = stdio ? loading.declared.function.filter { !$0.contains("(") } : []
    guard chosen.count < 2 else { throw CommandError("--stdio serves one function; give --function NAME once.") }
    var command = self
    command.loading.declared.function.removeAll { chosen.contains($0) }
    try await command.run(chosen.first)
  }

  private func run(_ chosen: String?) async throws {
    let logger = self.logger
    if !stdio, printSQL == nil {
      // A log that nobody reads must hold up neither calls nor signals.
      StandardError.startQueue { [format] count in
        let messages = count == 1 ? "1 message was" : "\(count) messages were"
        return format.line(.warning, "\(messages) left out here, because standard error was not read fast enough")
      }
      try DescriptorLimit.raise()
    }
    let watched = WatchedFiles(watch ? files + files.map(LockMaking.path(ofFile:)) : [])
    #if Server
      // One that comes before there is anything to load anew.
      if !stdio, printSQL == nil, !check { ServerEvents.ignoreReloads() }
    #endif
    let sources = try loading.sources(files)
    let installation = try loading.startPython(for: sources)
    #if Server
      let metrics = metricsPort.map { _ in PrometheusRegistry() }
      metrics?.bootstrap()
    #endif
    let served = try await ServedFiles(sources, loading, limits, stdio || printSQL != nil ? nil : logger)
    defer { served.end() }
    let catalogue = try served.catalogue()
    if let printSQL { return try printDeclarations(printSQL, catalogue) }
    guard !catalogue.listed.isEmpty else {
      throw CommandError(
        (["There is nothing to serve."] + catalogue.omissions.map { "\($0)." }).joined(separator: "\n"))
    }
    if stdio { return try await PipeRun.run(catalogue, chosen, needs, maxBytes: limits.maxMessageBytes) }
    for omission in catalogue.omissions { logger.warning("\(omission)") }
    let count = Set(catalogue.listed.map(\.name)).count
    let interpreters = limits.interpreterCount
    let greeting = """
      serving \(count) function\(count == 1 ? "" : "s") of \(files.listed(each: TextLimit.path)) with \
      CPython \(installation.version), \(interpreters) interpreter\(interpreters == 1 ? "" : "s") for each file
      """
    #if Server
      let run = try ServerRun(settings, served, metrics, logger)
      if check {
        try await run.check()
        return logger.notice("all is well; this would be \(greeting) at \(address.text)")
      }
      try await run.serve(catalogue, watched, greeting: greeting)
    #else
      throw CommandError(
        """
        This build of clutch has no server. Build one that has: swift build -c release --traits DuckDB,Server --product clutch. \
        --stdio and --print-sql are there.
        """)
    #endif
  }

  private func printDeclarations(_ engine: Engine, _ catalogue: FunctionCatalogue) throws {
    let scheme = address.tlsCertificate == nil ? "http" : "https"
    let paths = files.map { shellQuoted(URL(fileURLWithPath: $0).path) }
    let program = CommandLine.arguments.first.flatMap { $0.contains("/") ? URL(fileURLWithPath: $0).path : nil }
    let statements = engine.statements(
      catalogue, at: "\(scheme)://\(address.text)",
      command:
        "\(program ?? "clutch") serve --stdio --interpreters 1 \((loadingArguments + paths).joined(separator: " "))")
    if ["0.0.0.0", "::"].contains(address.host), engine != .clickhouse {
      complain(
        "\(address.host) is every address of this machine and none of another; print with --host NAME of the server")
    }
    for problem in statements.problems { complain(problem) }
    guard !statements.text.isEmpty else { throw CommandError("No function can be declared in \(engine.rawValue).") }
    let sink = OutputSink(descriptor: STDOUT_FILENO, name: "standard output")
    try sink.write(statements.text)
    try sink.flush()
  }

  /// The options that say how the functions are loaded and called, for a process that has to do it in the same way.
  private var loadingArguments: [String] {
    var arguments =
      loading.declared.function.map { "--function=\($0)" } + loading.policy.policy.map { "--policy=\($0)" }
    if let dialect = loading.declared.dialect { arguments.append("--dialect=\(dialect.rawValue)") }
    if let python = loading.python.python { arguments.append("--python=\(URL(fileURLWithPath: python).path)") }
    if let memory = loading.udfMemory { arguments.append("--udf-memory=\(memory)") }
    arguments += loading.packages.packages.map { "--with=\($0)" }
    arguments += loading.packages.environments.map { "--env=\(absolute($0))" }
    if let index = loading.packages.installing.indexURL { arguments.append("--index-url=\(index)") }
    if loading.packages.installing.offline { arguments.append("--offline") }
    if loading.packages.installing.allowBuilds { arguments.append("--allow-builds") }
    if loading.threads.allowThreads { arguments.append("--allow-threads") }
    if let onError { arguments.append("--on-error=\(onError.rawValue)") }
    if let udfTimeout { arguments.append("--udf-timeout=\(udfTimeout / .seconds(1))") }
    return arguments.map(shellQuoted)
  }

  /// A value of `--env`, for a process in another folder that gets the files by their whole paths.
  private func absolute(_ option: String) -> String {
    let file = files.first { option.hasPrefix($0 + "=") }
    let folder = URL(fileURLWithPath: file.map { String(option.dropFirst($0.count + 1)) } ?? option).path
    return file.map { "\(URL(fileURLWithPath: $0).path)=\(folder)" } ?? folder
  }

  private func shellQuoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }

  private var settings: ServerSettings {
    ServerSettings(
      files: files, address: address, limits: limits, loading: loading, needs: needs, metricsPort: metricsPort,
      watchesFiles: watch, allowsSignatureChanges: allowSignatureChanges)
  }

  private var needs: CallerNeeds {
    var needs = CallerNeeds()
    needs.wantsRowErrors = rowErrors
    needs.errorMode = onError
    needs.timeouts = UDFTimeouts(row: udfTimeout)
    return needs
  }

  private var logger: Logger {
    Logger(label: "clutch") { _ in
      switch loading.log.logLevel {
      case .none: SwiftLogNoOpLogHandler()
      case .level(let level): ServerLogHandler(format, level)
      }
    }
  }
}

extension Engine: ExpressibleByArgument {}
