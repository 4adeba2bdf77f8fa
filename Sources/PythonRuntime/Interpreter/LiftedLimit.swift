import CPythonABI

/// Python functions that the memory limit must not cut off in the middle: imports, and the compiler.
///
/// Both fill tables of the interpreter, that of all names above all, and initialise extension modules; CPython does not
/// come out of each `MemoryError` there in one piece (3.13.0 was seen to crash). So they may go 64 MiB over the limit. An
/// import that ends over it raises the `MemoryError` then, with everything in its place.
enum LiftedLimit {
  private static let functions = [("_frozen_importlib", "_find_and_load"), ("builtins", "compile")]

  /// Puts wrappers in place of the functions, in the interpreter whose GIL is held.
  ///
  /// - Throws: `PythonError`.
  static func install(_ state: InterpreterState) throws {
    // In the main interpreter those of an earlier source are there still, and look for who is to be charged.
    if state.isMain {
      guard !isInstalledInMain else { return }
      isInstalledInMain = true
    }
    let api = state.api.pointee
    let builtins = try state.check(api.PyImport_AddModule("builtins"))
    for (module, name) in functions {
      let module = try state.check(api.PyImport_AddModule(module))
      let original = try state.check(api.PyObject_GetAttrString(module, name))
      defer { api.Py_DecRef(original) }
      // The wrapper's `self` is what it wraps.
      let wrapper = try state.check(api.PyCFunction_NewEx(definition, original, nil))
      defer { api.Py_DecRef(wrapper) }
      try state.check(api.PyObject_SetAttrString(module, name, wrapper))
      guard module == builtins else { continue }
      let key = try name.newReference(in: state)
      defer { api.Py_DecRef(key) }
      try state.check(api.PyDict_SetItem(state.ownBuiltins(), key, wrapper))
    }
  }

  /// Changed under the main interpreter's GIL.
  nonisolated(unsafe) private static var isInstalledInMain = false

  /// Never freed: callables of ended interpreters may still point here.
  private nonisolated(unsafe) static let definition: UnsafeMutablePointer<PyMethodDef> = {
    let definition = UnsafeMutablePointer<PyMethodDef>.allocate(capacity: 1)
    let name = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    name.pointee = 0
    definition.initialize(
      to: PyMethodDef(
        ml_name: name, ml_meth: { LiftedLimit.call($0, $1, $2) }, ml_flags: Int32(METH_VARARGS | METH_KEYWORDS),
        ml_doc: nil))
    return definition
  }()

  private static func call(
    _ original: ObjectPointer, _ arguments: ObjectPointer, _ keywords: ObjectPointer?
  ) -> ObjectPointer? {
    guard let api = RawDomain.api else { return nil }
    let counter = MemoryAccount.current(api)
    counter?.suspendLimit()
    let result = api.pointee.PyObject_Call(original, arguments, keywords)
    counter?.resumeLimit()
    // Inside another import there is time until that has ended.
    guard let result, let counter, !counter.isLimitSuspended, counter.isPastLimit() else { return result }
    api.pointee.Py_DecRef(result)
    api.pointee.PyErr_SetString(api.pointee.PyExc_MemoryError.pointee, "")
    return nil
  }
}
