import CPythonABI
import Essentials
import Synchronization

/// A closure of ours that Python code calls: what a callable made by `Python.hostFunction` holds.
package final class HostFunction {
  /// Called under the GIL, on whichever thread the call comes from, with the arguments as a tuple. Gives a new reference,
  /// or nil with an exception set.
  package typealias Body = @Sendable (_ api: PythonAPI, _ arguments: ObjectPointer) -> ObjectPointer?

  /// The same with the keyword arguments as a dictionary, or nil without any.
  package typealias BodyWithKeywords =
    @Sendable (_ api: PythonAPI, _ arguments: ObjectPointer, _ keywords: ObjectPointer?) -> ObjectPointer?

  private let body: BodyWithKeywords

  fileprivate init(_ body: @escaping BodyWithKeywords) { self.body = body }

  /// Never freed: CPython keeps the pointer, and callables of ended interpreters may still point here.
  fileprivate nonisolated(unsafe) static let capsuleName = UnsafePointer(strdup("clutch.host"))

  /// By name; never freed, for the same reason.
  private static let definitions = Mutex<[String: UInt]>([:])

  /// - Parameter documentation: what `help` shows, if nobody has made a function of that name before.
  fileprivate static func definition(_ name: String, documentation: String?) -> UnsafeMutablePointer<PyMethodDef>? {
    let address = definitions.withLock { definitions -> UInt? in
      if let known = definitions[name] { return known }
      guard let text = strdup(name) else { return nil }
      let definition = UnsafeMutablePointer<PyMethodDef>.allocate(capacity: 1)
      definition.initialize(
        to: PyMethodDef(
          ml_name: text,
          ml_meth: { capsule, arguments, keywords in
            guard let api = RawDomain.api, let function = HostFunction.find(in: capsule, api) else { return nil }
            return function.body(api, arguments, keywords)
          }, ml_flags: Int32(METH_VARARGS | METH_KEYWORDS), ml_doc: documentation.flatMap { UnsafePointer(strdup($0)) })
      )
      definitions[name] = UInt(bitPattern: definition)
      return UInt(bitPattern: definition)
    }
    return address.flatMap { UnsafeMutablePointer(bitPattern: $0) }
  }

  /// Nil, with an exception set, when the capsule is another one.
  fileprivate static func find(in capsule: ObjectPointer, _ api: PythonAPI) -> HostFunction? {
    guard let name = capsuleName, let pointer = api.pointee.PyCapsule_GetPointer(capsule, name) else { return nil }
    return Unmanaged<HostFunction>.fromOpaque(pointer).takeUnretainedValue()
  }
}

extension Python {
  /// A callable that runs `body` when Python code calls it; it takes positional arguments only.
  ///
  /// - Throws: `PythonError` when there is no memory.
  @_lifetime(copy self)
  package func hostFunction(_ body: @escaping HostFunction.Body) throws -> PythonObject {
    try hostFunction(named: "host_function") { api, arguments, _ in body(api, arguments) }
  }

  /// The same for a callable that takes keyword arguments too.
  ///
  /// - Parameters:
  ///   - name: what `__name__` is.
  ///   - documentation: what `__doc__` is, with the signature before it as C functions have it.
  /// - Throws: `PythonError` when there is no memory.
  @_lifetime(copy self)
  package func hostFunction(
    named functionName: String, documentation: String? = nil, _ body: @escaping HostFunction.BodyWithKeywords
  ) throws -> PythonObject {
    try state.own(HostFunction.make(api, named: functionName, documentation: documentation, body), self)
  }
}

extension HostFunction {
  /// Of the CPython of this process, for functions that CPython calls with nothing of ours; nil before it is started.
  package static var api: PythonAPI? { RawDomain.api }

  /// A new reference to a callable that runs `body`, or nil with an exception set. Needs the GIL.
  package static func make(
    _ api: PythonAPI, named functionName: String, documentation: String? = nil, _ body: @escaping BodyWithKeywords
  ) -> ObjectPointer? {
    guard let name = capsuleName, let definition = definition(functionName, documentation: documentation) else {
      api.pointee.PyErr_SetString(api.pointee.PyExc_MemoryError.pointee, "")
      return nil
    }
    let function = Unmanaged.passRetained(HostFunction(body))
    let made = api.pointee.PyCapsule_New(function.toOpaque(), name) { capsule in
      guard let api = RawDomain.api, let found = HostFunction.find(in: capsule, api) else { return }
      Unmanaged.passUnretained(found).release()
    }
    guard let capsule = made else {
      function.release()
      return nil
    }
    // The callable's `self` is the capsule, and keeps it.
    defer { api.pointee.Py_DecRef(capsule) }
    return api.pointee.PyCFunction_NewEx(definition, capsule, nil)
  }
}
