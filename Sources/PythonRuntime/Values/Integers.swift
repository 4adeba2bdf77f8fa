import CPythonABI

/// Every width of integer: a Python `int`, or an object with `__index__`, whose value fits.
extension PythonExtractable where Self: FixedWidthInteger {
  /// Reads an `int`, or an object with `__index__`.
  public static func extract(from object: borrowing PythonObject) throws -> Self {
    let api = object.api.pointee
    guard let number = api.PyNumber_Index(object.pointer) else {
      api.PyErr_Clear()
      throw object.conversionError(to: "\(Self.self)")
    }
    defer { api.Py_DecRef(number) }
    var overflow: Int32 = 0
    let signed = api.PyLong_AsLongLongAndOverflow(number, &overflow)
    if overflow == 0 {
      if let value = Self(exactly: signed) { return value }
    } else if overflow > 0 {
      let unsigned = api.PyLong_AsUnsignedLongLong(number)
      if api.PyErr_Occurred() == nil, let value = Self(exactly: unsigned) { return value }
      api.PyErr_Clear()
    }
    throw PythonRuntimeError(
      .conversion, "the Python value \(object.shortDescription) is out of range for \(Self.self)")
  }
}

extension PythonRepresentable where Self: SignedInteger & FixedWidthInteger {
  /// An `int`.
  public var pythonRepresentation: PythonValue { .int(Int64(self)) }
}

extension PythonRepresentable where Self: UnsignedInteger & FixedWidthInteger {
  /// An `int`.
  public var pythonRepresentation: PythonValue { .uint(UInt64(self)) }
}

extension Int: PythonExtractable, PythonRepresentable {}
extension Int8: PythonExtractable, PythonRepresentable {}
extension Int16: PythonExtractable, PythonRepresentable {}
extension Int32: PythonExtractable, PythonRepresentable {}
extension Int64: PythonExtractable, PythonRepresentable {}
extension UInt: PythonExtractable, PythonRepresentable {}
extension UInt8: PythonExtractable, PythonRepresentable {}
extension UInt16: PythonExtractable, PythonRepresentable {}
extension UInt32: PythonExtractable, PythonRepresentable {}
extension UInt64: PythonExtractable, PythonRepresentable {}
