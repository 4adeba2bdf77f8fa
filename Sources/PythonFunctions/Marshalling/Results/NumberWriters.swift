import CPythonABI
import Columnar
import PythonRuntime

struct IntegerUnboxer<Value: FixedWidthColumnElement & FixedWidthInteger>: Unboxer {
  let api: PythonAPI
  static var numberLayout: NumberLayout? {
    NumberLayout(Value.isSigned ? .signed : .unsigned, MemoryLayout<Value>.size)
  }

  @inline(__always)
  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Value {
    if object.pointee.ob_type == api.pointee.PyLong_Type {
      let int = UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyLongObject.self)
      let tag = int.pointee.lv_tag
      if tag < 16 {
        let value = (1 &- Int64(tag & 3)) &* Int64(int.pointee.ob_digit)
        guard let value = Value(exactly: value) else { throw outOfRange }
        return value
      }
    }
    return try convert(object)
  }

  /// An `int` of more than 30 bits, or anything else with `__index__`.
  @inline(never)
  private func convert(_ object: ObjectPointer) throws(ResultProblem) -> Value {
    guard let value = try api.wideIndex(object, as: Value.self) else { throw outOfRange }
    return value
  }

  private var outOfRange: ResultProblem {
    .outOfRange("\(Value.isSigned ? Value.bitWidth == 8 ? "an" : "a" : "an unsigned") \(Value.bitWidth)-bit integer")
  }
}

/// 128-bit integers, least significant byte first.
struct HugeIntegerUnboxer: SixteenByteUnboxer {
  let api: PythonAPI

  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> UInt128 {
    guard let value = try api.wideIndex(object, as: Int128.self)?.littleEndian else {
      throw .outOfRange("a 128-bit integer")
    }
    return UInt128(bitPattern: value)
  }
}

extension UnsafePointer<PythonFunctions> {
  /// The value of anything with `__index__`; nil when it does not fit.
  fileprivate func wideIndex<Value: FixedWidthInteger>(
    _ object: ObjectPointer, as type: Value.Type
  ) throws(ResultProblem) -> Value? {
    if isInstance(object, of: pointee.PyLong_Type) { return wideInteger(object, as: type) }
    guard let index = pointee.PyNumber_Index(object) else { throw pendingProblem() }
    defer { pointee.Py_DecRef(index) }
    return wideInteger(index, as: type)
  }
}

struct FloatUnboxer: Unboxer {
  let api: PythonAPI
  static var numberLayout: NumberLayout? { NumberLayout(.float, 8) }

  @inline(__always)
  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Double {
    if object.pointee.ob_type == api.pointee.PyFloat_Type {
      return UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyFloatObject.self).pointee.ob_fval
    }
    return try api.double(object)
  }
}

/// 32-bit floats: rounded to the nearest, as every system does; what would become infinite is out of range.
struct ShortFloatUnboxer: Unboxer {
  let api: PythonAPI
  static var numberLayout: NumberLayout? { NumberLayout(.float, 4) }

  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Float {
    let double = try api.double(object)
    let value = Float(double)
    guard value.isFinite || !double.isFinite else { throw .outOfRange("a 32-bit float") }
    return value
  }
}

extension UnsafePointer<PythonFunctions> {
  /// The value of a float, an int, or anything else with `__float__`.
  @inline(never)
  fileprivate func double(_ object: ObjectPointer) throws(ResultProblem) -> Double {
    let value = pointee.PyFloat_AsDouble(object)
    if value == -1, pointee.PyErr_Occurred() != nil {
      let problem = pendingProblem()
      if case .exception(let error, _) = problem, error.typeName == "OverflowError" {
        throw .outOfRange("a 64-bit float")
      }
      throw problem
    }
    return value
  }
}

struct BooleanWriter: ResultWriter, ~Copyable {
  private let api: PythonAPI
  private var builder = BooleanBuilder()

  init(_ api: PythonAPI, rows: Int) {
    self.api = api
    builder.reserveCapacity(rows)
  }

  @inline(__always)
  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    let isTrue = object == api.pointee._Py_TrueStruct
    guard isTrue || object == api.pointee._Py_FalseStruct else { throw .wrongType }
    builder.append(isTrue)
  }

  mutating func append(numbers: NumbersInMemory) -> Bool {
    guard numbers.layout == NumberLayout(.bool, 1) else { return false }
    for place in 0..<numbers.count { builder.append(numbers.start.load(fromByteOffset: place, as: UInt8.self) != 0) }
    return true
  }

  mutating func appendNull() { builder.appendNull() }
  mutating func truncate(to count: Int) { builder.truncate(to: count) }
  consuming func finish() -> Column { builder.finish() }
}
