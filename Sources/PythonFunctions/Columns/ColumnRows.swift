import CPythonABI
import Columnar
import Functions
import PythonRuntime

/// A column of one call, which all the objects have in common that show rows of it: those of a slice too.
final class ColumnOfCall {
  /// What messages call it.
  fileprivate let name: String
  /// The class of its objects, which the interpreter keeps.
  fileprivate let type: ObjectPointer
  fileprivate let api: PythonAPI
  /// Nil once the call is over.
  private(set) var content: ColumnContent?

  init(_ content: ColumnContent, named name: String, _ type: ObjectPointer) {
    (self.content, self.name, self.type, api) = (content, name, type, content.api)
  }

  /// An object that shows some of the rows, as a new reference, or nil with an exception set.
  func object(_ rows: Range<Int>) -> ObjectPointer? {
    ColumnClass.object(ColumnRows(self, first: rows.lowerBound, step: 1, count: rows.count), of: type, api)
  }

  /// Ends the use of the column: its objects raise from now on.
  func end() { content = nil }
}

/// What an object of the class `clutch.Column` shows: some rows of a column.
///
/// Used under the GIL of the column's interpreter only. What runs Python code, or may give the GIL away, holds the content
/// itself meanwhile: the call may end.
final class ColumnRows {
  private let column: ColumnOfCall
  let first, step, count: Int
  private var api: PythonAPI { column.api }

  init(_ column: ColumnOfCall, first: Int, step: Int, count: Int) {
    (self.column, self.first, self.step, self.count) = (column, first, step, count)
  }

  /// What it shows rows of; nil once the call is over.
  var content: ColumnContent? { column.content }

  /// The rows in the column, where they lie one after the other.
  var contiguous: Range<Int>? { step == 1 || count <= 1 ? first..<first + count : nil }

  /// The same with CPython's functions, and an exception set when it is nil.
  var livingContent: (PythonAPI, ColumnContent)? { living().map { (api, $0) } }

  /// The same as `content`, but with an exception set when it is nil.
  private func living() -> ColumnContent? {
    if let content = column.content { return content }
    _ = api.raise(
      api.pointee.PyExc_ValueError,
      """
      the column '\(column.name)' is of a call that is over, and so are its slices and iterators; keep a copy, as \
      to_list() makes one
      """)
    return nil
  }

  // MARK: What Python code asks; new references, and nil or -1 with an exception set

  var length: Int { living() == nil ? -1 : count }

  func item(_ place: Int) -> ObjectPointer? {
    guard let content = living() else { return nil }
    guard place >= 0, place < count else { return outOfRange() }
    return content.object(first + place * step)
  }

  /// An element, or a slice.
  func item(at key: ObjectPointer) -> ObjectPointer? {
    if api.pointee.PyIndex_Check(key) != 0 { return place(key).flatMap(item) }
    guard key.pointee.ob_type == api.pointee.PySlice_Type else {
      return api.raise(
        api.pointee.PyExc_TypeError, "column indices must be integers or slices, not \(api.typeName(key))")
    }
    var (start, stop, step) = (0, 0, 0)
    guard api.pointee.PySlice_Unpack(key, &start, &stop, &step) == 0, living() != nil else { return nil }
    let length = api.pointee.PySlice_AdjustIndices(count, &start, &stop, step)
    // Of one row or none the step counts for nothing, and may be too long to reckon with.
    let rows = ColumnRows(
      column, first: length == 0 ? first : first + start * self.step, step: length <= 1 ? 1 : self.step * step,
      count: length)
    return ColumnClass.object(rows, of: column.type, api)
  }

  /// The place that an index means.
  private func place(_ key: ObjectPointer) -> Int? {
    let place = api.pointee.PyNumber_AsSsize_t(key, api.pointee.PyExc_IndexError.pointee)
    if place == -1, api.pointee.PyErr_Occurred() != nil { return nil }
    return place < 0 ? place + count : place
  }

  func isNull(_ key: ObjectPointer) -> ObjectPointer? {
    guard let place = place(key), let content = living() else { return nil }
    guard place >= 0, place < count else { return outOfRange() }
    return api.pointee.PyBool_FromLong(content.isNull(first + place * step) ? 1 : 0)
  }

  var nullCount: ObjectPointer? {
    guard let content = living() else { return nil }
    let nulls = contiguous.map(content.nullCount) ?? (0..<count).count { content.isNull(first + $0 * step) }
    return api.pointee.PyLong_FromLongLong(Int64(nulls))
  }

  var list: ObjectPointer? {
    guard let content = living(), let list = api.pointee.PyList_New(count) else { return nil }
    if content.fill(list, first: first, step: step, count: count) { return list }
    api.pointee.Py_DecRef(list)
    return nil
  }

  var shown: ObjectPointer? {
    guard column.content != nil else { return api.makeText("<clutch.Column '\(column.name)' of a call that is over>") }
    return api.makeText("<clutch.Column '\(column.name)' of \(count) value\(count == 1 ? "" : "s")>")
  }

  private func outOfRange() -> ObjectPointer? {
    api.raise(api.pointee.PyExc_IndexError, "column index out of range")
  }

  // MARK: The buffer

  /// Shows the rows as numbers in memory.
  ///
  /// - Returns: whether it can; if not an exception is set.
  func export(to view: UnsafeMutablePointer<Py_buffer>, of object: ObjectPointer, _ flags: Int32) -> Bool {
    view.pointee.obj = nil
    guard let content = living() else { return false }
    guard flags & Int32(PyBUF_WRITABLE) == 0 else {
      _ = api.raise(api.pointee.PyExc_BufferError, "a column cannot be written; make a copy, as array.array(...) does")
      return false
    }
    let isContiguous = contiguous != nil
    let wants = { (flag: Int) in flags & Int32(flag) == Int32(flag) }
    guard
      isContiguous
        || wants(Int(PyBUF_STRIDES)) && !wants(Int(PyBUF_C_CONTIGUOUS)) && !wants(Int(PyBUF_F_CONTIGUOUS))
          && !wants(Int(PyBUF_ANY_CONTIGUOUS))
    else {
      _ = api.raise(
        api.pointee.PyExc_BufferError,
        "these rows of a column do not lie one after the other; take them as a memoryview")
      return false
    }
    guard let memory = content.memory() else { return false }
    let layout = memory.layout
    let export = ColumnExport(memory, count: count, stride: (isContiguous ? 1 : step) * layout.byteWidth)
    api.pointee.Py_IncRef(object)
    view.initialize(
      to: Py_buffer(
        buf: UnsafeMutableRawPointer(mutating: memory.start + first * layout.byteWidth), obj: object,
        len: count * layout.byteWidth, itemsize: layout.byteWidth, readonly: 1, ndim: 1,
        format: wants(Int(PyBUF_FORMAT)) ? layout.format : nil, shape: wants(Int(PyBUF_ND)) ? export.shape : nil,
        strides: wants(Int(PyBUF_STRIDES)) ? export.strides : nil, suboffsets: nil,
        internal: Unmanaged.passRetained(export).toOpaque()))
    return true
  }
}
