import CPythonABI

/// The one audit hook of the process: finds the guard of the interpreter that an event comes from, and asks it.
///
/// Called on every thread that runs Python code, with that interpreter's GIL, and before there are any interpreters.
enum AuditHook {
  /// The guards of all interpreters that have a policy.
  static let guards = GuardTable()

  /// Installs the hook, which cannot be taken away; before Python is initialised, so that it is the first one.
  static func install(_ api: PythonAPI) throws(PythonRuntimeError) {
    let status = api.pointee.PySys_AddAuditHook(
      { event, arguments, context in
        guard let context else { return 0 }
        let api = PythonAPI(OpaquePointer(context))
        guard let kind = AuditEvent.find(event) else { return 0 }
        guard kind != .startThread else { return ThreadRefusals.allowsThread(api) ? 0 : -1 }
        if kind == .trace { TraceRequests.note() }
        guard let policyGuard = AuditHook.currentGuard(api) else { return 0 }
        return policyGuard.allows(kind, event, arguments) ? 0 : -1
      }, UnsafeMutableRawPointer(mutating: api))
    guard status == 0 else { throw PythonRuntimeError(.startFailed, "CPython takes no audit hook") }
  }

  /// The guard of the interpreter whose GIL the calling thread holds, or nil.
  ///
  /// Where the interpreter has none, it is that of the interpreter that the thread belongs to: CPython runs code of
  /// extension modules in the main interpreter, and what else gets a thread there, or into an interpreter that is made on
  /// the way, is still that interpreter's doing.
  @inline(__always)
  static func currentGuard(_ api: PythonAPI) -> PolicyGuard? {
    guard let state = (api.pointee.PyThreadState_GetUnchecked ?? api.pointee._PyThreadState_UncheckedGet)?() else {
      return nil
    }
    let interpreter = api.pointee.PyThreadState_GetInterpreter(state)
    if interpreter == MainPolicy.interpreter { return MainPolicy.guardOfThread }
    return guards.find(interpreter) ?? BuiltinModules.guardOfThread
  }
}
