import CPythonABI

extension Python {
  /// Runs statements in the interpreter's `__main__` module.
  ///
  /// - Parameters:
  ///   - source: Python source text.
  ///   - file: the file name that tracebacks show.
  /// - Throws: `PythonError` for what the code raises, a `SyntaxError` with its place when it does not compile.
  public func run(_ source: String, file: String = "<string>") throws {
    api.pointee.Py_DecRef(try execute(source, file, Int32(Py_file_input)))
  }

  /// The value of an expression in the interpreter's `__main__` module.
  ///
  /// - Parameters:
  ///   - expression: one Python expression.
  ///   - file: the file name that tracebacks show.
  /// - Throws: `PythonError` for what the expression raises, a `SyntaxError` when it does not compile.
  @_lifetime(copy self)
  public func evaluate(_ expression: String, file: String = "<string>") throws -> PythonObject {
    try state.own(execute(expression, file, Int32(Py_eval_input)), self)
  }

  /// Imports a module, as `import name` does, and gives the module itself (`os.path`, not `os`, for that name).
  ///
  /// - Throws: `PythonError`, an `ImportError` when there is none or it refuses to load in an isolated interpreter.
  @_lifetime(copy self)
  public func importModule(_ name: String) throws -> PythonObject {
    try state.own(api.pointee.PyImport_ImportModule(state.check(name: name)), self)
  }

  /// The `__main__` module, whose names `run` and `evaluate` see.
  @_lifetime(copy self)
  public func mainModule() throws -> PythonObject {
    try importModule("__main__")
  }

  /// A Python object with the value of a Swift one.
  ///
  /// - Throws: `PythonError` when there is no memory.
  @_lifetime(copy self)
  public func object(_ value: some PythonRepresentable) throws -> PythonObject {
    try state.own(value.newReference(in: state), self)
  }

  /// The compiler does not come out of every lack of memory in one piece.
  fileprivate func compile(_ source: String, _ file: String, _ start: Int32) throws -> ObjectPointer {
    let file = try state.check(name: file)
    state.memory.suspendLimit()
    defer { state.memory.resumeLimit() }
    return try state.check(api.pointee.Py_CompileString(source, file, start))
  }

  private func execute(_ source: String, _ file: String, _ start: Int32) throws -> ObjectPointer {
    let functions = api.pointee
    guard !source.utf8.contains(0) else {
      throw PythonError(typeName: "SyntaxError", message: "source code string cannot contain null bytes")
    }
    let code = try compile(source, file, start)
    defer { functions.Py_DecRef(code) }
    // Both borrowed: the module and its namespace live as long as the interpreter.
    let main = try state.check(functions.PyImport_AddModule("__main__"))
    let names = try state.check(functions.PyModule_GetDict(main))
    return try state.check(functions.PyEval_EvalCode(code, names, names))
  }
}

extension Python {
  /// Whether one of these modules has been imported. Runs no Python code.
  package func hasImported(anyOf names: [String]) -> Bool {
    let functions = api.pointee
    guard let modules = functions.PyImport_GetModuleDict() else { return false }
    return names.contains { name in
      guard let key = try? name.newReference(in: state) else { return false }
      defer { functions.Py_DecRef(key) }
      if functions.PyDict_GetItemWithError(modules, key) != nil { return true }
      functions.PyErr_Clear()
      return false
    }
  }

  /// Makes `_clutch_imports`, with which code of ours changes modules when they are imported.
  ///
  /// - Throws: `PythonError`.
  package func installImportChanges() throws {
    try installModule(
      "_clutch_imports", String(decoding: PackageResources.imports_py, as: UTF8.self), file: PythonError.Frame.ownFile)
  }

  /// Makes a module of ours from its text and puts it where `import` finds it; a module of that name is replaced.
  ///
  /// The text is compiled once for all interpreters and, where there is a folder for it, for all processes.
  ///
  /// - Throws: `PythonError` for what the code raises.
  package func installModule(_ name: String, _ source: String, file: String) throws {
    let functions = api.pointee
    state.memory.suspendLimit()
    defer { state.memory.resumeLimit() }
    let code = try CompiledModules.code(of: name, source, file: file, in: state) {
      try compile(source, file, Int32(Py_file_input))
    }
    defer { functions.Py_DecRef(code) }
    let module = try state.check(functions.PyModule_New(name))
    defer { functions.Py_DecRef(module) }
    // Borrowed, like the dictionary of all modules.
    let names = try state.check(functions.PyModule_GetDict(module))
    try state.check(functions.PyObject_SetAttrString(module, "__builtins__", state.ownBuiltins()))
    let key = try name.newReference(in: state)
    defer { functions.Py_DecRef(key) }
    try state.check(functions.PyDict_SetItem(try state.check(functions.PyImport_GetModuleDict()), key, module))
    functions.Py_DecRef(try state.check(functions.PyEval_EvalCode(code, names, names)))
  }
}
