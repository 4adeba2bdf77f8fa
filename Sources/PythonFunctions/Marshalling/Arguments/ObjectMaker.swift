import CPythonABI
import PythonRuntime

/// Makes an object of a class, or a dictionary, of its parts.
enum ObjectMaker {
  /// Calls a Python function of as many parameters as there are parts.
  case function(ObjectPointer, PythonAPI)
  /// Makes a named tuple whose class has no code of its own for it.
  case tuple(TupleMaker)
  case dictionary(DictionaryMaker)

  /// - Parameters:
  ///   - type: the class.
  ///   - keywords: a tuple of names for a class that takes its parts by name.
  init(_ type: ObjectPointer, _ count: Int, keywords: ObjectPointer? = nil, _ conversion: Conversion) throws {
    let api = conversion.api
    if keywords == nil, try conversion.support("is_plain_tuple", [type]) == api.pointee._Py_TrueStruct,
      let maker = try TupleMaker(OpaquePointer(type), conversion)
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
    case .dictionary(let maker): maker.make(parts)
    }
  }
}

/// Makes an object of a class derived from `tuple` as `tuple`'s own constructor does, but of parts that are in no sequence
/// yet: the constructor would take them out of a tuple made for that alone.
struct TupleMaker {
  private let api: PythonAPI
  private let type: OpaquePointer
  /// What a new tuple has between its size and its items: nothing before 3.14, where it has a place for its hash.
  private let middle: [Int]
  private let itemOffset: Int

  /// Nil when tuples are not laid out as they are in 3.12 to 3.15.
  init?(_ type: OpaquePointer, _ conversion: Conversion) throws {
    api = conversion.api
    self.type = type
    let tuple = UnsafeMutableRawPointer(api.pointee.PyTuple_Type).assumingMemoryBound(to: PyObject.self)
    let size = try conversion.hold(api.pointee.PyObject_GetAttrString(tuple, "__basicsize__"))
    itemOffset = api.wideInteger(size, as: Int.self) ?? 0
    let head = MemoryLayout<PyObject>.size + MemoryLayout<Int>.size
    let word = MemoryLayout<Int>.stride
    guard itemOffset >= head, itemOffset <= head + 4 * word, itemOffset % word == 0 else { return nil }
    let new = UnsafeRawPointer(try conversion.hold(api.pointee.PyTuple_New(1)))
    middle = stride(from: head, to: itemOffset, by: word).map { new.load(fromByteOffset: $0, as: Int.self) }
  }

  func make(_ parts: UnsafeMutablePointer<ObjectPointer?>, _ count: Int) -> ObjectPointer? {
    guard let object = api.pointee.PyType_GenericAlloc(type, count) else { return nil }
    let items = UnsafeMutableRawPointer(object) + itemOffset
    for (index, word) in middle.enumerated() {
      items.storeBytes(of: word, toByteOffset: (index - middle.count) * MemoryLayout<Int>.stride, as: Int.self)
    }
    // Nobody else has the object yet, so its items can be put where they belong.
    let places = items.assumingMemoryBound(to: ObjectPointer?.self)
    for index in 0..<count {
      api.pointee.Py_IncRef(parts[index])
      places[index] = parts[index]
    }
    return object
  }
}

/// Makes dictionaries of the same keys, in the same order: a copy of one with its values replaced costs less than filling
/// an empty one.
struct DictionaryMaker {
  private let api: PythonAPI
  private let template: ObjectPointer
  private let names: [ObjectPointer]

  init(_ names: [ObjectPointer], _ conversion: Conversion) throws {
    api = conversion.api
    self.names = names
    template = try conversion.hold(api.pointee.PyDict_New())
    for name in names {
      guard api.pointee.PyDict_SetItem(template, name, api.none) == 0 else { throw api.takePendingError() }
    }
  }

  func make(_ parts: UnsafeMutablePointer<ObjectPointer?>) -> ObjectPointer? {
    guard let dictionary = api.pointee.PyDict_Copy(template) else { return nil }
    for index in names.indices {
      guard let part = parts[index], api.pointee.PyDict_SetItem(dictionary, names[index], part) == 0 else {
        api.pointee.Py_DecRef(dictionary)
        return nil
      }
    }
    return dictionary
  }
}
