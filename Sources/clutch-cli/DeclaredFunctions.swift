public import ArgumentParser
public import Clutch
import Foundation

/// The options that give plain Python functions a signature.
struct DeclaredFunctions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A function of the UDF file that is not marked with @udf, as \"name(INT, VARCHAR) -> INT = handler\".",
      discussion: """
        "= handler" may be left out when the names are the same. May be given several times. With several UDF files write \
        the file's name before the handler's: "= file.handler".
        """, valueName: "signature"))
  var function: [String] = []
  @Option(help: "Whose names of SQL types --function uses, where systems differ.")
  var dialect: SQLDialect?

  /// The UDF files with the functions declared for each.
  ///
  /// - Throws: `CommandError` for a function of no file, `UDFError` for a file that cannot be read.
  func sources(_ files: [String]) throws -> [UDFSource] {
    var functions = [[String]](repeating: [], count: files.count)
    for declaration in function {
      let handler = declaration.split(separator: "=").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
      let place = files.firstIndex { file in
        handler.hasPrefix(URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent + ".")
      }
      guard let place = place ?? (files.count == 1 ? 0 : nil) else {
        throw CommandError(
          files.isEmpty
            ? "--function needs a UDF file with its handler; give one with --udf FILE."
            : "--function \"\(declaration)\" does not say which UDF file has its handler; write \"= file.handler\".")
      }
      functions[place].append(declaration)
    }
    return try zip(files, functions).map { try UDFSource(file: $0, functions: $1, dialect: dialect) }
  }
}

extension SQLDialect: ExpressibleByArgument {}
