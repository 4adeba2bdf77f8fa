import HostSupport
import CPythonABI

extension PolicyGuard {
  func importing(_ arguments: AuditArguments) -> Problem? {
    // An extension module's code can run in the main interpreter, on a thread that user code may have started.
    BuiltinModules.setGuardOfThread(self)
    guard let name = arguments.text(0) else { return nil }
    if let problem = problem(importing: name) { return problem }
    // Extension modules come with their file.
    guard !arguments.isNone(1), arguments.count > 1 else { return nil }
    let path = arguments.path(1).flatMap { ResolvedPath.resolve($0) }
    let files = [path, arguments.path(1)].compactMap { $0.map(Self.module(ofFile:)) }
    for module in [Self.module(ofExtension: name)] + files {
      if let rule = deniedModules[module], !isTrusted(rule) {
        return Problem(rule: rule, operation: "import \(Self.short(name))")
      }
    }
    if !policy.nativeCode {
      guard let path, nativeModules.contain(path) else {
        return Problem(
          rule: "native code from outside the Python installation", operation: "import \(arguments.shown(1))")
      }
    }
    return nil
  }

  /// What CPython asks an extension module's file for: the last part of the name, with `-` as `_`.
  private static func module(ofExtension name: String) -> String {
    let start = name.utf8.lastIndex(of: UInt8(ascii: ".")).map { name.utf8.index(after: $0) } ?? name.startIndex
    return String(decoding: name.utf8[start...].map(asSymbol), as: UTF8.self)
  }

  private static func asSymbol(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : byte }

  /// `_socket` of `/usr/lib/_socket.cpython-313-x86_64-linux-gnu.so`.
  private static func module(ofFile path: String) -> String {
    let name = path.utf8.split(separator: UInt8(ascii: "/")).last ?? ""[...].utf8
    return String(decoding: name.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)
  }

  /// By its name and the names of the packages it is in.
  private func problem(importing name: String) -> Problem? {
    var operation: String { "import \(Self.short(name))" }
    // CPython would read up to the zero only, at one place of several.
    guard !name.utf8.contains(0) else {
      return Problem(rule: "modules whose name is not plain text", operation: operation)
    }
    // Byte by byte, and no further than the longest name that is denied.
    let bytes = Array(name.utf8.prefix(longestDeniedName + 1))
    let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: ".") }
    for end in ends + (name.utf8.count <= longestDeniedName ? [bytes.count] : []) {
      let path = String(decoding: bytes[..<end], as: UTF8.self)
      let symbol = String(decoding: bytes[..<end].map(Self.asSymbol), as: UTF8.self)
      if let rule = deniedModules[symbol], !hiddenModules.contains(path), !isTrusted(rule) {
        return Problem(rule: rule, operation: operation)
      }
      if policy.imports.deny.contains(path) || policy.imports.deny.contains(symbol) {
        return Problem(rule: "importing \(path)", operation: operation)
      }
    }
    guard let allowed = policy.imports.allow else { return nil }
    let top = String(decoding: name.utf8.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)
    if top.isEmpty || allowed.contains(top) || standardLibrary.contains(top) || ownModules.contains(top) { return nil }
    return Problem(
      rule: "importing modules other than \(allowed.joined(separator: ", ")) and Python's own", operation: operation)
  }

  private static func short(_ name: String) -> String {
    name.utf8.count <= 200 ? name : String(decoding: name.utf8.prefix(200), as: UTF8.self) + "…"
  }

  /// Whether a module that is compiled into CPython may be made now; if not, `denyBuiltin` must follow.
  func allowsBuiltin(_ name: String) -> Bool {
    guard let rule = deniedModules[name], !isTrusted(rule) else { return true }
    deniedBuiltin = name
    return false
  }

  func denyBuiltin() {
    denyImport(
      Problem(rule: deniedModules[deniedBuiltin] ?? PolicyModules.copies, operation: "import \(deniedBuiltin)"),
      of: deniedBuiltin)
  }

  // MARK: What the importer sees

  /// Whose code a file is.
  enum Importer { case code, package, standardLibrary }

  /// To Python's libraries, which often can do without, a module that is denied is one that is not there; and what the
  /// standard library asks for by itself, such as `_interpreters` for `concurrent.futures`, is nobody's attempt.
  func denyImport(_ problem: Problem, of name: String) {
    let importer = importer()
    // How processes are started is asked for by modules that say something misleading without it.
    guard importer != .code, problem.rule != PolicyModules.processes, deniedModules.values.contains(problem.rule) else {
      return deny(problem)
    }
    // Whose code it is, code says itself: what no module of Python's own asks for by the way is somebody's attempt.
    let isAsked = importer == .package || !PolicyModules.askedForByTheWay.contains(name)
    let text = note(problem, isCounted: isAsked).description
    let message = api.pointee.PyUnicode_FromStringAndSize(text, text.utf8.count)
    let module = api.pointee.PyUnicode_FromStringAndSize(name, name.utf8.count)
    defer {
      api.pointee.Py_DecRef(message)
      api.pointee.Py_DecRef(module)
    }
    guard let message else { return }
    _ = api.pointee.PyErr_SetImportErrorSubclass(
      api.pointee.PyExc_ModuleNotFoundError.pointee, message, module, nil)
  }

  /// Whose code imports: that of the innermost frame, the machinery of imports left aside, and also the modules that are
  /// denied themselves, since they are there for whoever imports them.
  private func importer() -> Importer { importer { [self] frame, _ in !isOfDeniedModule(frame) } }

  /// Whose code the innermost frame is that counts, the machinery of imports left aside.
  private func importer(where counts: (ObjectPointer, _ file: String) -> Bool) -> Importer {
    guard let state = (api.pointee.PyThreadState_GetUnchecked ?? api.pointee._PyThreadState_UncheckedGet)?() else {
      return .code
    }
    var next = api.pointee.PyThreadState_GetFrame(state)
    defer { api.pointee.Py_DecRef(next) }
    while let frame = next {
      let code = api.pointee.PyFrame_GetCode(frame)
      let file = api.textAttribute(code, "co_filename", limit: TextLimit.path) ?? ""
      api.pointee.Py_DecRef(code)
      if !file.hasPrefix("<frozen importlib"), !file.hasSuffix("/importlib/__init__.py"), counts(frame, file) {
        return importer(ofFile: file)
      }
      next = api.pointee.PyFrame_GetBack(frame)
      api.pointee.Py_DecRef(frame)
    }
    return .code
  }

  // MARK: Installed packages

  /// Whether the code that runs is a package's that is trusted: the innermost frame that is not the standard library's is.
  var runsPackage: Bool {
    trustsPackages && importer { [self] _, file in importer(ofFile: file) != .standardLibrary } == .package
  }

  /// Whether what a rule denies is allowed to the code that runs, because it is a package's. These bring native code of their
  /// own in any case.
  func isTrusted(_ rule: String) -> Bool { rule == PolicyModules.native && runsPackage }

  /// Whether code may import a module by a statement, or `importlib`; if not, the exception is set. Of a module that is there
  /// already, since a package has imported it, no event tells.
  ///
  /// - Parameter place: which argument says how many packages up a relative name begins.
  func allowsImport(of arguments: AuditArguments, levelAt place: Int) -> Bool {
    guard trustsPackages, let name = arguments.text(0), arguments.count <= place || arguments.int(place) == 0 else {
      return true
    }
    let top = String(decoding: name.utf8.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)
    guard deniedModules[top] == PolicyModules.native, !isTrusted(PolicyModules.native) else { return true }
    denyImport(Problem(rule: PolicyModules.native, operation: "import \(Self.short(name))"), of: name)
    return false
  }

  /// Looked up once: it takes several system calls, and packages can ask for each call of a function.
  private func importer(ofFile file: String) -> Importer {
    if let known = knownImporters[file] { return known }
    let importer = importer(file)
    // Code can make as many names as it likes.
    if knownImporters.count < 10_000 { knownImporters[file] = importer }
    return importer
  }

  private func importer(_ file: String) -> Importer {
    if file.hasPrefix("<frozen ") || file == PythonError.Frame.ownFile { return .standardLibrary }
    guard file.hasPrefix("/"), let path = ResolvedPath.resolve(file) else { return .code }
    if packages.contain(path) { return .package }
    // Where more depends on it, only the folders that are known.
    if !trustsPackages, path.contains("/site-packages/") || path.contains("/dist-packages/") { return .package }
    return standardFolder.contain(path) ? .standardLibrary : .code
  }

  private func isOfDeniedModule(_ frame: ObjectPointer) -> Bool {
    let names = api.pointee.PyFrame_GetGlobals(frame)
    defer { api.pointee.Py_DecRef(names) }
    guard let name = api.text(api.pointee.PyDict_GetItemString(names, "__name__")) else { return false }
    return deniedModules[name] != nil
  }
}
