import CPythonABI
import Columnar
import PythonRuntime

/// Why a returned object does not go into the result column.
enum ResultProblem: Error {
  case wrongType
  case outOfRange(String)
  /// The result column cannot take more.
  case column(ColumnError)
}

/// Appends returned objects to the result column; one concrete type per result type, so that the loop over rows is
/// compiled for each.
protocol ResultWriter: ~Copyable {
  /// Appends the value of an object, which is not `None` and stays the caller's.
  mutating func append(_ object: ObjectPointer) throws(ResultProblem)
  mutating func appendNull()
  consuming func finish() -> Column
}

struct IntegerWriter: ResultWriter, ~Copyable {
  private let api: PythonAPI
  private var builder = FixedWidthBuilder<Int64>()

  init(_ api: PythonAPI, rows: Int) {
    self.api = api
    builder.reserveCapacity(rows)
  }

  @inline(__always)
  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    if object.pointee.ob_type == api.pointee.PyLong_Type {
      let int = UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyLongObject.self)
      let tag = int.pointee.lv_tag
      if tag < 16 {
        builder.append((1 &- Int64(tag & 3)) &* Int64(int.pointee.ob_digit))
        return
      }
    }
    builder.append(try convert(object))
  }

  /// An `int` of more than 30 bits, or an instance of a subclass of `int`.
  @inline(never)
  private func convert(_ object: ObjectPointer) throws(ResultProblem) -> Int64 {
    guard api.isInstance(object, of: api.pointee.PyLong_Type) else { throw .wrongType }
    var overflow: Int32 = 0
    let value = api.pointee.PyLong_AsLongLongAndOverflow(object, &overflow)
    guard overflow == 0 else { throw .outOfRange("a 64-bit integer") }
    return value
  }

  mutating func appendNull() { builder.appendNull() }
  consuming func finish() -> Column { builder.finish() }
}

struct FloatWriter: ResultWriter, ~Copyable {
  private let api: PythonAPI
  private var builder = FixedWidthBuilder<Double>()

  init(_ api: PythonAPI, rows: Int) {
    self.api = api
    builder.reserveCapacity(rows)
  }

  @inline(__always)
  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    if object.pointee.ob_type == api.pointee.PyFloat_Type {
      builder.append(UnsafeMutableRawPointer(object).assumingMemoryBound(to: PyFloatObject.self).pointee.ob_fval)
    } else {
      builder.append(try convert(object))
    }
  }

  /// An `int`, or an instance of a subclass of `float`.
  @inline(never)
  private func convert(_ object: ObjectPointer) throws(ResultProblem) -> Double {
    guard
      api.isInstance(object, of: api.pointee.PyLong_Type) || api.isInstance(object, of: api.pointee.PyFloat_Type)
    else { throw .wrongType }
    let value = api.pointee.PyFloat_AsDouble(object)
    if value == -1, api.pointee.PyErr_Occurred() != nil {
      api.pointee.PyErr_Clear()
      throw .outOfRange("a 64-bit float")
    }
    return value
  }

  mutating func appendNull() { builder.appendNull() }
  consuming func finish() -> Column { builder.finish() }
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

  mutating func appendNull() { builder.appendNull() }
  consuming func finish() -> Column { builder.finish() }
}

struct TextWriter: ResultWriter, ~Copyable {
  private let api: PythonAPI
  private var builder = StringBuilder()

  init(_ api: PythonAPI, rows: Int) {
    self.api = api
    builder.reserveCapacity(rows)
  }

  @inline(__always)
  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    guard api.isInstance(object, of: api.pointee.PyUnicode_Type) else { throw .wrongType }
    var length = 0
    guard let bytes = api.pointee.PyUnicode_AsUTF8AndSize(object, &length) else {
      api.pointee.PyErr_Clear()
      throw .outOfRange("UTF-8 text: it has a lone surrogate")
    }
    do { try builder.append(utf8: UnsafeRawBufferPointer(start: bytes, count: length)) } catch { throw .column(error) }
  }

  mutating func appendNull() { builder.appendNull() }
  consuming func finish() -> Column { builder.finish() }
}

struct BytesWriter: ResultWriter, ~Copyable {
  private let api: PythonAPI
  private var builder = BinaryBuilder()

  init(_ api: PythonAPI, rows: Int) {
    self.api = api
    builder.reserveCapacity(rows)
  }

  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    guard !api.isInstance(object, of: api.pointee.PyBytes_Type) else { return try copy(object) }
    // A bytearray or a memoryview is copied into bytes first.
    let isBuffer =
      api.isInstance(object, of: api.pointee.PyByteArray_Type)
      || api.isInstance(object, of: api.pointee.PyMemoryView_Type)
    guard isBuffer, let bytes = api.pointee.PyBytes_FromObject(object) else {
      api.pointee.PyErr_Clear()
      throw .wrongType
    }
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
  consuming func finish() -> Column { builder.finish() }
}
