import CPythonABI

/// A Python object, borrowed from the token of the `withGIL` it was made in.
///
/// It cannot be copied, returned from that closure, stored or captured by another interpreter's closure; its reference
/// is dropped when it goes out of scope, still under the GIL.
public struct PythonObject: ~Copyable, ~Escapable {
  /// The object; this value owns one reference to it.
  package let pointer: ObjectPointer
  package let state: InterpreterState

  /// Takes over a new reference.
  @_lifetime(borrow state)
  package init(owning pointer: ObjectPointer, _ state: borrowing InterpreterState) {
    self.pointer = pointer
    self.state = copy state
  }

  deinit {
    assert(state.isAttached, "a Python object outlived its interpreter's GIL")
    state.api.pointee.Py_DecRef(pointer)
  }

  package var api: PythonAPI { state.api }

  // MARK: Looking at it

  /// Whether this is `None`.
  public var isNone: Bool { pointer == api.none }

  /// The name of its type, with the module unless that is `builtins` or `__main__`.
  public var typeName: String { api.typeName(pointer) }

  /// `repr()` of it, shortened to about 100 characters; never fails.
  public var shortDescription: String { api.shortRepresentation(pointer) }

  /// The Swift value of it.
  ///
  /// - Throws: `PythonRuntimeError` with code `conversion` when it has no value of that type, or one out of range, with
  ///   the value and the type named.
  public func extract<Value: PythonExtractable>(_ type: Value.Type = Value.self) throws -> Value {
    try Value.extract(from: self)
  }

  // MARK: Parts of it

  /// An attribute of it.
  ///
  /// - Throws: `PythonError`, an `AttributeError` when there is none.
  @_lifetime(copy self)
  public func attribute(_ name: String) throws -> PythonObject {
    try state.own(api.pointee.PyObject_GetAttrString(pointer, state.check(name: name)), self)
  }

  /// Sets an attribute of it.
  ///
  /// - Throws: `PythonError`, an `AttributeError` when it takes none of that name.
  public func setAttribute(_ name: String, to value: some PythonRepresentable) throws {
    try setAttribute(name, to: value.pythonObject(like: self))
  }

  /// Sets an attribute of it to another object.
  ///
  /// - Throws: `PythonError`, an `AttributeError` when it takes none of that name.
  public func setAttribute(_ name: String, to value: borrowing PythonObject) throws {
    try state.check(api.pointee.PyObject_SetAttrString(pointer, state.check(name: name), value.pointer))
  }

  /// `self[key]`.
  ///
  /// - Throws: `PythonError`, a `KeyError`, `IndexError` or `TypeError`.
  @_lifetime(copy self)
  public func item(_ key: some PythonRepresentable) throws -> PythonObject {
    let key = try key.pythonObject(like: self)
    return try state.own(api.pointee.PyObject_GetItem(pointer, key.pointer), self)
  }

  /// `self[key] = value`.
  ///
  /// - Throws: `PythonError`, a `KeyError`, `IndexError` or `TypeError`.
  public func setItem(_ key: some PythonRepresentable, to value: some PythonRepresentable) throws {
    let key = try key.pythonObject(like: self)
    let value = try value.pythonObject(like: self)
    try state.check(api.pointee.PyObject_SetItem(pointer, key.pointer, value.pointer))
  }

  /// `len(self)`.
  ///
  /// - Throws: `PythonError`, a `TypeError` when it has no length.
  public func count() throws -> Int {
    let count = api.pointee.PyObject_Size(pointer)
    if count < 0 { throw state.pendingError() }
    return count
  }
}

extension InterpreterState {
  /// Whether the calling thread holds this interpreter's GIL.
  var isAttached: Bool {
    let current = api.pointee.PyThreadState_GetUnchecked ?? api.pointee._PyThreadState_UncheckedGet
    return current?() == threadState
  }
}

extension UnsafePointer<PythonFunctions> {
  /// Whether the calling thread holds the GIL of any interpreter.
  var hasThreadState: Bool { (pointee.PyThreadState_GetUnchecked ?? pointee._PyThreadState_UncheckedGet)?() != nil }
}
