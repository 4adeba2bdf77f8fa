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
  @OptionGroup var log: LogOptions
  @OptionGroup var python: PythonOptions

  /// Reads UDF files, and runs nothing of them.
  func sources(_ files: [String]) throws -> [UDFSource] { try declared.sources(files, python.discovery) }

  /// Loads each of the files on interpreters of its own.
  ///
  /// - Parameter interpreters: how many for each.
  func load(_ sources: [UDFSource], interpreters: Int) throws -> [UDFPool] {
    let policies = try policy.chosen(for: sources.map(\.name))
    let configuration = SubInterpreter.Configuration.isolated(memoryLimit: udfMemory)
    return try zip(sources, policies).map { source, policy in
      try UDFPool(
        source, interpreters: interpreters, configuration: configuration, policy: policy, logging: log.logging)
    }
  }
}
