import HostSupport
package import CPythonABI

/// A reference to a Python object as the C interface has it: unsafe, and used only under the GIL.
package typealias ObjectPointer = UnsafeMutablePointer<PyObject>

/// Reading plain values out of objects, for code that must not fail: errors, reports.
extension UnsafePointer<PythonFunctions> {
  package var none: ObjectPointer { pointee._Py_NoneStruct }

  /// Whether an object is an instance of a built-in type or of a subclass of it.
  @inline(__always)
  package func isInstance(_ object: ObjectPointer, of type: OpaquePointer) -> Bool {
    object.pointee.ob_type == type || pointee.PyType_IsSubtype(object.pointee.ob_type, type) != 0
  }

  /// The text of a `str` object; lone surrogates, which UTF-8 cannot hold, are shown as `\udc80` and the like.
  package func text(_ object: ObjectPointer?) -> String? {
    guard let object, isInstance(object, of: pointee.PyUnicode_Type) else { return nil }
    var length = 0
    if let bytes = pointee.PyUnicode_AsUTF8AndSize(object, &length) {
      return String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
    }
    pointee.PyErr_Clear()
    guard let encoded = pointee.PyUnicode_AsEncodedString(object, "utf-8", "backslashreplace") else {
      pointee.PyErr_Clear()
      return nil
    }
    defer { pointee.Py_DecRef(encoded) }
    var start: UnsafeMutablePointer<CChar>?
    guard pointee.PyBytes_AsStringAndSize(encoded, &start, &length) == 0, let start else { return nil }
    return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
  }

  /// The same of the first `limit` characters, and how many more there are; the others are not looked at.
  package func text(_ object: ObjectPointer?, limit: Int) -> String? {
    guard let object, isInstance(object, of: pointee.PyUnicode_Type) else { return nil }
    let count = pointee.PyUnicode_GetLength(object)
    guard count > limit, let start = pointee.PyUnicode_Substring(object, 0, limit) else { return text(object) }
    defer { pointee.Py_DecRef(start) }
    return text(start).map { $0 + String.leftOut(count - limit) }
  }

  /// An attribute, as a new reference, or nil when there is none or reading it raises.
  package func attribute(_ object: ObjectPointer, _ name: String) -> ObjectPointer? {
    if let value = pointee.PyObject_GetAttrString(object, name) { return value }
    pointee.PyErr_Clear()
    return nil
  }

  package func textAttribute(_ object: ObjectPointer, _ name: String, limit: Int) -> String? {
    guard let value = attribute(object, name) else { return nil }
    defer { pointee.Py_DecRef(value) }
    return text(value, limit: limit)
  }

  package func intAttribute(_ object: ObjectPointer, _ name: String) -> Int? {
    guard let value = attribute(object, name) else { return nil }
    defer { pointee.Py_DecRef(value) }
    guard isInstance(value, of: pointee.PyLong_Type) else { return nil }
    var overflow: Int32 = 0
    let number = pointee.PyLong_AsLongLongAndOverflow(value, &overflow)
    return overflow == 0 ? Int(number) : nil
  }

  /// The name of an object's type as Python prints it, with the module unless that is `builtins` or `__main__`.
  package func typeName(_ object: ObjectPointer) -> String {
    guard let name = pointee.PyType_GetQualName(object.pointee.ob_type) else {
      pointee.PyErr_Clear()
      return "?"
    }
    defer { pointee.Py_DecRef(name) }
    let type = UnsafeMutablePointer<PyObject>(object.pointee.ob_type)
    let module = textAttribute(type, "__module__", limit: TextLimit.name)
    let shown = text(name, limit: TextLimit.name) ?? "?"
    guard let module, module != "builtins", module != "__main__" else { return shown }
    return "\(module).\(shown)"
  }
}
