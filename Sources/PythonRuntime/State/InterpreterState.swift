package import CPythonABI
package import Synchronization

/// One live interpreter, seen from the thread it belongs to: its thread state and the objects kept across calls.
///
/// Bound to that thread; `SubInterpreter` never lets it be used on another one.
package final class InterpreterState {
  package let api: PythonAPI
  /// CPython's number for the interpreter; never used twice in a process. 0 is the main one.
  package let id: Int64
  /// Whether it is the main interpreter, which others use too and which goes on when this state ends.
  package var isMain: Bool { id == 0 }
  let threadState: OpaquePointer
  /// What other threads may interrupt it with.
  package let interrupter: Interrupter
  /// What it has allocated, and how much it may.
  package let memory: MemoryAccount
  package let installation: PythonInstallation
  /// Where what its policy denies is written down.
  let denials: DenialLog

  /// Objects that live longer than one `withGIL`, each with a reference of its own.
  private var objects: [Int: UnsafeMutablePointer<PyObject>] = [:]
  private var nextObject = 0

  init(
    api: PythonAPI, id: Int64, threadState: OpaquePointer, memory: MemoryAccount, installation: PythonInstallation,
    denials: DenialLog
  ) {
    self.api = api
    self.memory = memory
    self.id = id
    self.threadState = threadState
    interrupter = Interrupter(api: api, threadState: threadState)
    self.installation = installation
    self.denials = denials
    lending = id == 0 ? Lending() : nil
  }

  /// Memory of its objects that others use without its GIL; nil where it would be gone with the interpreter.
  package let lending: Lending?

  /// The extension modules that were refused in it.
  package let refusedModules = RefusedModules()

  /// What its policy lets it do; nil for everything.
  var policyGuard: PolicyGuard?

  /// The number of what is told of changes of dictionaries, once there is one.
  package var dictionaryWatcher: Int32?

  /// The name of the source that is loaded in it, if one is.
  package var sourceName: String?

  /// Takes the interpreter's GIL on the calling thread, where other interpreters may live as well.
  func attach() {
    MemoryCounter.setOfThread(memory.counter)
    BuiltinModules.setGuardOfThread(policyGuard)
    api.pointee.PyEval_RestoreThread(threadState)
    takeBack()
  }

  /// Takes back what was lent and is not used any more.
  package func takeBack() {
    guard let lending else { return }
    lending.takeBack()
    Lending.orphans.takeBack()
  }

  /// Gives the GIL back, so that another thread state of the interpreter can run.
  func detach() { _ = api.pointee.PyEval_SaveThread() }

  /// The same on a thread that is not the interpreter's own, which is as before then.
  func detachFromGuest() {
    detach()
    MemoryCounter.setOfThread(nil)
    BuiltinModules.setGuardOfThread(nil)
  }

  // MARK: Objects kept across calls

  /// Keeps an object, and owns the reference that the caller gives away.
  package func keep(_ object: UnsafeMutablePointer<PyObject>) -> Int {
    nextObject += 1
    objects[nextObject] = object
    return nextObject
  }

  /// A kept object, as a reference that stays the table's.
  package func kept(_ key: Int) -> UnsafeMutablePointer<PyObject>? { objects[key] }

  /// Drops a kept object.
  package func drop(_ key: Int) {
    if let object = objects.removeValue(forKey: key) { api.pointee.Py_DecRef(object) }
  }

  func releaseObjects() {
    if let ending { api.pointee.Py_DecRef(ending) }
    for object in objects.values { api.pointee.Py_DecRef(object) }
    ending = nil
    objects = [:]
    builtins = nil
  }

  /// What is called before the kept objects are dropped, in the main interpreter.
  private var ending: ObjectPointer?

  /// Calls a function of ours without arguments before the kept objects are dropped; for the main interpreter, where not
  /// everything goes by itself.
  package func callAtEnd(_ function: ObjectPointer) {
    api.pointee.Py_IncRef(function)
    ending = function
  }

  func runEnding() {
    guard let ending else { return }
    api.pointee.Py_DecRef(api.pointee.PyObject_Vectorcall(ending, nil, 0, nil))
    api.pointee.PyErr_Clear()
  }

  // MARK: Our own modules

  /// The key of the builtins of our own Python code.
  private var builtins: Int?

  /// The builtins of our own Python code: a copy, so that it does not see what user code does to them.
  func ownBuiltins() throws -> ObjectPointer {
    if let builtins, let known = kept(builtins) { return known }
    let copy: ObjectPointer
    if isMain, let first = Self.mainBuiltins {
      // Another source may have run there before.
      api.pointee.Py_IncRef(first)
      copy = first
    } else {
      copy = try check(api.pointee.PyDict_Copy(check(api.pointee.PyEval_GetBuiltins())))
    }
    builtins = keep(copy)
    return copy
  }

  /// A copy of the main interpreter's builtins, made before any user code ran there. Written once, when CPython starts.
  nonisolated(unsafe) static var mainBuiltins: ObjectPointer?

  /// Under what name a function of ours that reads lines of source is in the interpreter's own dictionary, which no Python
  /// code gets at. In the main interpreter each of ours has one.
  static func lineReader(of threadState: OpaquePointer, _ api: PythonAPI) -> String {
    let interpreter = api.pointee.PyThreadState_GetInterpreter(threadState)
    return interpreter == MainPolicy.interpreter ? "clutch.line \(UInt(bitPattern: threadState))" : "clutch.line"
  }

  /// Lets tracebacks show the lines that a Python function gives for a file's name and a line's number, and not those of
  /// `linecache`, which user code may change.
  ///
  /// - Throws: `PythonError`.
  package func setLineReader(_ function: ObjectPointer) throws {
    let interpreter = api.pointee.PyThreadState_GetInterpreter(threadState)
    let key = try Self.lineReader(of: threadState, api).newReference(in: self)
    defer { api.pointee.Py_DecRef(key) }
    try check(api.pointee.PyDict_SetItem(check(api.pointee.PyInterpreterState_GetDict(interpreter)), key, function))
  }

  /// Forgets what `setLineReader` was given, in the main interpreter.
  func forgetLineReader() {
    let functions = api.pointee
    let interpreter = functions.PyThreadState_GetInterpreter(threadState)
    if let names = functions.PyInterpreterState_GetDict(interpreter) {
      _ = functions.PyDict_DelItemString(names, Self.lineReader(of: threadState, api))
    }
    functions.PyErr_Clear()
  }

  /// Whether this process ends when nothing uses the main interpreter any more, as a worker does.
  package static let processEndsWithMain = Atomic(false)

  /// Runs what user code registered with `atexit`, and waits for the threads it left, as the end would do.
  ///
  /// In the main interpreter it waits for no threads unless the process ends too: after that Python starts none there any more.
  func runExitFunctions() {
    let functions = api.pointee
    for (module, function) in [("threading", "_shutdown"), ("atexit", "_run_exitfuncs")] {
      if isMain, module == "threading", !Self.processEndsWithMain.load(ordering: .relaxed) { continue }
      // Only what user code imported has anything to run.
      guard let modules = functions.PyImport_GetModuleDict(),
        let name = functions.PyUnicode_FromStringAndSize(module, module.utf8.count)
      else { continue }
      defer { functions.Py_DecRef(name) }
      guard let loaded = functions.PyDict_GetItemWithError(modules, name),
        let callable = functions.PyObject_GetAttrString(loaded, function)
      else { continue }
      if let result = functions.PyObject_Vectorcall(callable, nil, 0, nil) { functions.Py_DecRef(result) }
      functions.Py_DecRef(callable)
      functions.PyErr_Clear()
      guard module == "threading" else { continue }
      // Python would call it again at the end, which on 3.12 prints an AssertionError: let it call something harmless.
      let harmless = UnsafeMutablePointer<PyObject>(functions.PyDict_Type)
      _ = functions.PyObject_SetAttrString(loaded, function, harmless)
      // What it keeps for threads that it did not start, as ours, goes while the module is whole: later it would print
      // that its own clean-up fails.
      _ = functions.PyObject_SetAttrString(loaded, "_thread_local_info", api.none)
      functions.PyErr_Clear()
    }
    functions.PyErr_Clear()
  }
}
