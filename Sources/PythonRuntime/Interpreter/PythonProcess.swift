import CPythonABI
import Synchronization
import ThreadConfinement

/// The running CPython: its main interpreter, and the register of the sub-interpreters.
///
/// The main interpreter has a dedicated thread that runs no user code; it lends thread states to the creation of others,
/// and to user code that asks for the main interpreter.
package final class PythonProcess: @unchecked Sendable {
  // Sendable: `api` points at memory that is written once; `main` is a handle that is only used by calls made under
  // `lifecycle`; everything that changes is inside a Mutex.
  package let installation: PythonInstallation
  package let api: PythonAPI
  private let main: OpaquePointer
  private let mainThread: DedicatedThread
  /// Held while an interpreter is made or ended: CPython's own locks cover neither.
  private let lifecycle = Mutex(())
  private let register = Shared(Register())

  /// The live interpreters, by what ends each.
  private struct Register {
    var nextKey = 0
    var endings: [Int: @Sendable () -> Void] = [:]
    var isShutDown = false
    /// How many have code in the main interpreter.
    var mainCount = 0
    var hasUsedMain = false
    /// Those that could not be ended because user threads still run in them.
    var abandoned = 0
    /// Those that nobody waits for, because their own thread hangs.
    var hanging: Set<Int> = []
    /// Paths that were given and found to be those of the running CPython.
    var samePaths: Set<String> = []
  }

  /// A mutex that a closure can hold on to.
  private final class Shared: Sendable {
    let value: Mutex<Register>

    init(_ register: Register) { value = Mutex(register) }
  }

  /// How many milliseconds the exit functions of an interpreter, and the threads they wait for, may take.
  static let grace = Atomic(10_000)

  /// Modules whose first import must happen in the main interpreter: without that, a second interpreter that imports
  /// `datetime` corrupts the heap (3.13.0), and on 3.12 the others abort as well. `asyncio` alone takes as long as all else
  /// of a start, so it is left out where it is safe.
  private static func importedFirst(_ version: PythonVersion) -> [String] {
    version >= .supported ? ["datetime", "decimal"] : ["datetime", "decimal", "asyncio", "hashlib", "ssl"]
  }

  init(starting installation: PythonInstallation, _ api: PythonAPI) throws {
    guard api.pointee.Py_IsInitialized() == 0 else {
      throw PythonRuntimeError(
        .startFailed,
        "CPython runs in this process already, started by someone else; Clutch has to be the one that starts it")
    }
    let thread = try DedicatedThread(name: "python-main")
    self.installation = installation
    self.api = api
    mainThread = thread
    main = try thread.perform { try Self.initialize(api, installation) }
  }

  /// Starts CPython on the calling thread, and leaves that thread with no thread state attached.
  ///
  /// - Returns: the main interpreter.
  private static func initialize(_ api: PythonAPI, _ installation: PythonInstallation) throws -> OpaquePointer {
    let functions = api.pointee
    var configuration = PyPreConfig()
    functions.PyPreConfig_InitPythonConfig(&configuration)
    // The locale is the host's affair; text is UTF-8 whatever the locale says.
    configuration.configure_locale = 0
    configuration.coerce_c_locale = 0
    configuration.utf8_mode = 1
    let status = functions.Py_PreInitialize(&configuration)
    guard status._type == 0 else { throw PythonRuntimeError(.startFailed, "CPython did not start: \(status.text)") }
    MemoryCounter.prepareThreads()
    MemoryReclaimer.install(api)
    RawDomain.install(api, reclaimsTables: installation.version >= .supported)
    try AuditHook.install(api)
    BuiltinModules.install(api)
    // With the program's path CPython finds its library of modules, and the virtual environment the program is in.
    // It keeps the pointer, so the text is never freed.
    guard let program = functions.Py_DecodeLocale(installation.executable, nil) else {
      throw PythonRuntimeError(.startFailed, "the path \(installation.executable) is not valid text")
    }
    functions.Py_SetProgramName(program)
    // 0: the host owns the signals.
    functions.Py_InitializeEx(0)
    guard let interpreter = functions.PyInterpreterState_Get() else {
      throw PythonRuntimeError(.startFailed, "CPython has no main interpreter")
    }
    defer { _ = functions.PyEval_SaveThread() }
    BuiltinModules.setGuardOfThread(nil)
    MainPolicy.interpreter = interpreter
    for module in importedFirst(installation.version) {
      guard let imported = functions.PyImport_ImportModule(module) else {
        let error = PythonError.take(api)
        // A build without OpenSSL has no `ssl`; then no interpreter can import it either.
        if error?.typeName == "ImportError" || error?.typeName == "ModuleNotFoundError" { continue }
        throw PythonRuntimeError(.startFailed, "CPython cannot import \(module): \(error?.description ?? "")")
      }
      functions.Py_DecRef(imported)
    }
    GuardedTypes.install(api)
    GuardedFunctions.install(api)
    GuardedCommands.install(api)
    InterpreterState.mainBuiltins = functions.PyEval_GetBuiltins().flatMap(functions.PyDict_Copy)
    return interpreter
  }

  /// Refuses a path that is not that of the running CPython.
  func requireSame(as path: String, _ discovery: PythonDiscovery) throws {
    guard !register.value.withLock({ $0.samePaths.contains(path) }) else { return }
    let wanted = PythonDiscovery.choose(from: discovery.search())
    guard wanted?.library != installation.library || wanted?.prefix != installation.prefix else {
      // What another path means depends on the working folder, or on the search path.
      if path.hasPrefix("/") { register.value.withLock { _ = $0.samePaths.insert(path) } }
      return
    }
    throw PythonRuntimeError(
      .startFailed,
      "this process runs \(installation.executable) already; \(path) cannot be used beside it: one CPython per process")
  }

  // MARK: Interpreters

  var interpreterCount: Int { register.value.withLock { $0.endings.count } }

  /// Notes an interpreter until `remove`; `end` is given its key and must end it and join its thread.
  func add(_ end: @escaping @Sendable (Int) -> Void) throws -> Int {
    try register.value.withLock { register in
      guard !register.isShutDown else { throw PythonRuntimeError(.shutDown, "Python is being shut down") }
      register.nextKey += 1
      let key = register.nextKey
      register.endings[key] = { end(key) }
      return key
    }
  }

  func remove(_ key: Int) {
    register.value.withLock { register in
      register.endings[key] = nil
      register.hanging.remove(key)
    }
  }

  /// Stops waiting for an interpreter whose thread hangs: it is ended if that thread ever comes back.
  func abandon(_ key: Int) {
    register.value.withLock { register in
      if register.endings.removeValue(forKey: key) != nil { register.hanging.insert(key) }
    }
  }

  /// How many interpreters could not be ended.
  var abandonedCount: Int { register.value.withLock { $0.abandoned + $0.hanging.count } }

  /// Makes an interpreter on the calling thread, which it then belongs to, and leaves it detached.
  ///
  /// The thread state that CPython needs for this is one of the main interpreter, made for the calling thread: stack
  /// limits are kept per thread state since 3.14, so that of another thread would be wrong here.
  ///
  /// - Parameter memory: what the interpreter allocates is charged to, from the first byte.
  func create(
    _ configuration: SubInterpreter.Configuration, _ memory: MemoryAccount, denials: DenialLog
  ) throws -> InterpreterState {
    guard !api.hasThreadState else { throw PythonRuntimeError(ThreadConfinementError.wouldDeadlock) }
    if configuration.isMain { return try enterMain(configuration, memory, denials) }
    waitForMain()
    return try lifecycle.withLock { _ in
      MemoryCounter.setOfThread(memory.counter)
      // Another interpreter that lives on the thread may have one.
      BuiltinModules.setGuardOfThread(nil)
      var isMade = false
      defer { if !isMade { MemoryCounter.setOfThread(nil) } }
      let functions = api.pointee
      guard let lent = functions.PyThreadState_New(main) else {
        throw PythonRuntimeError(.startFailed, "there is no memory for another interpreter")
      }
      functions.PyEval_RestoreThread(lent)
      defer {
        functions.PyThreadState_Clear(lent)
        functions.PyThreadState_DeleteCurrent()
      }
      var created: OpaquePointer?
      var layout = configuration.layout
      let status = functions.Py_NewInterpreterFromConfig(&created, &layout)
      guard status._type == 0, let created else {
        throw PythonRuntimeError(.startFailed, "CPython made no interpreter: \(status.text)")
      }
      // The new thread state is current now, and the lent one's GIL has been released: change back, to drop it.
      let id = functions.PyInterpreterState_GetID(functions.PyThreadState_GetInterpreter(created))
      _ = functions.PyEval_SaveThread()
      functions.PyEval_RestoreThread(lent)
      MemoryAccount.register(memory, for: id)
      if !configuration.allowsThreads {
        ThreadRefusals.insert(
          "this interpreter may not start threads (Configuration.allowsThreads)",
          for: functions.PyThreadState_GetInterpreter(created))
      }
      isMade = true
      return InterpreterState(
        api: api, id: id, threadState: created, memory: memory, installation: installation, denials: denials)
    }
  }

  /// Waits until user code in the main interpreter lets go of its GIL, which making another interpreter needs, before that
  /// takes the lock that others need to end. A call into C that keeps the GIL lets nobody make an interpreter meanwhile.
  private func waitForMain() {
    guard register.value.withLock({ $0.mainCount > 0 }) else { return }
    // As `create` will: this is work of ours.
    BuiltinModules.setGuardOfThread(nil)
    guard let lent = api.pointee.PyThreadState_New(main) else { return }
    api.pointee.PyEval_RestoreThread(lent)
    api.pointee.PyThreadState_Clear(lent)
    api.pointee.PyThreadState_DeleteCurrent()
  }

  /// Makes a thread state of the main interpreter on the calling thread, which it then belongs to, and leaves it detached.
  private func enterMain(
    _ configuration: SubInterpreter.Configuration, _ memory: MemoryAccount, _ denials: DenialLog
  ) throws -> InterpreterState {
    MemoryCounter.setOfThread(memory.counter)
    BuiltinModules.setGuardOfThread(nil)
    guard let own = api.pointee.PyThreadState_New(main) else {
      MemoryCounter.setOfThread(nil)
      throw PythonRuntimeError(.startFailed, "there is no memory for another thread of the main interpreter")
    }
    register.value.withLock { ($0.mainCount, $0.hasUsedMain) = ($0.mainCount + 1, true) }
    MemoryAccount.register(memory, for: 0)
    if !configuration.allowsThreads {
      ThreadRefusals.insert("this interpreter may not start threads (Configuration.allowsThreads)", for: own)
    }
    return InterpreterState(
      api: api, id: 0, threadState: own, memory: memory, installation: installation, denials: denials)
  }

  /// Ends what belongs to one that used the main interpreter, which goes on; what its exit functions may take is as for
  /// others. They run when the last one goes, as nobody can tell whose they are.
  private func leaveMain(_ state: InterpreterState, _ watch: EndWatch) {
    state.attach()
    if register.value.withLock({ $0.mainCount == 1 }) { state.runExitFunctions() }
    state.runEnding()
    state.forgetLineReader()
    state.releaseObjects()
    state.lending?.end()
    // Modules and functions hold each other, and the end of an interpreter would have found that.
    _ = api.pointee.PyGC_Collect()
    state.memory.endLimiting()
    api.pointee.PyThreadState_Clear(state.threadState)
    ThreadRefusals.remove(state.threadState)
    api.pointee.PyThreadState_DeleteCurrent()
    MemoryCounter.setOfThread(nil)
    BuiltinModules.setGuardOfThread(nil)
    MemoryAccount.unregister(state.memory, for: 0)
    let isLate = !watch.stop()
    register.value.withLock { register in
      register.mainCount -= 1
      if isLate { register.abandoned -= 1 }
    }
  }

  /// Ends an interpreter on its own thread and gives its memory back.
  ///
  /// One in which user code left threads that do not end is abandoned: it stays in memory, and so do they. So is one whose
  /// exit functions take longer than the grace time; should they return after all, it is ended then.
  ///
  /// - Parameter giveUp: called on another thread when that time is over.
  func end(_ state: InterpreterState, giveUp: @escaping @Sendable () -> Void) {
    state.interrupter.close()
    let watch = EndWatch(milliseconds: Self.grace.load(ordering: .relaxed)) { [register] in
      register.value.withLock { $0.abandoned += 1 }
      giveUp()
    }
    if state.isMain { return leaveMain(state, watch) }
    state.attach()
    // User code registered to run at the end may take its time: let it do so before the lock is taken.
    state.runExitFunctions()
    state.releaseObjects()
    let isAlone = state.waitForOtherThreads()
    state.detach()
    let isLate = !watch.stop()
    guard isAlone else {
      if !isLate { register.value.withLock { $0.abandoned += 1 } }
      return
    }
    defer { if isLate { register.value.withLock { $0.abandoned -= 1 } } }
    // Nothing of the user's runs any more, and an end that is refused memory would not be a clean one, also where the limit
    // was set when much more was in use.
    state.memory.endLimiting()
    let used = state.memory.usage.current
    lifecycle.withLock { _ in
      state.attach()
      let interpreter = api.pointee.PyThreadState_GetInterpreter(state.threadState)
      api.pointee.Py_EndInterpreter(state.threadState)
      // Only now: what runs at the end is user code as well. And before another one can be made at the same address.
      BuiltinModules.setGuardOfThread(nil)
      AuditHook.guards.remove(interpreter)
      ThreadRefusals.remove(interpreter)
      MemoryReclaimer.reclaim(interpreter: state.id)
      MemoryAccount.unregister(state.memory, for: state.id)
      MemoryCounter.setOfThread(nil)
    }
    HeapTrim.note(freed: used - state.memory.usage.current)
  }

  /// Ends all interpreters first: finalising with live ones aborts on 3.12.
  func shutDown() throws {
    let endings = register.value.withLock { register in
      register.isShutDown = true
      return Array(register.endings.values)
    }
    for end in endings { end() }
    let abandoned = abandonedCount
    guard abandoned == 0 else {
      throw PythonRuntimeError(
        .shutDown,
        "CPython was not finalised: user code, or its exit functions, still runs in \(abandoned) of its interpreters")
    }
    let hasFinalised = try finalise()
    guard hasFinalised else {
      throw PythonRuntimeError(.shutDown, "CPython could not write out everything while it was finalised")
    }
  }

  /// Finalises CPython on the main interpreter's thread; false when it says that not everything was written out.
  private func finalise() throws -> Bool {
    let status = Status()
    // Threads and exit functions of code that ran in the main interpreter are waited for there, and may not end.
    let hasRunCode = register.value.withLock(\.hasUsedMain)
    let watch =
      hasRunCode
      ? EndWatch(milliseconds: Self.grace.load(ordering: .relaxed)) { [mainThread] in mainThread.giveUp() } : nil
    let wait = mainThread.submitAndWait { [self] done in
      if let state = api.pointee.PyThreadState_New(main) {
        api.pointee.PyEval_RestoreThread(state)
        status.value.store(api.pointee.Py_FinalizeEx(), ordering: .relaxed)
      }
      done()
    }
    _ = watch?.stop()
    guard case .done = wait else {
      throw PythonRuntimeError(
        .shutDown, "CPython was not finalised: threads or exit functions of code in its main interpreter still run")
    }
    mainThread.stop()
    return status.value.load(ordering: .relaxed) == 0
  }

  private final class Status: Sendable { let value = Atomic<Int32>(-1) }
}

extension PyStatus {
  /// CPython's own words for a failure.
  var text: String {
    guard let err_msg else { return "it asked to exit with status \(exitcode)" }
    return String(cString: err_msg)
  }
}
