import Functions
import CPythonABI
import Columnar
import PythonRuntime

/// What the conversions of one batch share: the interpreter, and the Python objects they need meanwhile.
///
/// Used under the GIL of the interpreter only, and emptied by `release` before that is given back.
final class Conversion {
  let api: PythonAPI
  private let state: InterpreterState
  private let classes: [Int]
  private let support: Int
  private var held: [ObjectPointer] = []
  private var calendar: UnsafePointer<PyDateTime_CAPI>?
  /// What decimal results do that do not fit.
  var decimals = DecimalRule.exact
  /// How far the offsets of result columns reach.
  var reach = OffsetReach()

  /// - Parameters:
  ///   - classes: the keys of the classes that the module's signatures refer to.
  ///   - support: the key of our own Python functions for conversions.
  init(_ state: InterpreterState, classes: [Int], support: Int) {
    api = state.api
    self.state = state
    self.classes = classes
    self.support = support
  }

  /// One of its own for the same interpreter, to be emptied earlier.
  init(_ other: Conversion) {
    (api, state, classes, support) = (other.api, other.state, other.classes, other.support)
  }

  /// Whether the interpreter is an isolated one, which some packages refuse.
  var isIsolated: Bool { !state.isMain }

  /// Drops everything that is held; readers and writers are of no use afterwards.
  func release() {
    for object in held { api.pointee.Py_DecRef(object) }
    held = []
  }

  /// Takes over a new reference until `release`; a missing one is the pending exception.
  @discardableResult
  func hold(_ reference: ObjectPointer?) throws -> ObjectPointer {
    let object = try state.check(reference)
    held.append(object)
    return object
  }

  /// Something of a module as Python has it, whatever the user's code has put in its place; the module is imported if
  /// need be. Only those that `_clutch_pristine` knows.
  func attribute(_ name: String, of module: String) throws -> ObjectPointer {
    try support("original", [hold(api.makeText(module)), hold(api.makeText(name))])
  }

  /// The result of one of our own Python functions.
  func support(_ function: String, _ arguments: [ObjectPointer] = []) throws -> ObjectPointer {
    try hold(api.call(supportFunction(function), arguments))
  }

  /// One of our own Python functions.
  func supportFunction(_ name: String) throws -> ObjectPointer {
    guard let module = state.kept(support) else { throw UDFError(.closed, "the UDF's module has been unloaded") }
    return try hold(api.pointee.PyObject_GetAttrString(module, name))
  }

  /// A class that a signature refers to by its place.
  func classObject(_ index: Int) throws -> ObjectPointer {
    guard classes.indices.contains(index), let object = state.kept(classes[index]) else {
      throw UDFError(.closed, "the UDF's classes have been unloaded")
    }
    return object
  }

  /// A text as Python has it for names, so that comparing one with another is comparing addresses.
  func name(_ text: String) throws -> ObjectPointer { try hold(api.pointee.PyUnicode_InternFromString(text)) }

  /// The C interface of the interpreter's `datetime`.
  ///
  /// - Throws: `UDFError` on CPython 3.12, whose isolated interpreters have that module in pure Python only.
  func dateTime() throws -> UnsafePointer<PyDateTime_CAPI> {
    if let calendar { return calendar }
    guard let capsule = try? attribute("datetime_CAPI", of: "datetime"),
      let found = api.pointee.PyCapsule_GetPointer(capsule, "datetime.datetime_CAPI")
    else {
      api.pointee.PyErr_Clear()
      throw UDFError(
        .wrongArguments,
        "Dates and times need CPython 3.13 or later: the isolated interpreters of 3.12 have no C datetime")
    }
    let calendar = UnsafePointer(found.assumingMemoryBound(to: PyDateTime_CAPI.self))
    self.calendar = calendar
    return calendar
  }
}

extension UnsafePointer<PythonFunctions> {
  /// Calls an object with positional arguments; nil with an exception pending.
  func call(_ callable: ObjectPointer, _ arguments: [ObjectPointer]) -> ObjectPointer? {
    let optional = arguments.map(Optional.some)
    return optional.withUnsafeBufferPointer {
      pointee.PyObject_Vectorcall(callable, $0.baseAddress, arguments.count, nil)
    }
  }

  /// Calls an object with one argument; nil with an exception pending.
  @inline(__always)
  func call(_ callable: ObjectPointer, _ argument: ObjectPointer) -> ObjectPointer? {
    withUnsafeTemporaryAllocation(of: ObjectPointer?.self, capacity: 2) { slots in
      // The first slot is CPython's to use during the call.
      slots.initializeElement(at: 0, to: nil)
      slots.initializeElement(at: 1, to: argument)
      guard let base = slots.baseAddress else { return nil }
      return pointee.PyObject_Vectorcall(callable, base + 1, 1 | Int(bitPattern: PythonVectorcallArgumentsOffset), nil)
    }
  }

  /// Calls a method without arguments, and makes no object of the bound method; nil with an exception pending.
  func callMethod(_ name: ObjectPointer, of object: ObjectPointer) -> ObjectPointer? {
    var arguments: ObjectPointer? = object
    return pointee.PyObject_VectorcallMethod(name, &arguments, 1, nil)
  }

  /// Makes an exception pending; gives nil, for what returns an object.
  func raise(_ type: UnsafeMutablePointer<ObjectPointer>, _ message: String) -> ObjectPointer? {
    pointee.PyErr_SetString(type.pointee, message)
    return nil
  }

  func makeText(_ text: String) -> ObjectPointer? {
    var text = text
    return text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { pointee.PyUnicode_FromStringAndSize($0.baseAddress, $0.count) }
    }
  }

  /// A 128-bit integer, on CPython 3.12 in hexadecimal if it takes more than a C `long long`.
  func makeInteger(_ value: Int128) -> ObjectPointer? {
    if let short = Int64(exactly: value) { return pointee.PyLong_FromLongLong(short) }
    guard let make = pointee.PyLong_FromNativeBytes else {
      return pointee.PyLong_FromString(String(value, radix: 16), nil, 16)
    }
    return withUnsafeBytes(of: value) { bytes in bytes.baseAddress.flatMap { make($0, bytes.count, -1) } }
  }

  func makeInteger(_ value: UInt128) -> ObjectPointer? {
    if let short = Int64(exactly: value) { return pointee.PyLong_FromLongLong(short) }
    guard let make = pointee.PyLong_FromUnsignedNativeBytes else {
      return pointee.PyLong_FromString(String(value, radix: 16), nil, 16)
    }
    return withUnsafeBytes(of: value) { bytes in bytes.baseAddress.flatMap { make($0, bytes.count, -1) } }
  }

  /// The value of an `int` object as a 128-bit integer; nil when it does not fit.
  func wideInteger<Value: FixedWidthInteger>(_ object: ObjectPointer, as type: Value.Type) -> Value? {
    var overflow: Int32 = 0
    let short = pointee.PyLong_AsLongLongAndOverflow(object, &overflow)
    if overflow == 0 { return Value(exactly: short) }
    // The digits have 30 bits, the least significant comes first; the tag holds how many there are, and in its lowest
    // bits 2 for a negative number.
    let int = UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyLongObject.self)
    let count = Int(int.pointee.lv_tag >> 3)
    guard count <= 5 else { return nil }
    let digits = UnsafeRawPointer(int) + MemoryLayout<PyObject>.size + MemoryLayout<UInt>.size
    var magnitude: UInt128 = 0
    for place in (0..<count).reversed() {
      let digit = UInt128(digits.load(fromByteOffset: place * 4, as: UInt32.self))
      guard magnitude >> 98 == 0 else { return nil }
      magnitude = magnitude << 30 | digit
    }
    guard int.pointee.lv_tag & 3 == 2 else { return Value(exactly: magnitude) }
    // The lowest number has a magnitude of one more than the highest.
    guard magnitude <= UInt128(Int128.max) + 1 else { return nil }
    return Value(exactly: Int128(truncatingIfNeeded: 0 &- magnitude))
  }
}
