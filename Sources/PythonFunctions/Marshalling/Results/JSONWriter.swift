import Functions
import CPythonABI
import Columnar
import PythonRuntime

/// What an object is in JSON.
///
/// Dictionaries, lists, tuples and plain values of the built-in types themselves are written here, because Python's encoder
/// takes several times as long. All else is left to a Python function, which also says what JSON does not have.
struct JSONWriter: ResultWriter, ~Copyable {
  private var json: PlainJSON
  private var texts: TextWriter
  private let converter: CallConverter

  init(_ conversion: Conversion, rows: Int) throws {
    converter = CallConverter(api: conversion.api, function: try conversion.support("writer"))
    json = PlainJSON(api: conversion.api)
    texts = TextWriter(conversion, rows: rows)
  }

  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    if json.write(object) { return try json.append(to: &texts) }
    let converted = try converter.convert(object)
    defer { converter.api.pointee.Py_DecRef(converted) }
    try texts.append(converted)
  }

  mutating func appendNull() { texts.appendNull() }
  mutating func truncate(to count: Int) { texts.truncate(to: count) }
  consuming func finish() -> Column { texts.finish() }
}

/// Writes objects that are of built-in types all through. No Python code runs meanwhile, so nothing changes that is read.
private struct PlainJSON {
  let api: PythonAPI
  private var utf8: [UInt8] = []

  init(api: PythonAPI) { self.api = api }

  /// What is nested deeper may hold itself.
  private static let mostDepth = 64
  /// What is longer is left to Python, whose memory is limited; the same list in itself many times makes a long text.
  private static let mostBytes = 16 << 20

  /// Whether the object could be written; no exception is pending either way.
  mutating func write(_ object: ObjectPointer) -> Bool {
    utf8.removeAll(keepingCapacity: true)
    return write(object, depth: 0)
  }

  /// Adds what was written as a row.
  func append(to texts: inout TextWriter) throws(ResultProblem) {
    try utf8.span.withUnsafeBytes { (utf8) throws(ResultProblem) in try texts.append(utf8: utf8) }
  }

  private mutating func write(_ object: ObjectPointer, depth: Int) -> Bool {
    let type = object.pointee.ob_type
    if type == api.pointee.PyUnicode_Type { return writeText(object) }
    if type == api.pointee.PyLong_Type { return writeInteger(object) }
    if type == api.pointee.PyFloat_Type { return writeFloat(object) }
    if object == api.none { return append("null") }
    if object == api.pointee._Py_TrueStruct { return append("true") }
    if object == api.pointee._Py_FalseStruct { return append("false") }
    guard depth < Self.mostDepth, utf8.count < Self.mostBytes else { return false }
    if type == api.pointee.PyDict_Type { return writeDictionary(object, depth + 1) }
    if type == api.pointee.PyList_Type {
      let items = UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyListObject.self).pointee.ob_item
      return writeItems(api.pointee.PyObject_Size(object), depth + 1) { items?[$0] }
    }
    guard type == api.pointee.PyTuple_Type else { return false }
    let api = api
    return writeItems(api.pointee.PyTuple_Size(object), depth + 1) { api.pointee.PyTuple_GetItem(object, $0) }
  }

  private mutating func append(_ text: StaticString) -> Bool {
    utf8.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    return true
  }

  private mutating func writeDictionary(_ object: ObjectPointer, _ depth: Int) -> Bool {
    utf8.append(UInt8(ascii: "{"))
    var (place, isFirst) = (0, true)
    var (key, value): (ObjectPointer?, ObjectPointer?) = (nil, nil)
    while api.pointee.PyDict_Next(object, &place, &key, &value) != 0 {
      // Keys that are no texts become some.
      guard let key, let value, key.pointee.ob_type == api.pointee.PyUnicode_Type else { return false }
      if !isFirst { utf8.append(UInt8(ascii: ",")) }
      isFirst = false
      guard writeText(key) else { return false }
      utf8.append(UInt8(ascii: ":"))
      guard write(value, depth: depth) else { return false }
    }
    utf8.append(UInt8(ascii: "}"))
    return true
  }

  private mutating func writeItems(_ count: Int, _ depth: Int, _ item: (Int) -> ObjectPointer?) -> Bool {
    utf8.append(UInt8(ascii: "["))
    for index in 0..<max(0, count) {
      if index > 0 { utf8.append(UInt8(ascii: ",")) }
      guard let item = item(index), write(item, depth: depth) else { return false }
    }
    utf8.append(UInt8(ascii: "]"))
    return true
  }

  private mutating func writeInteger(_ object: ObjectPointer) -> Bool {
    var overflow: Int32 = 0
    let value = api.pointee.PyLong_AsLongLongAndOverflow(object, &overflow)
    guard overflow == 0 else { return false }
    utf8.append(contentsOf: String(value).utf8)
    return true
  }

  private mutating func writeFloat(_ object: ObjectPointer) -> Bool {
    let value = UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyFloatObject.self).pointee.ob_fval
    guard value.isFinite else { return false }
    guard let text = api.pointee.PyObject_Repr(object) else {
      api.pointee.PyErr_Clear()
      return false
    }
    defer { api.pointee.Py_DecRef(text) }
    var length = 0
    guard let start = api.pointee.PyUnicode_AsUTF8AndSize(text, &length) else {
      api.pointee.PyErr_Clear()
      return false
    }
    utf8.append(contentsOf: UnsafeRawBufferPointer(start: start, count: length))
    return true
  }

  private mutating func writeText(_ object: ObjectPointer) -> Bool {
    var length = 0
    guard let start = api.pointee.PyUnicode_AsUTF8AndSize(object, &length) else {
      // A lone surrogate, which the function will say.
      api.pointee.PyErr_Clear()
      return false
    }
    utf8.append(UInt8(ascii: "\""))
    let bytes = UnsafeRawBufferPointer(start: start, count: length)
    var written = 0
    for (index, byte) in bytes.enumerated()
    where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
      utf8.append(contentsOf: bytes[written..<index])
      escape(byte)
      written = index + 1
    }
    utf8.append(contentsOf: bytes[written...])
    utf8.append(UInt8(ascii: "\""))
    return true
  }

  private mutating func escape(_ byte: UInt8) {
    utf8.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\n"): utf8.append(UInt8(ascii: "n"))
    case UInt8(ascii: "\r"): utf8.append(UInt8(ascii: "r"))
    case UInt8(ascii: "\t"): utf8.append(UInt8(ascii: "t"))
    case 0x08: utf8.append(UInt8(ascii: "b"))
    case 0x0C: utf8.append(UInt8(ascii: "f"))
    case 0x20...: utf8.append(byte)
    default:
      let digits = "0123456789abcdef".utf8.map(\.self)
      utf8.append(contentsOf: [
        UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
      ])
    }
  }
}
