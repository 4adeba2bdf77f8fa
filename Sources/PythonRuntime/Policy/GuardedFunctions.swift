import CPythonABI

/// The functions of `sys` and `builtins` that are patched once for the process, in the tables that CPython has of them.
///
/// To take them out of the modules of an interpreter is not enough: CPython keeps copies of both modules, which `gc` shows.
enum GuardedFunctions {
  /// A function of any kind: it gets its object and up to three words, and looks at no more than its kind has. CPython
  /// passes them in registers, so ours can hand on all of them.
  private typealias Function =
    @convention(c) (
      ObjectPointer?, UnsafeMutableRawPointer?, Int, ObjectPointer?
    ) -> ObjectPointer?

  /// As `PyMethodDef` has it.
  private typealias Declared = @convention(c) (ObjectPointer, ObjectPointer, ObjectPointer?) -> ObjectPointer?

  /// By rule; C functions have nothing but their addresses, so each needs one of its own.
  private static let functions: [(module: String, name: String, rule: String, Function)] = [
    ("sys", "addaudithook", PolicyModules.hooks, { GuardedFunctions.call(0, $0, $1, $2, $3) }),
    ("sys", "_baserepl", PolicyModules.foreignDescriptors, { GuardedFunctions.call(1, $0, $1, $2, $3) }),
    ("builtins", "input", PolicyModules.foreignDescriptors, { GuardedFunctions.call(2, $0, $1, $2, $3) }),
    ("sys", "activate_stack_trampoline", PolicyModules.wholeProcess, { GuardedFunctions.call(3, $0, $1, $2, $3) }),
    ("sys", "deactivate_stack_trampoline", PolicyModules.wholeProcess, { GuardedFunctions.call(4, $0, $1, $2, $3) }),
  ]

  /// CPython's own, by place. Written once in `install`, before there is an interpreter that could call any of ours.
  nonisolated(unsafe) private static var originals: [Function?] = []

  /// To be called once, in the main interpreter, before there is another one.
  static func install(_ api: PythonAPI) {
    originals = functions.map { module, name, _, function in
      guard let definition = definition(of: name, in: module, api) else { return nil }
      let original = unsafeBitCast(definition.pointee.ml_meth, to: Function.self)
      definition.pointee.ml_meth = unsafeBitCast(function, to: Declared.self)
      return original
    }
  }

  /// CPython's description of a function, which all interpreters share.
  static func definition(
    of name: String, in module: String, _ api: PythonAPI
  ) -> UnsafeMutablePointer<PyMethodDef>? {
    guard let module = api.pointee.PyImport_ImportModule(module) else {
      api.pointee.PyErr_Clear()
      return nil
    }
    defer { api.pointee.Py_DecRef(module) }
    guard let function = api.attribute(module, name) else { return nil }
    defer { api.pointee.Py_DecRef(function) }
    guard api.typeName(function) == "builtin_function_or_method" else { return nil }
    // As public headers have it: the pointer behind the head of the object.
    return UnsafeRawPointer(function + 1).load(as: UnsafeMutablePointer<PyMethodDef>?.self)
  }

  private static func call(
    _ place: Int, _ object: ObjectPointer?, _ arguments: UnsafeMutableRawPointer?, _ count: Int, _ names: ObjectPointer?
  ) -> ObjectPointer? {
    guard let api = RawDomain.api else { return nil }
    let (_, name, rule, _) = functions[place]
    if let policyGuard = AuditHook.currentGuard(api), rule == PolicyModules.hooks || !policyGuard.policy.processes {
      policyGuard.deny(PolicyGuard.Problem(rule: rule, operation: "\(name)()"))
      return nil
    }
    return originals[place]?(object, arguments, count, names)
  }
}
