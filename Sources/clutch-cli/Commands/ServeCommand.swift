import ArgumentParser
import ArrowIPC
import Clutch
import FlightService
import Foundation
import Logging

/// `clutch serve`: the functions of UDF files for the engines that call function servers.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve the Python functions of UDF files to RisingWave, Databend, Spark, ClickHouse.",
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
  @Option(help: "What a row does whose function fails: raise (the batch fails), null. Default: what the function says.")
  var onError: UDFErrorMode?
  @Option(
    parsing: .unconditional, help: ArgumentHelp("How many seconds a function may take for one row.", valueName: "seconds"),
    transform: seconds)
  var udfTimeout: Duration?
  @Flag(help: "Rows that fail are null, and the engine gets their errors in a second column. Only RisingWave reads it.")
  var rowErrors = false
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Serve metrics at this port: /metrics, and /healthz and /readyz.", valueName: "port"),
    transform: wholeNumber(0...65_535))
  var metricsPort: Int?
  @Flag(help: "Load a file anew when it changes.") var watch = false
  @Flag(help: "Let a new version of a file lack functions, or have them with other types.")
  var allowSignatureChanges = false
  @Option(help: "How the log is written: text, or json for machines.") var format = LogForm.text
  @Flag(help: "Load the files, look at all settings, say what would be served, and end.") var check = false
  @Flag(help: "Serve one function between standard input and output, as ClickHouse's executable functions do.")
  var stdio = false
  @Option(
    name: .customLong("print-sql"),
    help: "Print the statements that declare the functions in an engine, and end.")
  var printSQL: Engine?
  @Option(help: ArgumentHelp("Read settings from this file, in TOML or JSON.", valueName: "file")) var config: String?

  func run() async throws {
    let logger = self.logger
    let sources = try loading.declaringOnly.sources(files)
    let installation = try loading.python.start()
    let served = try await ServedFiles(sources, loading, limits)
    defer { served.end() }
    let catalogue = try served.catalogue()
    if let printSQL {
      for omission in catalogue.omissions { complain("\(omission)") }
      print(try printSQL.statements(catalogue, at: "\(address.host):\(address.port)", files: files))
      return
    }
    guard !catalogue.listed.isEmpty else {
      throw CommandError.joining(
        [CommandError("There is nothing to serve.")] + catalogue.omissions.map { CommandError("\($0)") })
    }
    if stdio {
      return try await PipeRun.run(catalogue, loading.chosenFunction, needs, maxBytes: limits.maxMessageBytes)
    }
    #if Server
      let run = ServerRun(self, served, installation, logger)
      try await run.run(catalogue)
    #else
      throw CommandError(
        "This build of clutch has no server. Build it with: swift build -c release --traits DuckDB,Server --product clutch")
    #endif
  }

  var needs: CallerNeeds {
    var needs = CallerNeeds()
    needs.wantsRowErrors = rowErrors
    needs.errorMode = onError
    needs.timeouts = UDFTimeouts(row: udfTimeout)
    return needs
  }

  private var logger: Logger {
    Logger(label: "clutch.server") { _ in
      switch loading.log.logLevel {
      case .none: SwiftLogNoOpLogHandler()
      case .level(let level): ServerLogHandler(format, level)
      }
    }
  }
}
