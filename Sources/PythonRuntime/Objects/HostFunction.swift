import CPythonABI
import Foundation

/// A closure of ours that Python code calls: what a callable made by `Python.hostFunction` holds.
package final class HostFunction {
  /// Called under the GIL, on whichever thread the call comes from, with the arguments as a tuple. Gives a new reference,
  /// or nil with an exception set.
  package typealias Body = @Sendable (_ api: PythonAPI, _ arguments: ObjectPointer) -> ObjectPointer?

  private let body: Body

  fileprivate init(_ body: @escaping Body) { self.body = body }

  fileprivate func call(_ api: PythonAPI, _ arguments: ObjectPointer) -> ObjectPointer? { body(api, arguments) }

  /// Never freed: CPython keeps the pointer, and callables of ended interpreters may still point here.
  fileprivate nonisolated(unsafe) static let capsuleName = UnsafePointer(strdup("clutch.host"))

  /// Never freed, for the same reason.
  fileprivate nonisolated(unsafe) static let definition: UnsafeMutablePointer<PyMethodDef>? = {
    guard let name = strdup("host_function") else { return nil }
    let definition = UnsafeMutablePointer<PyMethodDef>.allocate(capacity: 1)
    definition.initialize(
      to: PyMethodDef(
        ml_name: name,
        ml_meth: { capsule, arguments, _ in
          guard let api = RawDomain.api, let function = HostFunction.find(in: capsule, api) else { return nil }
          return function.call(api, arguments)
        }, ml_flags: Int32(METH_VARARGS | METH_KEYWORDS), ml_doc: nil))
    return definition
  }()

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
    guard let name = HostFunction.capsuleName, let definition = HostFunction.definition else {
      throw PythonError(typeName: "MemoryError", message: "")
    }
    let function = Unmanaged.passRetained(HostFunction(body))
    let made = api.pointee.PyCapsule_New(function.toOpaque(), name) { capsule in
      guard let api = RawDomain.api, let found = HostFunction.find(in: capsule, api) else { return }
      Unmanaged.passUnretained(found).release()
    }
    guard let capsule = made else {
      function.release()
      throw state.pendingError()
    }
    // The callable's `self` is the capsule, and keeps it.
    defer { api.pointee.Py_DecRef(capsule) }
    return try state.own(api.pointee.PyCFunction_NewEx(definition, capsule, nil), self)
  }
}
