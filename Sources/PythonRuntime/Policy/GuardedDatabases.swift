import CPythonABI
import Synchronization

/// `sqlite3.Connection`, through which every statement of SQL goes: SQLite asks whether a statement may be what it is, and
/// what it asks is ours, with that of the code behind it.
///
/// CPython raises no audit event for what SQL does: attaching files, settings of the whole process, pointers in SQL.
enum GuardedDatabases {
  /// A method with a vector of arguments, as CPython calls it.
  private typealias Method =
    @convention(c) (ObjectPointer, UnsafeMutablePointer<ObjectPointer?>?, Int) -> ObjectPointer?
  /// The same for a method that is told its class, with the names of the last arguments.
  private typealias MethodOfClass =
    @convention(c) (ObjectPointer, OpaquePointer, UnsafeMutablePointer<ObjectPointer?>?, Int, ObjectPointer?) ->
    ObjectPointer?
  private typealias Function = @convention(c) (ObjectPointer, ObjectPointer, ObjectPointer?) -> ObjectPointer?

  private struct Originals {
    let initialize: initproc
    let setAuthorizer: MethodOfClass
    let configure: Method
  }

  /// The same for every copy of the module; there when the first one is guarded.
  private static let originals = Mutex<Originals?>(nil)

  /// Guards the class of connections of a module that was just made; does nothing for any other object, or a second time.
  ///
  /// - Returns: whether the class is guarded now.
  static func guardConnections(of object: ObjectPointer, _ api: PythonAPI) -> Bool {
    guard object.pointee.ob_type == api.pointee.PyType_Type else { return false }
    let type = OpaquePointer(object)
    guard let authorizer = definition(of: "set_authorizer", type, flags: 0x282, api),
      let configure = definition(of: "setconfig", type, flags: 0x80, api),
      let initialize = api.pointee.PyType_GetSlot(type, Int32(Py_tp_init))
    else { return false }
    let ours: initproc = { GuardedDatabases.initialize($0, $1, $2) }
    if initialize == unsafeBitCast(ours, to: UnsafeMutableRawPointer.self) { return true }
    originals.withLock { originals in
      guard originals == nil else { return }
      originals = Originals(
        initialize: unsafeBitCast(initialize, to: initproc.self),
        setAuthorizer: unsafeBitCast(authorizer.pointee.ml_meth, to: MethodOfClass.self),
        configure: unsafeBitCast(configure.pointee.ml_meth, to: Method.self))
      let newAuthorizer: MethodOfClass = { GuardedDatabases.setAuthorizer($0, $1, $2, $3, $4) }
      let newConfigure: Method = { GuardedDatabases.configure($0, $1, $2) }
      authorizer.pointee.ml_meth = unsafeBitCast(newAuthorizer, to: Function.self)
      configure.pointee.ml_meth = unsafeBitCast(newConfigure, to: Function.self)
    }
    do { try GuardedTypes.replace(type, initializer: ours, definition: initializer, api) } catch { return false }
    api.pointee.PyType_Modified(type)
    return true
  }

  /// CPython's own description of a method of exactly this class.
  private static func definition(
    of name: String, _ type: OpaquePointer, flags: Int32, _ api: PythonAPI
  ) -> UnsafeMutablePointer<PyMethodDef>? {
    guard let names = api.pointee.PyType_GetDict(type) else { return nil }
    defer { api.pointee.Py_DecRef(names) }
    guard let method = api.pointee.PyDict_GetItemString(names, name),
      method.pointee.ob_type == api.pointee.PyMethodDescr_Type
    else { return nil }
    let descriptor = UnsafeMutableRawPointer(method).assumingMemoryBound(to: PyMethodDescrObject.self)
    let definition = descriptor.pointee.d_method
    guard descriptor.pointee.d_type == type, definition.pointee.ml_flags == flags,
      String(cString: definition.pointee.ml_name) == name
    else { return nil }
    return definition
  }

  // CPython keeps its address, and neither side changes what is there.
  nonisolated(unsafe) private static let initializer = GuardedTypes.definition { object, arguments, keywords in
    GuardedTypes.result(GuardedDatabases.initialize(object, arguments, keywords))
  }

  // MARK: What is there instead

  private static func initialize(
    _ object: ObjectPointer, _ arguments: ObjectPointer, _ keywords: ObjectPointer?
  ) -> Int32 {
    guard let api = RawDomain.api, let originals = originals.withLock({ $0 }) else { return -1 }
    guard let policyGuard = AuditHook.currentGuard(api) else {
      return originals.initialize(object, arguments, keywords)
    }
    // The class that the method is of: that of the object can be one of the user's.
    guard let type = connectionType(of: object, api) else {
      policyGuard.deny(PolicyGuard.Problem(rule: PolicyModules.copies, operation: "sqlite3.Connection()"))
      return -1
    }
    guard let authorizer = policyGuard.authorizer(with: nil) else { return -1 }
    defer { api.pointee.Py_DecRef(authorizer) }
    let isFirst = policyGuard.connecting.insert(object).inserted
    let status = originals.initialize(object, arguments, keywords)
    if isFirst { policyGuard.connecting.remove(object) }
    guard status == 0 else { return status }
    var given: ObjectPointer? = authorizer
    guard let result = originals.setAuthorizer(object, type, &given, 1, nil) else { return -1 }
    api.pointee.Py_DecRef(result)
    return 0
  }

  private static func connectionType(of object: ObjectPointer, _ api: PythonAPI) -> OpaquePointer? {
    var type: OpaquePointer? = object.pointee.ob_type
    while let next = type {
      if definition(of: "set_authorizer", next, flags: 0x282, api) != nil { return next }
      type = api.pointee.PyType_GetSlot(next, Int32(Py_tp_base)).map { OpaquePointer($0) }
    }
    return nil
  }

  private static func setAuthorizer(
    _ object: ObjectPointer, _ type: OpaquePointer, _ arguments: UnsafeMutablePointer<ObjectPointer?>?, _ count: Int,
    _ names: ObjectPointer?
  ) -> ObjectPointer? {
    guard let api = RawDomain.api, let originals = originals.withLock({ $0 }) else { return nil }
    let total = count + (names.map { api.pointee.PyTuple_Size($0) } ?? 0)
    guard let policyGuard = AuditHook.currentGuard(api), total == 1, let given = arguments?[0] else {
      // With another number of arguments, which it refuses.
      return originals.setAuthorizer(object, type, arguments, count, names)
    }
    guard let authorizer = policyGuard.authorizer(with: given == api.none ? nil : given) else { return nil }
    defer { api.pointee.Py_DecRef(authorizer) }
    var changed: ObjectPointer? = authorizer
    return originals.setAuthorizer(object, type, &changed, count, names)
  }

  private static func configure(
    _ object: ObjectPointer, _ arguments: UnsafeMutablePointer<ObjectPointer?>?, _ count: Int
  ) -> ObjectPointer? {
    guard let api = RawDomain.api, let originals = originals.withLock({ $0 }) else { return nil }
    guard let policyGuard = AuditHook.currentGuard(api), count > 0, let option = arguments?[0] else {
      return originals.configure(object, arguments, count)
    }
    if let problem = policyGuard.configuring(databaseOption: option) {
      policyGuard.deny(problem)
      return nil
    }
    return originals.configure(object, arguments, count)
  }
}

extension PolicyGuard {
  /// A new reference to what SQLite asks about statements: the policy first, and then the code's own, if there is one.
  fileprivate func authorizer(with given: ObjectPointer?) -> ObjectPointer? {
    let held = given.map { HeldReference($0, api) }
    return HostFunction.make(api, named: "authorizer") { api, arguments, keywords in
      if let policyGuard = AuditHook.currentGuard(api),
        let problem = policyGuard.statement(AuditArguments(arguments, api))
      {
        // SQLite makes the exception itself: "not authorized".
        _ = policyGuard.note(problem)
        return api.pointee.PyLong_FromLongLong(1)
      }
      guard let held else { return api.pointee.PyLong_FromLongLong(0) }
      return api.pointee.PyObject_Call(held.object, arguments, keywords)
    }
  }

  /// What is wrong with a part of a statement: its kind as SQLite counts them, and what it is about.
  private func statement(_ arguments: AuditArguments) -> Problem? {
    switch arguments.int(0) {
    case 24:
      // Also what `VACUUM INTO` does. A name that the statement computes is not told.
      return database(arguments.path(1), "ATTACH \(arguments.shown(1))", or: writingRule)
    case 19:
      guard let name = arguments.text(1)?.lowercased(), !arguments.isNone(2) else { return nil }
      let operation = "PRAGMA \(name) = \(arguments.shown(2))"
      if Self.processWidePragmas.contains(name), !policy.processes {
        return Problem(rule: PolicyModules.wholeProcess, operation: operation)
      }
      if Self.pragmasOfFiles.contains(name), !policy.processes || policy.write != .all {
        return Problem(rule: writingRule, operation: operation)
      }
      return nil
    case 31:
      guard !policy.nativeCode, let name = arguments.text(2)?.lowercased(), Self.nativeFunctions.contains(name) else {
        return nil
      }
      return Problem(rule: PolicyModules.native, operation: "\(name)() in SQL")
    default: return nil
    }
  }

  private static let processWidePragmas: Set<String> = ["hard_heap_limit", "soft_heap_limit"]
  /// They say where SQLite makes files; the first two for the whole process.
  private static let pragmasOfFiles: Set<String> = ["temp_store_directory", "data_store_directory", "lock_proxy_file"]
  /// They take addresses of code, or load it.
  private static let nativeFunctions: Set<String> = ["fts3_tokenizer", "load_extension"]

  /// Those of SQLITE_DBCONFIG that are about one connection and its data.
  private static let databaseOptions: Set<Int64> = [
    1002, 1003, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1016, 1017,
  ]

  fileprivate func configuring(databaseOption option: ObjectPointer) -> Problem? {
    guard !policy.nativeCode else { return nil }
    var overflow: Int32 = 0
    // One that is no number, even if it can become one, is refused.
    let value =
      api.isInstance(option, of: api.pointee.PyLong_Type)
      ? api.pointee.PyLong_AsLongLongAndOverflow(option, &overflow) : 0
    if overflow == 0, Self.databaseOptions.contains(value) { return nil }
    return Problem(rule: PolicyModules.native, operation: "sqlite3.Connection.setconfig(\(value))")
  }

  /// `sqlite3.connect/handle`: a connection that is there, of a class that is not guarded.
  func connected(_ arguments: AuditArguments) -> Problem? {
    arguments.object(0).map { connecting.contains($0) } ?? false
      ? nil : Problem(rule: PolicyModules.copies, operation: "sqlite3.Connection()")
  }
}
