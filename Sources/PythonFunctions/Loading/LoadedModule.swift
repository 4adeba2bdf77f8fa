import Columnar
import CPythonABI
import Essentials
package import Functions
package import PythonRuntime
import Synchronization

/// The functions of a UDF source, loaded in one interpreter.
///
/// It holds keys into that interpreter's table of objects and no object, so it may be held anywhere; a call needs the
/// token of the same interpreter.
package struct LoadedModule: Sendable {
  package let functions: [LoadedFunction]
  /// The keys of the classes that the signatures refer to by their places.
  let classes: [Int]
  /// The key of our own module that conversions ask.
  let support: Int
  /// The same of aggregate functions.
  let aggregates: Int
  /// The same of what reads functions for programs.
  let vectorize: Int
  /// The key of the class of columns.
  private let columnClass: Int

  /// The keys of what closes the instances of classes, in the order in which these were made.
  private let closes: [Int]
  private let hasExitCallbacks: Bool
  private let mayLeaveThreads: Bool

  /// The key of our own module that has the event loop, for a source with async functions.
  let eventLoop: Int?
  /// The key of our own module that makes objects of numpy, pandas and pyarrow, for a source that uses them.
  let arrays: Int?

  /// Whether code of the source's runs when its interpreter ends: a `close` of an instance, what it gave to `atexit`, what is
  /// left on the event loop, or threads.
  package var hasWorkAtEnd: Bool { mustBeEnded || hasExitCallbacks || mayLeaveThreads }
  /// Whether there is something that `end` ends.
  package var mustBeEnded: Bool { !closes.isEmpty || eventLoop != nil }

  /// Closes the instances, the last one first, and then the event loop. CPython itself would wait for the threads that they may have started before
  /// it calls what ends these.
  ///
  /// - Parameter report: told what is raised, which does not keep the others from being closed.
  package func end(in py: borrowing Python, report: (PythonError) -> Void) throws {
    for key in closes.reversed() {
      guard let close = py.state.kept(key) else { continue }
      guard let result = py.api.call(close, []) else {
        report(py.api.takePendingError().droppingFrames { $0.file == Self.ownFile })
        continue
      }
      py.api.pointee.Py_DecRef(result)
    }
    guard let module = eventLoop.flatMap(py.state.kept) else { return }
    let end = try py.state.check(py.api.pointee.PyObject_GetAttrString(module, "end"))
    defer { py.api.pointee.Py_DecRef(end) }
    guard let result = py.api.call(end, []) else {
      return report(py.api.takePendingError().droppingFrames { $0.file == Self.ownFile })
    }
    py.api.pointee.Py_DecRef(result)
  }

  /// The class of columns, in the interpreter that the module was loaded in.
  func columnClass(in py: borrowing Python) throws -> ObjectPointer {
    guard let found = py.state.kept(columnClass) else { throw UDFError(.closed, "the UDF's module has been unloaded") }
    return found
  }

  package var signatures: [UDFSignature] { functions.map(\.signature) }

  /// The frames of our own Python code stand under this name, which no file has.
  static let ownFile = PythonError.Frame.ownFile
  private static let supportModule = "_clutch_support"
  private static let environmentModule = "_clutch_environment"

  /// Runs the source in a fresh interpreter, which should hold nothing else and gets a policy first.
  ///
  /// The interpreter's memory limit holds for the source, and not for what Clutch itself loads before it: half of that
  /// would be of no use. Afterwards the largest limit that a function declares holds too.
  ///
  /// - Parameters:
  ///   - environment: the packages that it may import, beside those of the Python that runs.
  ///   - log: where what its code prints, logs and warns of goes.
  ///   - found: told what the packages that it has imported do without, whether it loads or not.
  ///   - willRun: called before code of the source runs, with what stops that code when it is raised in it. The policy is in
  ///     force.
  /// - Throws: `UDFError`: `loadFailed`, `badSignature`, `noFunction`, or `memoryExceeded`.
  package init(
    _ source: UDFSource, _ policy: InterpreterPolicy, environment: UDFEnvironment? = nil,
    log: some LogSink = NoLog(), in py: borrowing Python, found: ((PackageFindings) -> Void)? = nil,
    willRun: (Interrupter.Exception, borrowing Python) -> Void = { _, _ in }
  ) throws {
    var loaderKey: Int?
    var failedFiles: [String] = []
    defer {
      // Whatever keeps them from being found, a source is loaded all the same.
      if let found, let loaderKey, let findings = try? PackageFindings(loader: loaderKey, in: py) {
        found(findings.adding(failedFiles))
      }
    }
    let memory = py.state.memory
    let refusals = memory.refusals
    py.state.sourceName = source.name
    try environment?.check(for: source, py.state.installation.version)
    do {
      let folder = source.path.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
      columnClass = try Self.prepare(policy, for: source.name, folder: folder, environment, log: log, in: py)
      try memory.requireRoom("without the file")
      // Before the file runs, which may change what these names stand for.
      support = Self.keep(try py.importModule(Self.supportModule), py)
      aggregates = Self.keep(try py.importModule("_clutch_aggregates"), py)
      vectorize = Self.keep(try py.importModule("_clutch_vectorize"), py)
      let exception = try py.importModule("clutch").attribute("DeadlineExceeded")
      _ = Self.keep(exception, py)
      let mayStartThreads = py.state.mayStartThreads
      if mayStartThreads {
        try Self.letThreadsBeJoined(in: py)
      } else {
        py.state.refuseThreads(Self.threadRefusal(source))
      }
      let loader = try py.importModule("_clutch_loader")
      loaderKey = Self.keep(loader, py)
      willRun(Interrupter.Exception(exception.pointer), py)
      let answer = try loader.callMethod(
        "load", source.text, source.name, source.path, source.functions, source.dialect?.rawValue,
        source.doctests.map { $0.timeout ?? 0 })
      let problems = try Self.problems(try answer.item(3))
      guard problems.isEmpty else {
        throw UDFError(
          .badSignature, problems.map(\.description).joined(separator: "\n"),
          refused: try Self.refused(try answer.item(4), because: problems, of: source))
      }
      let signatures = try Self.signatures(answer.item(0).extract(String.self), of: source)
      let types = try answer.item(1)
      classes = try (0..<types.count()).map { index in Self.keep(try types.item(index), py) }
      if try answer.item(2).extract(Bool.self) {
        py.state.allowThreads()
        try Self.letThreadsBeJoined(in: py)
      }
      mayLeaveThreads = py.state.mayStartThreads
      let rest = try loader.callMethod("finish", source.name)
      let found = try rest.item(0)
      functions = try signatures.enumerated().map { index, signature in
        let callables = try found.item(index).item(0)
        let isMovable = try found.item(index).item(1).extract(Bool.self)
        var roles: [FunctionRole: Int] = [:]
        for role in FunctionRole.of(signature) { roles[role] = Self.keep(try callables.item(role.rawValue), py) }
        return LoadedFunction(signature: signature.withMovableStates(isMovable), roles: roles)
      }
      let closing = try rest.item(1)
      closes = try (0..<closing.count()).map { index in Self.keep(try closing.item(index), py) }
      hasExitCallbacks = try rest.item(2).extract(Bool.self)
      let packages = try rest.item(4)
      arrays = packages.isNone ? nil : Self.keep(packages, py)
      let loop = try rest.item(3)
      eventLoop = loop.isNone ? nil : Self.keep(loop, py)
      if !loop.isNone {
        let stop = try loop.attribute("stop")
        let place = try loop.attribute("place")
        _ = (Self.keep(stop, py), Self.keep(place, py))
        py.state.interrupter.eventLoop = EventLoopCalls(stop: stop.pointer, place: place.pointer)
      }
    } catch let error as PythonError {
      // What failed is no module any more.
      failedFiles = error.traceback.map(\.file)
      // The frames of our own code, and of Python's imports, say nothing to a person.
      let error = error.droppingFrames(where: \.isHidden)
      let loading = "\(source.name) cannot be loaded"
      throw UDFError(error, memory, refusalsBefore: refusals, doing: loading)
        ?? Self.explain(error, source, isIsolated: !py.state.isMain, written: Self.writtenPlacement(loaderKey, in: py))
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

  /// Where the marks of the source say that it runs, which need not have been reached when it failed; nil if they do not.
  private static func writtenPlacement(_ loader: Int?, in py: borrowing Python) -> Placement? {
    guard let found = loader.flatMap(py.state.kept) else { return nil }
    do {
      py.api.pointee.Py_IncRef(found)
      let module = try py.state.own(found, py)
      let written = try module.attribute("written")
      guard try written.count() == 1 else { return nil }
      return Placement(rawValue: try written.item(0).extract(String.self))
    } catch { return nil }
  }

  /// Keeps an object until the interpreter ends.
  private static func keep(_ object: borrowing PythonObject, _ py: borrowing Python) -> Int {
    py.api.pointee.Py_IncRef(object.pointer)
    return py.state.keep(object.pointer)
  }

  /// What the loader says is wrong with a file.
  private static func problems(_ problems: borrowing PythonObject) throws -> [UDFError.Problem] {
    try (0..<problems.count()).map { index in
      let problem = try problems.item(index)
      return UDFError.Problem(
        file: try problem.item(0).extract(String.self), line: try problem.item(1).extract(Int.self),
        column: try problem.item(2).extract(Int.self), message: try problem.item(3).extract(String.self))
    }
  }

  /// What the loader knows of the functions of a file with problems.
  private static func refused(
    _ functions: borrowing PythonObject, because problems: [UDFError.Problem], of source: UDFSource
  ) throws -> UDFError.Source {
    UDFError.Source(
      name: source.name,
      functions: try (0..<functions.count()).map { index in
        let function = try functions.item(index)
        return UDFError.Function(
          name: try function.item(0).extract(String.self), line: try function.item(1).extract(Int.self),
          parameterCount: try function.item(2).extract(Int.self))
      }, problems: problems)
  }

  /// What the loader says of the functions.
  private static func signatures(_ text: String, of source: UDFSource) throws(UDFError) -> [UDFSignature] {
    do { return try JSONDecoder().decode([UDFSignature].self, from: Data(text.utf8)) } catch {
      throw UDFError(
        .badSignature,
        """
        \(source.name): the signatures of its functions cannot be read; a type that is made by hand (clutch.Type) and is \
        none of the module's own may be the cause, else it is a fault of Clutch.
        """)
    }
  }

  private static func threadRefusal(_ source: UDFSource) -> String {
    """
    \(source.name) may not start threads: mark a function @udf(threads=True), or pass --allow-threads (in a program, set \
    allowsThreads of the configuration), which also allows them while the file is loaded
    """
  }

  /// Sees to it that a worker, whose functions run on another thread than Python's own main one, waits for their threads at its
  /// end: a thread is a daemon by default where the one is that starts it, and Python takes threads for daemons that it did not
  /// start.
  private static func letThreadsBeJoined(in py: borrowing Python) throws {
    guard py.state.isMain, InterpreterState.processEndsWithMain.load(ordering: .relaxed) else { return }
    try py.importModule("threading").callMethod("current_thread").setAttribute("_daemonic", to: false)
  }

  /// Installs our own modules, and then begins to enforce the policy.
  ///
  /// - Parameters:
  ///   - source: what tracebacks call the source.
  ///   - folder: where modules beside the source are.
  ///   - environment: where its packages are.
  /// - Returns: the key of the class of columns.
  @discardableResult
  static func prepare(
    _ policy: InterpreterPolicy, for source: String, folder: String?, _ environment: UDFEnvironment? = nil,
    log: some LogSink, in py: borrowing Python
  ) throws -> Int {
    py.state.memory.suspendLimit()
    defer { py.state.memory.resumeLimit() }
    try py.installImportChanges()
    if py.state.isMain { try MainSources.prepare(source, folder: folder, ownNames: ownNames, log: log, in: py) }
    let texts = textsModule
    try py.installModule(texts, String(decoding: PackageResources.texts_py, as: UTF8.self), file: ownFile)
    try py.importModule(texts).setAttribute(
      "shown",
      to: py.hostFunction { api, arguments in
        api.makeText(api.pointee.PyTuple_GetItem(arguments, 0).map { api.shortRepresentation($0) } ?? "")
      })
    let column = try py.state.check(ColumnClass.make(py.api))
    let columnClass = py.state.keep(column)
    for (name, text) in ownModules {
      // In the main interpreter it is there: it changes what sources share.
      if py.state.isMain, name == NoLog.module { continue }
      try py.installModule(name, String(decoding: text, as: UTF8.self), file: ownFile)
      if name == "clutch" {
        try py.state.check(py.api.pointee.PyObject_SetAttrString(py.importModule(name).pointer, "Column", column))
      }
    }
    try py.state.setLineReader(try py.importModule("_clutch_pristine").attribute("line").pointer)
    if !py.state.isMain { try log.install(in: py) }
    let dialects = dialectModules.mapValues { String(decoding: $0, as: UTF8.self) }
    _ = try py.importModule("_clutch_dialects").callMethod("install", dialects)
    let packages = environment?.sitePackages ?? []
    if !packages.isEmpty { _ = try py.importModule(environmentModule).callMethod("add", packages) }
    if py.state.isMain { try MainSources.begin(source, in: py) }
    try py.enforce(policy, moduleFolder: folder, packageFolders: packages, ownModules: Set(ownNames))
    return columnClass
  }

  /// The names of all modules of ours that code can see.
  private static var ownNames: [String] {
    [textsModule] + ownModules.map(\.name) + dialectModules.keys + dialectModules.keys.map { "_clutch_" + $0 }
  }

  private static let textsModule = "_clutch_texts"

  /// In the order in which they import each other.
  private static var ownModules: [(name: String, text: [UInt8])] {
    [
      ("clutch", PackageResources.clutch_py), (NoLog.module, PackageResources.logs_py),
      ("_clutch_pristine", PackageResources.pristine_py), (supportModule, PackageResources.support_py),
      ("_clutch_annotations", PackageResources.annotations_py), ("_clutch_callables", PackageResources.callables_py),
      ("_clutch_aggregates", PackageResources.aggregates_py),
      ("_clutch_batches", PackageResources.batches_py), ("_clutch_vector_names", PackageResources.vector_names_py),
      ("_clutch_vector_expressions", PackageResources.vector_expressions_py),
      ("_clutch_vector_statements", PackageResources.vector_statements_py),
      ("_clutch_vectorize", PackageResources.vectorize_py),
      ("_clutch_dialects", PackageResources.dialects_py),
      (environmentModule, PackageResources.environment_py), ("_clutch_packages", PackageResources.packages_py),
      ("_clutch_loader", PackageResources.loader_py),
    ]
  }

  /// Compiled only when a file imports them.
  private static var dialectModules: [String: [UInt8]] {
    [
      "arrays": PackageResources.arrays_py, "snowflake": PackageResources.snowflake_py,
      "spark": PackageResources.spark_py,
      "event_loop": PackageResources.event_loop_py, "loop": PackageResources.loop_py,
      "concurrent_rows": PackageResources.concurrent_rows_py, "async_tables": PackageResources.async_tables_py,
      "arroyo_udf": PackageResources.arroyo_udf_py,
      "arrow_udf": PackageResources.arrow_udf_py,
      "declared": PackageResources.declared_py, "handlers": PackageResources.handlers_py,
      "sql_format": PackageResources.sql_format_py,
      "sql_functions": PackageResources.sql_functions_py, "sql_types": PackageResources.sql_types_py,
      "sql_names": PackageResources.sql_names_py, "sql_tokens": PackageResources.sql_tokens_py,
      "arrow_types": PackageResources.arrow_types_py, "doctests": PackageResources.doctests_py,
    ]
  }

  /// What is told of an exception that was raised when a source was loaded.
  ///
  /// - Parameters:
  ///   - isIsolated: whether it was in an isolated interpreter, which some packages refuse.
  ///   - written: where its marks say that it runs.
  static func explain(
    _ error: PythonError, _ source: UDFSource, isIsolated: Bool = true,
    written: @autoclosure () -> Placement? = nil
  ) -> UDFError {
    if error.typeName == "clutch.SignatureError" { return UDFError(.badSignature, error.message) }
    if isIsolated, let package = RefusedPackage(error) {
      return UDFError(
        "\(source.name) cannot be loaded: \(package.place)\(package.explanation)",
        refusal: UDFError.Refusal(reason: package.reason, written: written()))
    }
    let error = error.droppingFrames(where: \.isHidden)
    if error.syntax != nil { return UDFError(.loadFailed, "\(source.name) does not compile:", exception: error) }
    return UDFError(.loadFailed, "\(source.name) raised an exception when it was loaded:", exception: error)
  }
}
