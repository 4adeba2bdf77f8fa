import CPythonABI
import Columnar
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
  /// The keys of the classes that the signatures refer to by their places.
  let classes: [Int]
  /// What is raised in a function that runs too long.
  let deadlineExceeded: Interrupter.Exception

  package var signatures: [UDFSignature] { functions.map(\.signature) }

  /// The frames of our own Python code stand under this name, which no file has.
  static let ownFile = "<clutch>"
  static let supportModule = "_clutch_support"

  /// Runs the source in a fresh interpreter, which should hold nothing else and gets a policy first.
  ///
  /// The interpreter's memory limit holds for the source, and not for what Clutch itself loads before it: half of that
  /// would be of no use. Afterwards the largest limit that a function declares holds too.
  ///
  /// - Parameter log: where what its code prints, logs and warns of goes.
  /// - Throws: `UDFError`: `loadFailed`, `badSignature`, `noFunction`, or `memoryExceeded`.
  init(_ source: UDFSource, _ policy: InterpreterPolicy, log: LogChannel, in py: borrowing Python) throws {
    let memory = py.state.memory
    let refusals = memory.refusals
    do {
      let folder = source.path.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
      try Self.prepare(policy, folder: folder, log: log, in: py)
      try memory.requireRoom("without the file")
      let answer = try py.importModule("_clutch_loader").callMethod(
        "load", source.text, source.name, source.path, source.functions, source.dialect?.rawValue)
      let signatures = try JSONDecoder().decode(
        [UDFSignature].self, from: Data(answer.item(0).extract(String.self).utf8))
      let callables = try answer.item(1)
      functions = try signatures.enumerated().map { index, signature in
        let callable = try callables.item(index)
        py.api.pointee.Py_IncRef(callable.pointer)
        return Function(signature: signature, key: py.state.keep(callable.pointer))
      }
      let exception = try py.importModule("clutch").attribute("DeadlineExceeded")
      py.api.pointee.Py_IncRef(exception.pointer)
      _ = py.state.keep(exception.pointer)
      deadlineExceeded = Interrupter.Exception(exception.pointer)
      let found = try answer.item(2)
      classes = try (0..<found.count()).map { index in
        let type = try found.item(index)
        py.api.pointee.Py_IncRef(type.pointer)
        return py.state.keep(type.pointer)
      }
    } catch let error as PythonError {
      let loading = "\(source.name) cannot be loaded"
      throw UDFError(error, memory, refusalsBefore: refusals, doing: loading) ?? Self.explain(error, source)
    }
    if let limit = functions.compactMap(\.signature.memoryLimit).max() {
      try py.state.lowerMemoryLimit(to: limit, for: source)
    }
    guard !functions.isEmpty else {
      throw UDFError(
        .noFunction,
        """
        \(source.name) has no UDF: mark a function with @udf, after "from clutch import udf", or give the signature of one \
        that is not marked (--function, or functions: of UDFSource).
        """)
    }
  }

  /// Loads a source whose code writes to the current logger.
  ///
  /// - Throws: as the other `init`.
  package init(_ source: UDFSource, _ policy: InterpreterPolicy, in py: borrowing Python) throws {
    try self.init(source, policy, log: LogChannel(UDFLog(source: source.name, UDFLogging())), in: py)
  }

  /// Installs our own modules, and then begins to enforce the policy.
  ///
  /// - Parameter folder: where modules beside the source are.
  static func prepare(
    _ policy: InterpreterPolicy, folder: String?, log: LogChannel, in py: borrowing Python
  ) throws {
    py.state.memory.suspendLimit()
    defer { py.state.memory.resumeLimit() }
    try py.installImportChanges()
    for (name, text) in ownModules {
      try py.installModule(name, String(decoding: text, as: UTF8.self), file: ownFile)
    }
    try log.install(in: py)
    let texts = dialectModules.mapValues { String(decoding: $0, as: UTF8.self) }
    _ = try py.importModule("_clutch_dialects").callMethod("install", texts)
    let names = ownModules.map(\.name) + dialectModules.keys + dialectModules.keys.map { "_clutch_" + $0 }
    try py.enforce(policy, moduleFolder: folder, ownModules: Set(names))
  }

  /// In the order in which they import each other.
  private static var ownModules: [(name: String, text: [UInt8])] {
    [
      ("clutch", PackageResources.clutch_py), (LogChannel.module, PackageResources.logs_py),
      ("_clutch_annotations", PackageResources.annotations_py),
      (supportModule, PackageResources.support_py), ("_clutch_dialects", PackageResources.dialects_py),
      ("_clutch_loader", PackageResources.loader_py),
    ]
  }

  /// Compiled only when a file imports them.
  private static var dialectModules: [String: [UInt8]] {
    [
      "arroyo_udf": PackageResources.arroyo_udf_py, "arrow_udf": PackageResources.arrow_udf_py,
      "declared": PackageResources.declared_py, "handlers": PackageResources.handlers_py,
      "sql_format": PackageResources.sql_format_py,
      "sql_functions": PackageResources.sql_functions_py, "sql_types": PackageResources.sql_types_py,
      "sql_names": PackageResources.sql_names_py, "sql_tokens": PackageResources.sql_tokens_py,
      "arrow_types": PackageResources.arrow_types_py,
    ]
  }

  static func explain(_ error: PythonError, _ source: UDFSource) -> UDFError {
    if error.typeName == "clutch.SignatureError" { return UDFError(.badSignature, error.message) }
    let error = error.droppingFrames { $0.file == ownFile || $0.file.hasPrefix("<frozen ") }
    if error.syntax != nil { return UDFError(.loadFailed, "\(source.name) does not compile:", exception: error) }
    return UDFError(.loadFailed, "\(source.name) raised an exception when it was loaded:", exception: error)
  }

  /// The functions of a name, overloads of each other; upper and lower case count as the same if no name is equal.
  ///
  /// - Throws: `UDFError` with code `unknownFunction`.
  func overloads(_ name: String) throws -> [Function] {
    var found = functions.filter { $0.signature.name == name }
    if found.isEmpty { found = functions.filter { $0.signature.name.lowercased() == name.lowercased() } }
    guard !found.isEmpty else { throw UDFError.unknown(name, among: signatures) }
    return found
  }

  /// The function of a name for arguments of some fields: the nearest of its overloads, of equally near ones the first.
  ///
  /// - Throws: `UDFError`: `unknownFunction`, or `wrongArguments` when no overload takes them.
  func function(_ name: String, for fields: [Field]) throws -> Function {
    let overloads = try overloads(name)
    guard overloads.count > 1 else { return overloads[0] }
    let near = overloads.compactMap { function in function.signature.distance(to: fields).map { (function, $0) } }
    guard let nearest = near.min(by: { $0.1 < $1.1 }) else {
      throw UDFError(
        .wrongArguments,
        """
        UDF \(name) takes none of its overloads' arguments: it was given (\(fields.map(\.typeDescription).joined(separator: ", "))), \
        and there are \(overloads.map(\.signature.sqlDescription).joined(separator: "; "))
        """)
    }
    return nearest.0
  }
}
