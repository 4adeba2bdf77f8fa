import CPythonABI
import PythonRuntime

/// Makes an object of a class, or a dictionary, of its parts.
enum ObjectMaker {
  /// Calls a Python function of as many parameters as there are parts.
  case function(ObjectPointer, PythonAPI)
  /// Makes a named tuple whose class has no code of its own for it.
  case tuple(TupleMaker)

  /// - Parameters:
  ///   - type: the class, or `None` for a dictionary.
  ///   - keywords: a tuple of names for a dictionary, or for a class that takes its parts by name.
  init(_ type: ObjectPointer, _ count: Int, keywords: ObjectPointer? = nil, _ conversion: Conversion) throws {
    let api = conversion.api
    if type != api.none, keywords == nil,
      try conversion.support("is_plain_tuple", [type]) == api.pointee._Py_TrueStruct,
      let maker = try TupleMaker(OpaquePointer(type), count, conversion)
    {
      self = .tuple(maker)
      return
    }
    let number = try conversion.hold(api.pointee.PyLong_FromLongLong(Int64(count)))
    self = .function(try conversion.support("maker", [type, number, keywords ?? api.none]), api)
  }

  /// A new object, or nil with an exception pending.
  ///
  /// - Parameter parts: these stay the caller's; the place before the first is CPython's to use during the call.
  @inline(__always)
  func make(_ parts: UnsafeMutablePointer<ObjectPointer?>, _ count: Int) -> ObjectPointer? {
    switch self {
    case .function(let function, let api):
      api.pointee.PyObject_Vectorcall(function, parts, count | Int(bitPattern: PythonVectorcallArgumentsOffset), nil)
    case .tuple(let maker): maker.make(parts, count)
    }
  }
}

/// Calls `tuple`'s own constructor for a class derived from it, as the Python code of a named tuple does.
struct TupleMaker {
  private let api: PythonAPI
  private let type: OpaquePointer
  private let new: newfunc
  /// The constructor's arguments, a tuple of one.
  private let arguments: ObjectPointer

  init?(_ type: OpaquePointer, _ count: Int, _ conversion: Conversion) throws {
    api = conversion.api
    guard let slot = api.pointee.PyType_GetSlot(api.pointee.PyTuple_Type, Int32(Py_tp_new)) else { return nil }
    self.type = type
    new = unsafeBitCast(slot, to: newfunc.self)
    arguments = try conversion.hold(api.pointee.PyTuple_New(1))
  }

  func make(_ parts: UnsafeMutablePointer<ObjectPointer?>, _ count: Int) -> ObjectPointer? {
    guard let values = api.pointee.PyTuple_New(count) else { return nil }
    for index in 0..<count {
      guard let part = parts[index] else { continue }
      api.pointee.Py_IncRef(part)
      _ = api.pointee.PyTuple_SetItem(values, index, part)
    }
    // Takes the values over, and lets go of those before.
    guard api.pointee.PyTuple_SetItem(arguments, 0, values) == 0 else { return nil }
    return new(type, arguments, nil)
  }
}
