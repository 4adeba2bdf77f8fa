import CPythonABI

extension PythonRepresentable {
  /// A new reference to an object with this value; the caller owns it.
  package func newReference(in state: InterpreterState) throws -> ObjectPointer {
    try pythonRepresentation.newReference(in: state)
  }

  /// An object with this value, for the interpreter of another object.
  @_lifetime(copy other)
  package func pythonObject(like other: borrowing PythonObject) throws -> PythonObject {
    try other.state.own(newReference(in: other.state), other)
  }
}

extension PythonValue: PythonRepresentable {
  /// The value itself.
  public var pythonRepresentation: PythonValue { self }

  /// A new reference to an object with this value; the caller owns it.
  package func newReference(in state: InterpreterState) throws -> ObjectPointer {
    let api = state.api.pointee
    switch self {
    case .none:
      api.Py_IncRef(api._Py_NoneStruct)
      return api._Py_NoneStruct
    case .bool(let value): return try state.check(api.PyBool_FromLong(value ? 1 : 0))
    case .int(let value): return try state.check(api.PyLong_FromLongLong(value))
    case .uint(let value): return try state.check(api.PyLong_FromUnsignedLongLong(value))
    case .float(let value): return try state.check(api.PyFloat_FromDouble(value))
    case .string(var text):
      return try text.withUTF8 { utf8 in
        try utf8.withMemoryRebound(to: CChar.self) { characters in
          try state.check(api.PyUnicode_FromStringAndSize(characters.baseAddress, characters.count))
        }
      }
    case .bytes(let bytes):
      return try bytes.withUnsafeBytes { buffer in
        let start = buffer.assumingMemoryBound(to: CChar.self).baseAddress
        return try state.check(api.PyBytes_FromStringAndSize(start, buffer.count))
      }
    case .list(let elements): return try Self.newList(elements, in: state)
    case .dictionary(let pairs): return try Self.newDictionary(pairs, in: state)
    }
  }

  private static func newList(_ elements: [PythonValue], in state: InterpreterState) throws -> ObjectPointer {
    let api = state.api.pointee
    let list = try state.check(api.PyList_New(0))
    do {
      for element in elements {
        let object = try element.newReference(in: state)
        defer { api.Py_DecRef(object) }
        try state.check(api.PyList_Append(list, object))
      }
    } catch {
      api.Py_DecRef(list)
      throw error
    }
    return list
  }

  private static func newDictionary(
    _ pairs: [(key: PythonValue, value: PythonValue)], in state: InterpreterState
  ) throws -> ObjectPointer {
    let api = state.api.pointee
    let dictionary = try state.check(api.PyDict_New())
    do {
      for (key, value) in pairs {
        let keyObject = try key.newReference(in: state)
        defer { api.Py_DecRef(keyObject) }
        let valueObject = try value.newReference(in: state)
        defer { api.Py_DecRef(valueObject) }
        try state.check(api.PyDict_SetItem(dictionary, keyObject, valueObject))
      }
    } catch {
      api.Py_DecRef(dictionary)
      throw error
    }
    return dictionary
  }
}
