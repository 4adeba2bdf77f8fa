import CPythonABI

/// The one way from a C status or a pending exception to a Swift error.
extension InterpreterState {
  /// A new reference as an object, or the pending exception thrown.
  @_lifetime(copy token)
  package func own(_ reference: ObjectPointer?, _ token: borrowing PythonObject) throws -> PythonObject {
    let object = PythonObject(owning: try check(reference), self)
    return _overrideLifetime(object, copying: token)
  }

  /// A new reference as an object, or the pending exception thrown.
  @_lifetime(copy token)
  package func own(_ reference: ObjectPointer?, _ token: borrowing Python) throws -> PythonObject {
    let object = PythonObject(owning: try check(reference), self)
    return _overrideLifetime(object, copying: token)
  }

  /// The reference, or the pending exception thrown.
  package func check(_ reference: ObjectPointer?) throws -> ObjectPointer {
    guard let reference else { throw pendingError() }
    return reference
  }

  /// Throws the pending exception when a status is -1.
  package func check(_ status: Int32) throws {
    if status < 0 { throw pendingError() }
  }

  /// A name, which must have no zero: for C functions it would end there, and mean another one.
  ///
  /// - Throws: `PythonError`, a `ValueError` as Python's own functions raise it.
  func check(name: String) throws -> String {
    guard !name.utf8.contains(0) else {
      throw PythonError(typeName: "ValueError", message: "embedded null character in the name \(name.debugDescription)")
    }
    return name
  }

  /// The pending exception, copied and cleared.
  package func pendingError() -> PythonError {
    PythonError.take(api) ?? PythonError(typeName: "SystemError", message: "a call failed without an exception")
  }
}
