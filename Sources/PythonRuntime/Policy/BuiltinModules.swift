import CPythonABI
import Essentials

/// Lets guards deny modules that are compiled into CPython: making one raises no audit event.
///
/// A second `posix` would bring back the functions that a policy has taken out of the first one.
enum BuiltinModules {
  private typealias Maker = @convention(c) () -> ObjectPointer?

  /// C functions have nothing but their addresses, so each module needs one of its own. Which of the modules are
  /// compiled in differs between builds.
  private static let makers: [(name: String, maker: Maker)] = [
    ("posix", { BuiltinModules.make(0) }), ("_signal", { BuiltinModules.make(1) }),
    ("_posixsubprocess", { BuiltinModules.make(2) }), ("_multiprocessing", { BuiltinModules.make(3) }),
    ("_posixshmem", { BuiltinModules.make(4) }), ("_ctypes", { BuiltinModules.make(5) }),
    ("_interpreters", { BuiltinModules.make(6) }), ("_interpchannels", { BuiltinModules.make(7) }),
    ("_interpqueues", { BuiltinModules.make(8) }), ("_xxsubinterpreters", { BuiltinModules.make(9) }),
    ("_xxinterpchannels", { BuiltinModules.make(10) }), ("_sqlite3", { BuiltinModules.make(11) }),
    ("_dbm", { BuiltinModules.make(12) }), ("_gdbm", { BuiltinModules.make(13) }), ("pwd", { BuiltinModules.make(14) }),
    ("grp", { BuiltinModules.make(15) }), ("_ssl", { BuiltinModules.make(16) }),
    ("_remote_debugging", { BuiltinModules.make(17) }),
    ("_imp", { BuiltinModules.make(18) }), ("_io", { BuiltinModules.make(19) }),
    ("_socket", { BuiltinModules.make(20) }), ("mmap", { BuiltinModules.make(21) }),
    ("time", { BuiltinModules.make(22) }), ("termios", { BuiltinModules.make(23) }),
    ("readline", { BuiltinModules.make(24) }), ("_curses", { BuiltinModules.make(25) }),
    ("_curses_panel", { BuiltinModules.make(26) }), ("_tkinter", { BuiltinModules.make(27) }),
    ("faulthandler", { BuiltinModules.make(28) }), ("_tracemalloc", { BuiltinModules.make(29) }),
    ("ossaudiodev", { BuiltinModules.make(30) }), ("nis", { BuiltinModules.make(31) }),
    ("spwd", { BuiltinModules.make(32) }), ("_testinternalcapi", { BuiltinModules.make(33) }),
    ("_testcapi", { BuiltinModules.make(34) }), ("_locale", { BuiltinModules.make(35) }),
    ("_uuid", { BuiltinModules.make(36) }),
  ]

  /// CPython's own makers, by place in `makers`. Written once in `install`, before CPython calls any of ours.
  nonisolated(unsafe) private static var originals: [Maker?] = []
  nonisolated(unsafe) private static var installed: PythonAPI?

  /// Puts our makers before CPython's; to be called once, before Python is initialised.
  static func install(_ api: PythonAPI) {
    let table = api.pointee.PyImport_Inittab.pointee
    var count = 0
    while table[count].name != nil { count += 1 }
    // CPython keeps the pointer; with the entry that ends the table.
    let changed = UnsafeMutablePointer<PythonBuiltinModule>.allocate(capacity: count + 1)
    changed.initialize(from: table, count: count + 1)
    originals = makers.map { name, maker in
      guard let entry = (0..<count).first(where: { changed[$0].name.map { String(cString: $0) } == name }) else {
        return nil
      }
      defer { if changed[entry].initfunc != nil { changed[entry].initfunc = maker } }
      return changed[entry].initfunc
    }
    installed = api
    api.pointee.PyImport_Inittab.pointee = changed
  }

  private static func make(_ place: Int) -> ObjectPointer? {
    guard let api = installed, let original = originals[place] else { return nil }
    if let policyGuard = AuditHook.currentGuard(api), !policyGuard.allowsBuiltin(makers[place].name) {
      return api.pointee.PyModuleDef_Init(refusal)
    }
    return original()
  }

  // MARK: Refusing

  /// A description of a module whose making fails. An exception cannot be raised any earlier: since 3.13 CPython asks
  /// for the description in the main interpreter, whoever imports, and makes the module in the one that does.
  nonisolated(unsafe) private static let refusal: UnsafeMutablePointer<PyModuleDef> = {
    let create: @convention(c) (ObjectPointer?, UnsafeMutablePointer<PyModuleDef>?) -> ObjectPointer? = { _, _ in
      guard let api = BuiltinModules.installed else { return nil }
      if let policyGuard = AuditHook.currentGuard(api) {
        policyGuard.denyBuiltin()
      } else {
        api.pointee.PyErr_SetString(api.pointee.PyExc_PermissionError.pointee, "this module is denied by a policy")
      }
      return nil
    }
    let slots = UnsafeMutablePointer<PyModuleDef_Slot>.allocate(capacity: 3)
    slots.initialize(repeating: PyModuleDef_Slot(slot: 0, value: nil), count: 3)
    slots[0] = PyModuleDef_Slot(
      slot: Int32(Py_mod_create), value: unsafeBitCast(create, to: UnsafeMutableRawPointer.self))
    // 2: every interpreter, also one with its own GIL.
    slots[1] = PyModuleDef_Slot(
      slot: Int32(Py_mod_multiple_interpreters), value: UnsafeMutableRawPointer(bitPattern: 2))
    let definition = UnsafeMutablePointer<PyModuleDef>.allocate(capacity: 1)
    definition.initialize(to: PyModuleDef())
    definition.pointee.ob_base.ob_refcnt = 1
    definition.pointee.m_name = UnsafePointer(strdup("denied"))
    definition.pointee.m_slots = slots
    return definition
  }()

  /// Which interpreter a thread belongs to, for when CPython has gone to the main one. A thread that user code started is
  /// noted by what stands for `_imp.create_builtin`, the only way to a builtin module, and by the event of an import, which
  /// comes before an extension module's code.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  static var guardOfThread: PolicyGuard? {
    guard let noted = pthread_getspecific(key), noted != unguarded else { return nil }
    return Unmanaged<PolicyGuard>.fromOpaque(noted).takeUnretainedValue()
  }

  /// Whether it was noted, for the calling thread, that it has a guard or that it has none.
  static var isThreadKnown: Bool { pthread_getspecific(key) != nil }

  /// What a thread of the host's own, or one of an interpreter without a policy, has in the place of a guard.
  nonisolated(unsafe) private static let unguarded = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)

  /// Notes the guard of the interpreter that the calling thread belongs to; nil when that has none, or has ended.
  static func setGuardOfThread(_ policyGuard: PolicyGuard?) {
    pthread_setspecific(key, policyGuard.map { Unmanaged.passUnretained($0).toOpaque() } ?? unguarded)
  }
}
