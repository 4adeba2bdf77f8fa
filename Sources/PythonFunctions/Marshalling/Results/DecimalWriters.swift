import Functions
import CPythonABI
import Columnar
import PythonRuntime

/// `Decimal` and `int` as fixed point: exactly, or not at all.
struct DecimalUnboxer: Unboxer {
  private let source: DecimalSource
  private var digits: [UInt8] = []

  init(_ conversion: Conversion, _ wanted: UDFType.Digits) throws { source = try DecimalSource(conversion, wanted) }

  var columnType: ColumnType { source.wanted.columnType }

  mutating func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Int128 {
    let text = try source.text.convert(object)
    defer { source.api.pointee.Py_DecRef(text) }
    let characters = try source.characters(of: text)
    let wanted = source.wanted
    if let short = DecimalDigits.shortNumber(characters, precision: wanted.precision, scale: wanted.scale) {
      return Int128(short)
    }
    let isNegative = try source.read(characters, into: &digits)
    return DecimalDigits.number(digits, isNegative: isNegative)
  }
}

/// The same with up to 76 digits.
struct WideDecimalUnboxer: Unboxer {
  private let source: DecimalSource
  private var digits: [UInt8] = []

  init(_ conversion: Conversion, _ wanted: UDFType.Digits) throws { source = try DecimalSource(conversion, wanted) }

  var columnType: ColumnType { source.wanted.columnType }

  mutating func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Int256 {
    let text = try source.text.convert(object)
    defer { source.api.pointee.Py_DecRef(text) }
    let isNegative = try source.read(source.characters(of: text), into: &digits)
    return DecimalDigits.wideNumber(digits, isNegative: isNegative)
  }
}

/// Reads the digits of `Decimal` and `int` objects.
private struct DecimalSource {
  let api: PythonAPI
  let text: DecimalText
  let wanted: UDFType.Digits
  let rule: DecimalRule

  init(_ conversion: Conversion, _ wanted: UDFType.Digits) throws {
    api = conversion.api
    text = try DecimalText(conversion)
    self.wanted = wanted
    rule = conversion.decimals
  }

  /// The characters of a text, which live as long as it.
  func characters(of text: ObjectPointer) throws(ResultProblem) -> UnsafeBufferPointer<CChar> {
    var length = 0
    guard let start = api.pointee.PyUnicode_AsUTF8AndSize(text, &length) else { throw api.pendingProblem() }
    return UnsafeBufferPointer(start: start, count: length)
  }

  /// - Returns: whether the number is negative.
  func read(
    _ characters: UnsafeBufferPointer<CChar>, into digits: inout [UInt8]
  ) throws(ResultProblem) -> Bool {
    do throws(DecimalDigits.Problem) {
      return try DecimalDigits.parse(
        characters, precision: wanted.precision, scale: wanted.scale, rounds: rule.rounds, into: &digits)
    } catch {
      let type = "a decimal with \(wanted.precision) digits, \(wanted.scale) of them after the point"
      switch error {
      case .notANumber: throw .outOfRange("\(type): it is no finite number")
      case .tooManyDigits: throw .outOfRange("\(type): it is too large")
      case .tooManyAfterPoint: throw .outOfRange("\(type): round it, or \(rule.advice)")
      }
    }
  }
}

/// The digits of `Decimal` and `int` objects as text. A subclass may show itself in any way, an enumeration for one, so
/// its own `__str__` is not asked.
struct DecimalText: ObjectConverter {
  let api: PythonAPI
  private let type: OpaquePointer
  /// `Decimal.__str__`.
  private let show: ObjectPointer
  private let takesFloats: Bool

  init(_ conversion: Conversion) throws {
    api = conversion.api
    let type = try conversion.attribute("Decimal", of: "decimal")
    show = try conversion.hold(api.pointee.PyObject_GetAttrString(type, "__str__"))
    self.type = OpaquePointer(type)
    takesFloats = conversion.decimals.rounds
  }

  func convert(_ object: ObjectPointer) throws(ResultProblem) -> ObjectPointer {
    if api.isInstance(object, of: type) {
      guard let text = api.call(show, object) else { throw api.pendingException() }
      return text
    }
    if takesFloats, api.isInstance(object, of: api.pointee.PyFloat_Type) {
      var number: ObjectPointer? = nil
      defer { api.pointee.Py_DecRef(number) }
      // A subclass may show itself in any way.
      number = api.pointee.PyFloat_FromDouble(api.pointee.PyFloat_AsDouble(object))
      guard let number, let text = api.pointee.PyObject_Repr(number) else { throw api.pendingException() }
      return text
    }
    // A bool is an int, but no number that anybody means.
    guard api.isInstance(object, of: api.pointee.PyLong_Type), object.pointee.ob_type != api.pointee.PyBool_Type else {
      throw .wrongType
    }
    if let text = api.pointee.PyNumber_ToBase(object, 10) { return text }
    // CPython writes no more than some thousand digits, and no column holds as many.
    let problem = api.pendingProblem()
    guard case .exception(let error, _) = problem, error.typeName == "ValueError" else { throw problem }
    throw .outOfRange("a decimal: it is too large")
  }
}
