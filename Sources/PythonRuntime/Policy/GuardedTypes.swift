import CPythonABI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The types of C that make an object around an open file: `io.FileIO`, `socket.socket`, `mmap.mmap`, `select.epoll`.
///
/// Their methods are patched once for the process, in the tables that CPython has of them, so that every copy of a type
/// has them; how objects are made is patched in each interpreter, whose type is an object of its own.
enum GuardedTypes {
  typealias Function = @convention(c) (ObjectPointer, ObjectPointer, ObjectPointer?) -> ObjectPointer?

  /// What CPython has in these places.
  private struct Originals {
    var fileNumber, resize, adopt: PatchedMethod?
    var makeFile, makeSocket: initproc?
    var map: newfunc?
  }

  /// Written once in `install`, before there is an interpreter that could call any of ours.
  nonisolated(unsafe) private static var originals = Originals()

  // MARK: Once for the process

  /// To be called once, in the main interpreter, before there is another one.
  static func install(_ api: PythonAPI) {
    func find(_ module: String, _ name: String, _ body: (OpaquePointer) -> Void) {
      guard let module = api.pointee.PyImport_ImportModule(module) else { return api.pointee.PyErr_Clear() }
      defer { api.pointee.Py_DecRef(module) }
      guard let type = api.attribute(module, name) else { return }
      defer { api.pointee.Py_DecRef(type) }
      body(OpaquePointer(type))
    }
    find("_io", "FileIO") { type in
      originals.makeFile = initializer(type, api)
      originals.fileNumber = PatchedMethod(definition(of: "fileno", type, api)) {
        GuardedTypes.notingNumber(GuardedTypes.originals.fileNumber, $0, $1, $2)
      }
    }
    find("_socket", "socket") { type in
      originals.makeSocket = initializer(type, api)
      GuardedSockets.install { definition(of: $0, type, api) }
    }
    find("mmap", "mmap") { type in
      originals.map = api.pointee.PyType_GetSlot(type, Int32(Py_tp_new)).map { unsafeBitCast($0, to: newfunc.self) }
      originals.resize = PatchedMethod(definition(of: "resize", type, api)) { object, arguments, count in
        GuardedTypes.deny(PolicyModules.mapping, "mmap.resize()", unless: \.nativeCode)
          ? nil : GuardedTypes.originals.resize?(object, arguments, count)
      }
      GuardedMappings.install(definition(of: "madvise", type, api))
    }
    find("select", "epoll") { type in
      originals.adopt = PatchedMethod(definition(of: "fromfd", type, api)) { type, arguments, count in
        GuardedTypes.deny(PolicyModules.foreignDescriptors, "select.epoll.fromfd()", unless: \.processes)
          ? nil : GuardedTypes.originals.adopt?(type, arguments, count)
      }
    }
  }

  private static func initializer(_ type: OpaquePointer, _ api: PythonAPI) -> initproc? {
    api.pointee.PyType_GetSlot(type, Int32(Py_tp_init)).map { unsafeBitCast($0, to: initproc.self) }
  }

  /// CPython's own description of a method, which all copies of the type share.
  private static func definition(
    of name: String, _ type: OpaquePointer, _ api: PythonAPI
  ) -> UnsafeMutablePointer<PyMethodDef>? {
    guard let names = api.pointee.PyType_GetDict(type) else { return nil }
    defer { api.pointee.Py_DecRef(names) }
    guard let method = api.pointee.PyDict_GetItemString(names, name) else { return nil }
    let kind = api.typeName(method)
    guard kind == "method_descriptor" || kind == "classmethod_descriptor" else { return nil }
    return UnsafeMutableRawPointer(method).assumingMemoryBound(to: PyMethodDescrObject.self).pointee.d_method
  }

  // MARK: In each interpreter

  /// Imports the modules of the types into the interpreter whose GIL is held, and patches the types.
  ///
  /// - Parameter denied: modules that the policy denies, which are left out, by rule.
  /// - Throws: `PythonRuntimeError` with code `startFailed` for a CPython whose types are laid out differently.
  static func guardInterpreter(_ py: borrowing Python, without denied: [String: String]) throws {
    let api = py.api
    for (module, name) in [("_io", "FileIO"), ("_socket", "socket"), ("mmap", "mmap")] {
      if let rule = denied[module], rule != PolicyModules.copies { continue }
      guard let module = api.pointee.PyImport_ImportModule(module) else {
        // A build can lack the module.
        api.pointee.PyErr_Clear()
        continue
      }
      defer { api.pointee.Py_DecRef(module) }
      guard let object = api.attribute(module, name) else { continue }
      defer { api.pointee.Py_DecRef(object) }
      let type = OpaquePointer(object)
      switch name {
      case "FileIO": try replace(type, initializer: makeFile, definition: fileDefinition, api)
      case "socket": try replace(type, initializer: makeSocket, definition: socketDefinition, api)
      default:
        try replace(
          type, place: Int(PythonTypeNewPlace), Py_tp_new, with: unsafeBitCast(map, to: UnsafeRawPointer.self), api)
      }
      api.pointee.PyType_Modified(type)
    }
  }

  static func replace(
    _ type: OpaquePointer, initializer: initproc, definition: UnsafeMutablePointer<PyMethodDef>, _ api: PythonAPI
  ) throws {
    try replace(
      type, place: Int(PythonTypeInitPlace), Py_tp_init, with: unsafeBitCast(initializer, to: UnsafeRawPointer.self),
      api)
    // `Type.__init__` would still be the old one.
    guard let method = api.pointee.PyDescr_NewMethod(type, definition), let names = api.pointee.PyType_GetDict(type)
    else {
      throw PythonRuntimeError(.startFailed, "there is no memory for the policy of an interpreter")
    }
    _ = api.pointee.PyDict_SetItemString(names, "__init__", method)
    api.pointee.Py_DecRef(method)
    api.pointee.Py_DecRef(names)
  }

  private static func replace(
    _ type: OpaquePointer, place: Int, _ slot: some BinaryInteger, with new: UnsafeRawPointer, _ api: PythonAPI
  ) throws {
    let places = UnsafeMutableRawPointer(type).assumingMemoryBound(to: UnsafeRawPointer?.self)
    guard let old = places[place], old == api.pointee.PyType_GetSlot(type, Int32(slot)).map({ UnsafeRawPointer($0) })
    else {
      throw PythonRuntimeError(.startFailed, "this CPython lays its types out in an unknown way, so no policy can hold")
    }
    places[place] = new
  }

  // MARK: Making

  private static let makeFile: initproc = { object, arguments, keywords in
    guard let api = RawDomain.api, let original = GuardedTypes.originals.makeFile else { return -1 }
    guard let policyGuard = AuditHook.currentGuard(api) else { return original(object, arguments, keywords) }
    guard var call = CallArguments.copy(arguments, keywords, api),
      call.replace(0, "file", by: api.plainFile), call.replace(2, "closefd", by: api.plainBool)
    else { return -1 }
    // What an opener gives is taken for a file without an audit event.
    if let opener = call.argument(3, "opener"), opener != api.none {
      guard call.replace(3, "opener", with: policyGuard.checked(opener: opener)) else { return -1 }
    }
    let status = call.initialize(object, with: original)
    if status == 0, let number = call.argument(0, "file"), call.argument(2, "closefd") != api.pointee._Py_FalseStruct {
      policyGuard.handOver(number)
    }
    return status
  }

  private static let makeSocket: initproc = { object, arguments, keywords in
    guard let api = RawDomain.api, let original = GuardedTypes.originals.makeSocket else { return -1 }
    guard let policyGuard = AuditHook.currentGuard(api) else { return original(object, arguments, keywords) }
    guard var call = CallArguments.copy(arguments, keywords, api) else { return -1 }
    for (place, keyword) in ["family", "type", "proto", "fileno"].enumerated() {
      guard call.replace(place, keyword, by: api.pointee.PyNumber_Index) else { return -1 }
    }
    if let number = call.argument(3, "fileno"), number != api.none {
      guard policyGuard.isOwn(number, "socket.socket(fileno=)") else { return -1 }
    }
    return call.initialize(object, with: original)
  }

  private static let map: newfunc = { type, arguments, keywords in
    guard let api = RawDomain.api, let original = GuardedTypes.originals.map else { return nil }
    guard let policyGuard = AuditHook.currentGuard(api), !policyGuard.policy.nativeCode else {
      return original(type, arguments, keywords)
    }
    guard var call = CallArguments.copy(arguments, keywords, api),
      call.replace(2, "flags", by: api.pointee.PyNumber_Index), call.replace(3, "prot", by: api.pointee.PyNumber_Index)
    else {
      return nil
    }
    if let problem = policyGuard.mapping(flags: call.argument(2, "flags"), protection: call.argument(3, "prot")) {
      policyGuard.deny(problem)
      return nil
    }
    return call.make(type, with: original)
  }

  // CPython keeps the addresses of these two, and neither side changes them.

  nonisolated(unsafe) private static let fileDefinition = definition { object, arguments, keywords in
    GuardedTypes.result(GuardedTypes.makeFile(object, arguments, keywords))
  }

  nonisolated(unsafe) private static let socketDefinition = definition { object, arguments, keywords in
    GuardedTypes.result(GuardedTypes.makeSocket(object, arguments, keywords))
  }

  static func result(_ status: Int32) -> ObjectPointer? {
    guard status == 0, let none = RawDomain.api?.none else { return nil }
    RawDomain.api?.pointee.Py_IncRef(none)
    return none
  }

  /// Never freed: types of ended interpreters may still point there.
  static func definition(
    _ function: @escaping Function
  ) -> UnsafeMutablePointer<PyMethodDef> {
    let definition = UnsafeMutablePointer<PyMethodDef>.allocate(capacity: 1)
    let name = UnsafeMutablePointer<CChar>.allocate(capacity: 9)
    for (index, byte) in "__init__".utf8.enumerated() { name[index] = CChar(bitPattern: byte) }
    name[8] = 0
    definition.initialize(
      to: PyMethodDef(ml_name: name, ml_meth: function, ml_flags: Int32(METH_VARARGS | METH_KEYWORDS), ml_doc: nil))
    return definition
  }

  // MARK: Methods

  /// What code gets the number of, it owns: it cannot make a file or a socket around somebody else's.
  static func notingNumber(
    _ original: PatchedMethod?, _ object: ObjectPointer, _ arguments: UnsafeMutableRawPointer?, _ count: Int
  ) -> ObjectPointer? {
    guard let number = original?(object, arguments, count) else { return nil }
    if let api = RawDomain.api, let policyGuard = AuditHook.currentGuard(api) { policyGuard.own(number, of: object) }
    return number
  }

  /// Whether the policy objects; then the denial is set.
  static func deny(
    _ rule: String, _ operation: String, unless allowed: KeyPath<InterpreterPolicy, Bool>
  ) -> Bool {
    guard let api = RawDomain.api, let policyGuard = AuditHook.currentGuard(api), !policyGuard.policy[keyPath: allowed]
    else { return false }
    policyGuard.deny(PolicyGuard.Problem(rule: rule, operation: operation))
    return true
  }
}

extension PolicyGuard {
  /// - Parameter object: a file or socket, which can close it unseen.
  fileprivate func own(_ number: ObjectPointer, of object: ObjectPointer) {
    api.descriptor(number).map { descriptors.addIfDistinct($0) }
  }

  /// - Parameter number: a descriptor that a file closes from now on, unseen; or a path.
  fileprivate func handOver(_ number: ObjectPointer) { api.descriptor(number).map { descriptors.handOver($0) } }

  /// False with the denial set.
  fileprivate func isOwn(_ number: ObjectPointer, _ operation: String) -> Bool {
    guard let problem = using(descriptor: api.descriptor(number).map(Int.init) ?? -1, operation) else { return true }
    deny(problem)
    return false
  }

  /// An opener whose result is checked; a new reference, or nil with an exception set.
  fileprivate func checked(opener: ObjectPointer) -> ObjectPointer? {
    let held = HeldReference(opener, api)
    return HostFunction.make(api, named: "opener") { api, arguments, keywords in
      guard let result = api.pointee.PyObject_Call(held.object, arguments, keywords) else { return nil }
      guard let policyGuard = AuditHook.currentGuard(api) else { return result }
      // What is no number raises a TypeError by and by. The object goes before the check: its end can run code too.
      let plain = api.pointee.PyNumber_Index(result)
      api.pointee.Py_DecRef(result)
      guard let number = plain else { return nil }
      guard policyGuard.isOwn(number, "open(opener=)") else {
        api.pointee.Py_DecRef(number)
        return nil
      }
      return number
    }
  }
}

/// Holds an object for a function of ours.
final class HeldReference: @unchecked Sendable {
  // Sendable: used and let go under the GIL of the interpreter that the object belongs to.
  let object: ObjectPointer
  private let api: PythonAPI

  init(_ object: ObjectPointer, _ api: PythonAPI) {
    self.object = object
    self.api = api
    api.pointee.Py_IncRef(object)
  }

  deinit { api.pointee.Py_DecRef(object) }
}
