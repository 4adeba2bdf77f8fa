import CPythonABI

extension PythonObject {
  /// Calls it with values.
  ///
  /// - Parameters:
  ///   - arguments: positional arguments.
  ///   - keywords: arguments by name.
  /// - Throws: `PythonError` for what the call raises.
  @_lifetime(copy self)
  public func call(
    _ arguments: any PythonRepresentable..., keywords: KeyValuePairs<String, any PythonRepresentable> = [:]
  ) throws -> PythonObject {
    try call(arguments: arguments, keywords: keywords)
  }

  /// Calls it with one object.
  ///
  /// - Throws: `PythonError` for what the call raises.
  @_lifetime(copy self)
  public func call(with argument: borrowing PythonObject) throws -> PythonObject {
    var vector: [ObjectPointer?] = [argument.pointer]
    return try state.own(api.pointee.PyObject_Vectorcall(pointer, &vector, 1, nil), self)
  }

  /// Calls a method of it with values.
  ///
  /// - Throws: `PythonError` for what the call raises, or an `AttributeError` when there is no such method.
  @_lifetime(copy self)
  public func callMethod(
    _ name: String, _ arguments: any PythonRepresentable...,
    keywords: KeyValuePairs<String, any PythonRepresentable> = [:]
  ) throws -> PythonObject {
    let method = try state.own(api.pointee.PyObject_GetAttrString(pointer, state.check(name: name)), self)
    return try state.own(method.callRaw(arguments, keywords), self)
  }

  @_lifetime(copy self)
  private func call(
    arguments: [any PythonRepresentable], keywords: KeyValuePairs<String, any PythonRepresentable>
  ) throws -> PythonObject {
    try state.own(callRaw(arguments, keywords), self)
  }

  /// Values that cannot escape cannot be kept in an array: the argument vector is raw, and dropped here.
  private func callRaw(
    _ arguments: [any PythonRepresentable], _ keywords: KeyValuePairs<String, any PythonRepresentable>
  ) throws -> ObjectPointer? {
    var vector: [ObjectPointer?] = []
    defer { for object in vector { api.pointee.Py_DecRef(object) } }
    for argument in arguments { vector.append(try argument.newReference(in: state)) }
    guard !keywords.isEmpty else {
      return api.pointee.PyObject_Vectorcall(pointer, &vector, vector.count, nil)
    }
    guard let names = api.pointee.PyDict_New() else { throw state.pendingError() }
    defer { api.pointee.Py_DecRef(names) }
    for (name, value) in keywords {
      let key = try name.newReference(in: state)
      defer { api.pointee.Py_DecRef(key) }
      let object = try value.newReference(in: state)
      defer { api.pointee.Py_DecRef(object) }
      try state.check(api.pointee.PyDict_SetItem(names, key, object))
    }
    return api.pointee.PyObject_VectorcallDict(pointer, &vector, vector.count, names)
  }
}
