import Essentials
package import Functions
import HostSupport
package import PythonRuntime

extension UDFSource {
  /// Reads UDF files, and gives each declared function to the file that has its handler.
  ///
  /// Nothing of the files is run; with several files an interpreter is made to read them, and CPython started if need be.
  ///
  /// - Parameters:
  ///   - functions: functions that the files do not mark, each as `"name(TYPE, TYPE) -> TYPE = handler"`, where the handler
  ///     may stand behind the name of its file, as in `file.handler`.
  ///   - dialect: whose names of types `functions` uses, where systems differ.
  ///   - discovery: which CPython reads them, given the files.
  /// - Throws: `UDFError`: `sourceNotReadable`, `loadFailed` for a file that is not Python, `badSignature` for a function
  ///   whose handler is in none of the files or in several; `PythonRuntimeError`.
  package static func read(
    _ files: [String], declaring functions: [String], _ dialect: SQLDialect?,
    _ discovery: ([UDFSource]) throws -> PythonDiscovery
  ) throws -> [UDFSource] {
    guard files.count > 1, !functions.isEmpty else {
      return try files.map { try UDFSource(file: $0, functions: functions, dialect: dialect) }
    }
    let sources = try files.map { try UDFSource(file: $0) }
    let interpreter = try SubInterpreter(discovery: discovery(sources), name: "declarations")
    defer { interpreter.close() }
    let places = try interpreter.withGIL { py in try Self.places(of: functions, dialect, in: sources, py) }
    return files.indices.map { index in
      let own = zip(functions, places).filter { $0.1 == index }.map(\.0)
      return sources[index].declaring(own, dialect)
    }
  }

  private static func places(
    of functions: [String], _ dialect: SQLDialect?, in sources: [UDFSource], _ py: borrowing Python
  ) throws -> [Int] {
    try LoadedModule.prepare(.guarded, for: "", folder: nil, log: NoLog(), in: py)
    let reader = try py.importModule("_clutch_handlers")
    let names = try sources.map { source in
      do {
        return Set(try reader.callMethod("names", source.text, source.name).extract([String].self))
      } catch let error as PythonError {
        throw LoadedModule.explain(error, source)
      }
    }
    return try functions.map { function in
      do {
        let handler = try reader.callMethod("handler", function, dialect?.rawValue).extract([String].self)
        return try place(of: handler, function, in: zip(sources, names).map { ($0, $1) })
      } catch let error as PythonError where error.typeName == "clutch.SignatureError" {
        throw UDFError(.badSignature, error.message)
      }
    }
  }

  private static func place(
    of handler: [String], _ function: String, in files: [(source: UDFSource, names: Set<String>)]
  ) throws -> Int {
    let called = files.indices.filter { handler.count > 1 && files[$0].source.stem == handler[0] }
    let qualified = called.filter { files[$0].names.contains(handler[1]) }
    let having = files.indices.filter { files[$0].names.contains(handler[0]) }
    // Of a file that is called by its name the loader says itself what it does not have.
    let found = [qualified, having, called].first { !$0.isEmpty } ?? []
    guard let place = found.first else {
      let all = files.map(\.source.name).listed(each: TextLimit.path)
      throw UDFError(
        .badSignature, "declaration '\(function)': there is no '\(handler[0])' for its handler in any of \(all)")
    }
    guard found.count == 1 else {
      let some = found.map { files[$0].source.name }.listed(each: TextLimit.path)
      let stems = Set(found.map { files[$0].source.stem })
      let name = handler.joined(separator: ".")
      let advice =
        stems.count == found.count
        ? "write the file's name before it, as in \"= \(files[place].source.stem).\(name)\"" : "rename all but one"
      throw UDFError(.badSignature, "declaration '\(function)': '\(name)' is in \(some); \(advice)")
    }
    return place
  }

  /// The file's name without its folder and its extension.
  private var stem: String { URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent }
}
