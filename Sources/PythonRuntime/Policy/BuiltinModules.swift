import CPythonABI

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
    if let policyGuard = AuditHook.currentGuard(api), !policyGuard.allowsBuiltin(makers[place].name) { return nil }
    return original()
  }
}
