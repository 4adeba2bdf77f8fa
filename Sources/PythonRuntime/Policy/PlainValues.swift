import CPythonABI

/// Plain values made of arguments, before they are checked: what a class of the user's says of itself can be something else
/// each time, and its code can act between a check and what the check allows.
///
/// All of them give a new reference to an `int`, `str`, `bytes` and so on, and to no subclass of it, or nil with an exception
/// set.
extension PythonAPI {
  /// A path as `os.open` takes it.
  func plainPath(_ object: ObjectPointer) -> ObjectPointer? {
    guard let path = pointee.PyOS_FSPath(object) else { return nil }
    defer { pointee.Py_DecRef(path) }
    return plainText(path)
  }

  /// A path or a number as `io.FileIO` takes it. To that a text with `__index__` is a number; here it stays a text.
  func plainFile(_ object: ObjectPointer) -> ObjectPointer? {
    if isInstance(object, of: pointee.PyUnicode_Type) || isInstance(object, of: pointee.PyBytes_Type) {
      return plainText(object)
    }
    if let number = pointee.PyNumber_Index(object) { return number }
    pointee.PyErr_Clear()
    return plainPath(object)
  }

  /// A truth value.
  func plainBool(_ object: ObjectPointer) -> ObjectPointer? {
    let truth = pointee.PyObject_IsTrue(object)
    return truth < 0 ? nil : pointee.PyBool_FromLong(Int(truth))
  }

  /// Any argument of the functions of `posix`: a number, text, bytes, a buffer, or a list of these.
  func plainValue(_ object: ObjectPointer) -> ObjectPointer? { plainValue(object, isItem: false) }

  private func plainValue(_ object: ObjectPointer, isItem: Bool) -> ObjectPointer? {
    let plain = [
      pointee.PyLong_Type, pointee.PyFloat_Type, pointee.PyBool_Type, pointee.PyUnicode_Type, pointee.PyBytes_Type,
      pointee.PyByteArray_Type, pointee.PyMemoryView_Type,
    ]
    if object == none || plain.contains(object.pointee.ob_type) {
      pointee.Py_IncRef(object)
      return object
    }
    if isInstance(object, of: pointee.PyUnicode_Type) || isInstance(object, of: pointee.PyBytes_Type) {
      return plainText(object)
    }
    if !isItem, isInstance(object, of: pointee.PyList_Type) || isInstance(object, of: pointee.PyTuple_Type) {
      return plainList(object)
    }
    if let number = pointee.PyNumber_Index(object) { return number }
    pointee.PyErr_Clear()
    return call(pointee.PyMemoryView_Type, object)
  }

  /// Of a text or bytes.
  private func plainText(_ object: ObjectPointer) -> ObjectPointer? {
    if isInstance(object, of: pointee.PyUnicode_Type) {
      // Of the whole of a subclass's, CPython makes a copy that is none.
      return pointee.PyUnicode_Substring(object, 0, pointee.PyUnicode_GetLength(object))
    }
    if object.pointee.ob_type == pointee.PyBytes_Type {
      pointee.Py_IncRef(object)
      return object
    }
    var start: UnsafeMutablePointer<CChar>?
    var length = 0
    guard pointee.PyBytes_AsStringAndSize(object, &start, &length) == 0 else { return nil }
    return pointee.PyBytes_FromStringAndSize(start, length)
  }

  /// Of the items of a list or tuple, as they are now.
  private func plainList(_ object: ObjectPointer) -> ObjectPointer? {
    guard let items = call(pointee.PyTuple_Type, object) else { return nil }
    defer { pointee.Py_DecRef(items) }
    guard let list = pointee.PyList_New(0) else { return nil }
    for place in 0..<pointee.PyTuple_Size(items) {
      guard let item = pointee.PyTuple_GetItem(items, place).flatMap({ plainValue($0, isItem: true) }) else {
        pointee.Py_DecRef(list)
        return nil
      }
      defer { pointee.Py_DecRef(item) }
      guard pointee.PyList_Append(list, item) == 0 else {
        pointee.Py_DecRef(list)
        return nil
      }
    }
    return list
  }

  private func call(_ type: OpaquePointer, _ argument: ObjectPointer) -> ObjectPointer? {
    guard let arguments = pointee.PyTuple_New(1) else { return nil }
    defer { pointee.Py_DecRef(arguments) }
    pointee.Py_IncRef(argument)
    guard pointee.PyTuple_SetItem(arguments, 0, argument) == 0 else { return nil }
    return pointee.PyObject_Call(UnsafeMutablePointer<PyObject>(type), arguments, nil)
  }
}
