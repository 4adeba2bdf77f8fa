import CPythonABI
import HostSupport

extension Python {
  /// Keeps what extension modules raise in the main interpreter out of this one.
  ///
  /// CPython begins a module that may not support isolated interpreters in the main one. What the module raises there, for
  /// instance since it does not find the modules of its own package, CPython hands on as it is: an object of the main
  /// interpreter, which this one then frees as if it were its own, and the process with it.
  ///
  /// What does not load is noted in `refusedModules` of the state: code may well do without it and say nothing.
  func guardExtensionModules() throws {
    let module = try importModule("_imp")
    let original = try module.attribute("create_dynamic")
    let held = HeldReference(original.pointer, api)
    let refused = state.refusedModules
    let function = try hostFunction(named: "create_dynamic") { api, arguments, keywords in
      if let made = api.pointee.PyObject_Call(held.object, arguments, keywords) { return made }
      let exception = ImportException(importing: arguments, api)
      if let file = exception?.file { refused.add(file) }
      return nil
    }
    try module.setAttribute("create_dynamic", to: function)
  }
}

/// What was raised instead of an extension module, which stays pending, or what stands for it.
private struct ImportException {
  private static let refusal = "does not support loading in subinterpreters"

  /// That of the module.
  let file: String?

  /// Puts an exception of this interpreter in the place of one of another.
  ///
  /// - Parameter arguments: those of `create_dynamic`, of which the first says which module it is.
  init?(importing arguments: ObjectPointer, _ api: PythonAPI) {
    guard let exception = api.pointee.PyErr_GetRaisedException() else { return nil }
    // It has been there for the module to be looked for.
    let specification = api.pointee.PyTuple_GetItem(arguments, 0)
    func attribute(_ name: String) -> String? {
      specification.flatMap { api.textAttribute($0, name, limit: TextLimit.path) }
    }
    file = attribute("origin")
    let owner = MemoryReclaimer.owner(of: exception)
    guard let owner, owner != api.currentInterpreter else {
      api.pointee.PyErr_SetRaisedException(exception)
      return
    }
    // The exception stays for ever: nobody here may free it.
    let text = api.pointee.PyObject_Str(exception)
    defer { api.pointee.Py_DecRef(text) }
    api.pointee.PyErr_Clear()
    let reason = text.flatMap { api.text($0, limit: TextLimit.message) } ?? ""
    let name = attribute("name") ?? "?"
    let message = """
      module \(name) \(Self.refusal): CPython begins it in the main interpreter, where it raised \
      \(api.typeName(exception)): \(reason)
      """
    let (newMessage, newName) = (Self.text(message, api), Self.text(name, api))
    defer {
      api.pointee.Py_DecRef(newMessage)
      api.pointee.Py_DecRef(newName)
    }
    guard let newMessage else { return }
    _ = api.pointee.PyErr_SetImportErrorSubclass(api.pointee.PyExc_ImportError.pointee, newMessage, newName, nil)
  }

  private static func text(_ text: String, _ api: PythonAPI) -> ObjectPointer? {
    api.pointee.PyUnicode_FromStringAndSize(text, text.utf8.count)
  }
}
