import CPythonABI
import Foundation
package import PythonRuntime

/// The functions of a UDF source, loaded in one interpreter.
///
/// It holds keys into that interpreter's table of objects and no object, so it may be held anywhere; a call needs the
/// token of the same interpreter.
package struct LoadedModule: Sendable {
  /// One function: its signature, and where its interpreter keeps it.
  package struct Function: Sendable {
    package let signature: UDFSignature
    let key: Int
  }

  package let functions: [Function]

  package var signatures: [UDFSignature] { functions.map(\.signature) }

  /// The frames of our own Python code stand under this name, which no file has.
  private static let ownFile = "<clutch>"

  /// Runs the source in a fresh interpreter, which should hold nothing else.
  ///
  /// - Throws: `UDFError`: `loadFailed`, `badSignature`, or `noFunction`.
  package init(_ source: UDFSource, in py: borrowing Python) throws {
    do {
      try py.installModule("clutch", String(decoding: PackageResources.clutch_py, as: UTF8.self), file: Self.ownFile)
      try py.installModule(
        "_clutch_loader", String(decoding: PackageResources.loader_py, as: UTF8.self), file: Self.ownFile)
      let answer = try py.importModule("_clutch_loader")
        .callMethod("load", source.text, source.name, source.path)
      let signatures = try JSONDecoder().decode(
        [UDFSignature].self, from: Data(answer.item(0).extract(String.self).utf8))
      let callables = try answer.item(1)
      functions = try signatures.enumerated().map { index, signature in
        let callable = try callables.item(index)
        py.api.pointee.Py_IncRef(callable.pointer)
        return Function(signature: signature, key: py.state.keep(callable.pointer))
      }
    } catch let error as PythonError {
      throw Self.explain(error, source)
    }
    guard !functions.isEmpty else {
      throw UDFError(
        .noFunction,
        "\(source.name) has no UDF: mark a function with @udf, after \"from clutch import udf\".")
    }
  }

  private static func explain(_ error: PythonError, _ source: UDFSource) -> UDFError {
    if error.typeName == "clutch.SignatureError" { return UDFError(.badSignature, error.message) }
    let error = error.droppingFrames { $0.file == ownFile || $0.file.hasPrefix("<frozen ") }
    if error.syntax != nil { return UDFError(.loadFailed, "\(source.name) does not compile:", exception: error) }
    return UDFError(.loadFailed, "\(source.name) raised an exception when it was loaded:", exception: error)
  }

  /// The function of a name; upper and lower case count as the same if no name is equal.
  func function(_ name: String) throws -> Function {
    let found =
      functions.first { $0.signature.name == name }
      ?? functions.first { $0.signature.name.lowercased() == name.lowercased() }
    guard let found else {
      throw UDFError(
        .unknownFunction,
        "There is no UDF named \(name); there are: \(functions.map(\.signature.name).joined(separator: ", ")).")
    }
    return found
  }
}
