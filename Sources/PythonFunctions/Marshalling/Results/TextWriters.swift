import HostSupport
import Functions
import CPythonABI
import Columnar
import PythonRuntime

struct TextWriter: ResultWriter, ~Copyable {
  private let api: PythonAPI
  private var builder: LargeStringBuilder

  init(_ conversion: Conversion, rows: Int) {
    api = conversion.api
    builder = LargeStringBuilder(reach: conversion.reach)
    builder.reserveCapacity(rows)
  }

  @inline(__always)
  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    guard api.isInstance(object, of: api.pointee.PyUnicode_Type) else { throw .wrongType }
    var length = 0
    guard let bytes = api.pointee.PyUnicode_AsUTF8AndSize(object, &length) else {
      let problem = api.pendingProblem()
      guard case .exception(let error, _) = problem, error.typeName == "UnicodeEncodeError" else { throw problem }
      throw .outOfRange("UTF-8 text: it has a lone surrogate")
    }
    try append(utf8: UnsafeRawBufferPointer(start: bytes, count: length))
  }

  @inline(__always)
  mutating func append(utf8 bytes: UnsafeRawBufferPointer) throws(ResultProblem) {
    do { try builder.append(utf8: bytes) } catch { throw .column(error) }
  }

  mutating func appendNull() { builder.appendNull() }
  mutating func truncate(to count: Int) { builder.truncate(to: count) }
  consuming func finish() -> Column { builder.finish() }
}

struct BytesWriter: ResultWriter, ~Copyable {
  private let api: PythonAPI
  private var builder: LargeBinaryBuilder

  init(_ conversion: Conversion, rows: Int) {
    api = conversion.api
    builder = LargeBinaryBuilder(reach: conversion.reach)
    builder.reserveCapacity(rows)
  }

  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    guard !api.isInstance(object, of: api.pointee.PyBytes_Type) else { return try copy(object) }
    // A bytearray or a memoryview is copied into bytes first.
    let isBuffer =
      api.isInstance(object, of: api.pointee.PyByteArray_Type)
      || api.isInstance(object, of: api.pointee.PyMemoryView_Type)
    guard isBuffer else { throw .wrongType }
    guard let bytes = api.pointee.PyBytes_FromObject(object) else { throw api.pendingProblem() }
    defer { api.pointee.Py_DecRef(bytes) }
    try copy(bytes)
  }

  private mutating func copy(_ bytes: ObjectPointer) throws(ResultProblem) {
    var start: UnsafeMutablePointer<CChar>?
    var length = 0
    guard api.pointee.PyBytes_AsStringAndSize(bytes, &start, &length) == 0 else {
      api.pointee.PyErr_Clear()
      throw .wrongType
    }
    do { try builder.append(bytes: UnsafeRawBufferPointer(start: start, count: length)) } catch {
      throw .column(error)
    }
  }

  mutating func appendNull() { builder.appendNull() }
  mutating func truncate(to count: Int) { builder.truncate(to: count) }
  consuming func finish() -> Column { builder.finish() }
}

/// Makes another object of a returned one.
protocol ObjectConverter {
  var api: PythonAPI { get }
  /// A new reference. When it throws no exception is pending.
  func convert(_ object: ObjectPointer) throws(ResultProblem) -> ObjectPointer
}

/// Calls a Python function with the object.
struct CallConverter: ObjectConverter {
  let api: PythonAPI
  let function: ObjectPointer

  func convert(_ object: ObjectPointer) throws(ResultProblem) -> ObjectPointer {
    guard let converted = api.call(function, object) else { throw api.pendingException() }
    return converted
  }
}

/// Writes what is made of the object: pickled bytes, decimals as text.
struct ConvertingWriter<Converter: ObjectConverter, Inner: ResultWriter & ~Copyable>: ResultWriter, ~Copyable {
  private let converter: Converter
  private var inner: Inner

  init(_ converter: Converter, _ inner: consuming Inner) {
    self.converter = converter
    self.inner = inner
  }

  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    let converted = try converter.convert(object)
    defer { converter.api.pointee.Py_DecRef(converted) }
    try inner.append(converted)
  }

  mutating func appendNull() { inner.appendNull() }
  mutating func truncate(to count: Int) { inner.truncate(to: count) }
  consuming func finish() throws(ColumnError) -> Column { try inner.finish() }
}

/// `uuid.UUID` as 16 bytes, most significant first.
struct UUIDUnboxer: SixteenByteUnboxer {
  private let api: PythonAPI
  private let type: OpaquePointer
  private let intName: ObjectPointer

  init(_ conversion: Conversion) throws {
    type = OpaquePointer(try conversion.attribute("UUID", of: "uuid"))
    intName = try conversion.name("int")
    api = conversion.api
  }

  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> UInt128 {
    guard api.isInstance(object, of: type) else { throw .wrongType }
    guard let int = api.pointee.PyObject_GetAttr(object, intName) else { throw api.pendingProblem() }
    defer { api.pointee.Py_DecRef(int) }
    guard api.isInstance(int, of: api.pointee.PyLong_Type), let value = api.wideInteger(int, as: UInt128.self) else {
      throw .wrongType
    }
    return value.bigEndian
  }
}

/// Texts and members of an enumeration as their places in it.
struct EnumerationUnboxer<Index: FixedWidthColumnElement & FixedWidthInteger>: Unboxer {
  private let api: PythonAPI
  private let enumeration: UDFType.Enumeration
  /// A Python dictionary of places by text; its keys are texts of our own.
  private let places: ObjectPointer
  /// Places of members by the objects themselves: how a member compares with another is Python code.
  private let members: [ObjectPointer: Index]

  init(_ conversion: Conversion, _ enumeration: UDFType.Enumeration) throws {
    let api = conversion.api
    let values = try conversion.hold(api.pointee.PyList_New(0))
    for value in enumeration.values {
      _ = api.pointee.PyList_Append(values, try conversion.hold(api.makeText(value)))
    }
    let type = try enumeration.classIndex.map { try conversion.classObject($0) } ?? api.none
    let byValue = try conversion.hold(api.pointee.PyBool_FromLong(enumeration.isByValue ? 1 : 0))
    let found = try conversion.support("places", [type, values, byValue])
    places = try conversion.hold(api.pointee.PySequence_GetItem(found, 0))
    members = try Self.members(conversion.hold(api.pointee.PySequence_GetItem(found, 1)), conversion)
    (self.enumeration, self.api) = (enumeration, api)
  }

  private static func members(_ pairs: ObjectPointer, _ conversion: Conversion) throws -> [ObjectPointer: Index] {
    let api = conversion.api
    var members: [ObjectPointer: Index] = [:]
    for number in 0..<max(api.pointee.PyObject_Size(pairs), 0) {
      let pair = try conversion.hold(api.pointee.PySequence_GetItem(pairs, number))
      let member = try conversion.hold(api.pointee.PySequence_GetItem(pair, 0))
      members[member] = index(try conversion.hold(api.pointee.PySequence_GetItem(pair, 1)), api)
    }
    return members
  }

  private static func index(_ place: ObjectPointer, _ api: PythonAPI) -> Index {
    Index(truncatingIfNeeded: api.wideInteger(place, as: Int64.self) ?? 0)
  }

  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Index {
    if let index = members[object] { return index }
    guard api.isInstance(object, of: api.pointee.PyUnicode_Type) else { throw .wrongType }
    // Of a class derived from str the whole text, as a plain str: its hash and equality are Python code too.
    let isPlain = object.pointee.ob_type == api.pointee.PyUnicode_Type
    let length = isPlain ? 0 : api.pointee.PyUnicode_GetLength(object)
    let copy = isPlain ? nil : api.pointee.PyUnicode_Substring(object, 0, length)
    defer { api.pointee.Py_DecRef(copy) }
    guard isPlain || copy != nil else { throw api.pendingProblem() }
    guard let place = api.pointee.PyDict_GetItemWithError(places, copy ?? object) else {
      if api.pointee.PyErr_Occurred() != nil { throw api.pendingProblem() }
      throw .outOfRange("\(enumeration.name.cut(to: TextLimit.name)): it has \(enumeration.values.listed())")
    }
    return Self.index(place, api)
  }

  func column(of values: Column) throws(ColumnError) -> Column {
    var dictionary = StringBuilder()
    for value in enumeration.values { try dictionary.append(value) }
    return try Column.dictionaryEncoded(indices: values, dictionary: dictionary.finish())
  }
}
