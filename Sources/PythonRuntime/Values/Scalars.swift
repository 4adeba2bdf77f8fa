import CPythonABI
public import Essentials

/// A Python `float`, or an `int` that a double can stand for.
extension Double: PythonExtractable, PythonRepresentable {
  /// Reads a `float` or an `int`.
  public static func extract(from object: borrowing PythonObject) throws -> Double {
    let api = object.api
    guard
      api.isInstance(object.pointer, of: api.pointee.PyFloat_Type)
        || api.isInstance(object.pointer, of: api.pointee.PyLong_Type)
    else { throw object.conversionError(to: "Double") }
    let value = api.pointee.PyFloat_AsDouble(object.pointer)
    if value == -1, api.pointee.PyErr_Occurred() != nil {
      api.pointee.PyErr_Clear()
      throw PythonRuntimeError(
        .conversion, "the Python value \(object.shortDescription) is out of range for Double")
    }
    return value
  }

  /// A `float`.
  public var pythonRepresentation: PythonValue { .float(self) }
}

/// A Python `bool`, and nothing that merely counts as true or false.
extension Bool: PythonExtractable, PythonRepresentable {
  /// Reads `True` or `False`.
  public static func extract(from object: borrowing PythonObject) throws -> Bool {
    if object.pointer == object.api.pointee._Py_TrueStruct { return true }
    if object.pointer == object.api.pointee._Py_FalseStruct { return false }
    throw object.conversionError(to: "Bool")
  }

  /// `True` or `False`.
  public var pythonRepresentation: PythonValue { .bool(self) }
}

/// A Python `str`. Lone surrogates are refused: UTF-8, and so a Swift string, cannot hold them.
extension String: PythonExtractable, PythonRepresentable {
  /// Reads a `str`.
  public static func extract(from object: borrowing PythonObject) throws -> String {
    let api = object.api
    guard api.isInstance(object.pointer, of: api.pointee.PyUnicode_Type) else {
      throw object.conversionError(to: "String")
    }
    var length = 0
    guard let bytes = api.pointee.PyUnicode_AsUTF8AndSize(object.pointer, &length) else {
      api.pointee.PyErr_Clear()
      throw object.conversionError(
        to: "String", because: "it has a lone surrogate, which UTF-8 cannot hold; encode it with errors=\"replace\"")
    }
    return String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
  }

  /// A `str`.
  public var pythonRepresentation: PythonValue { .string(self) }
}

/// A Python `bytes`, `bytearray` or contiguous `memoryview`.
extension Data: PythonExtractable, PythonRepresentable {
  /// Copies the bytes.
  public static func extract(from object: borrowing PythonObject) throws -> Data {
    let api = object.api
    let types = [api.pointee.PyBytes_Type, api.pointee.PyByteArray_Type, api.pointee.PyMemoryView_Type]
    guard types.contains(where: { api.isInstance(object.pointer, of: $0) }),
      let bytes = api.pointee.PyBytes_FromObject(object.pointer)
    else {
      api.pointee.PyErr_Clear()
      throw object.conversionError(to: "Data")
    }
    defer { api.pointee.Py_DecRef(bytes) }
    var start: UnsafeMutablePointer<CChar>?
    var length = 0
    guard api.pointee.PyBytes_AsStringAndSize(bytes, &start, &length) == 0, let start else {
      api.pointee.PyErr_Clear()
      throw object.conversionError(to: "Data")
    }
    return Data(bytes: start, count: length)
  }

  /// `bytes`.
  public var pythonRepresentation: PythonValue { .bytes(Array(self)) }
}
