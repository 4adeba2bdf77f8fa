import PythonFunctions
public import ArgumentParser
public import Clutch

/// The options that give plain Python functions a signature.
struct DeclaredFunctions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A function of the UDF file that is not marked with @udf, as \"name(INT, VARCHAR) -> INT = handler\".",
      discussion: """
        "= handler" may be left out when the names are the same. May be given several times. When several UDF files have \
        the handler, write the file's name before it: "= file.handler".
        """, valueName: "signature"))
  var function: [String] = []
  @Option(help: "Whose names of SQL types --function uses, where systems differ.")
  var dialect: SQLDialect?

  /// The UDF files with the functions declared for each.
  ///
  /// - Parameter discovery: which CPython reads them, if that is needed.
  /// - Throws: `CommandError` for a function of no file, `UDFError` for a file that cannot be read.
  func sources(
    _ files: [String], _ discovery: ([UDFSource]) throws -> PythonDiscovery
  ) throws -> [UDFSource] {
    if files.isEmpty, !function.isEmpty {
      throw CommandError("--function needs a UDF file with its handler; give one with --udf FILE.")
    }
    return try UDFSource.read(files, declaring: function, dialect, discovery)
  }
}

extension SQLDialect: ExpressibleByArgument {}
