import HostSupport
import CPythonABI

extension UnsafePointer<PythonFunctions> {
  /// `repr(object)`, shortened to about `limit` characters; never fails.
  ///
  /// Of texts, bytes and plain containers no more is looked at than is shown.
  package func shortRepresentation(_ object: ObjectPointer, limit: Int = TextLimit.value) -> String {
    var shown = ShortRepresentation(self, limit)
    shown.write(object)
    return shown.text
  }
}

/// Writes `repr()` of a value until it is long enough.
///
/// Only what is exactly of a built-in type is taken apart: the `repr` of any other is its own affair.
private struct ShortRepresentation {
  private let api: PythonAPI
  private let limit: Int
  private var scalars = String.UnicodeScalarView()
  /// What is being written, which may hold itself.
  private var inside: [ObjectPointer] = []

  init(_ api: PythonAPI, _ limit: Int) { (self.api, self.limit) = (api, limit) }

  var text: String { isFull ? String(scalars.prefix(limit - 1)) + "…" : String(scalars) }

  private var isFull: Bool { scalars.count > limit }
  private var room: Int { limit + 1 - scalars.count }

  private mutating func write(_ text: String) { scalars.append(contentsOf: text.unicodeScalars.prefix(room)) }

  mutating func write(_ object: ObjectPointer) {
    guard !isFull else { return }
    let functions = api.pointee
    switch object.pointee.ob_type {
    case functions.PyUnicode_Type:
      let count = functions.PyUnicode_GetLength(object)
      writeWhole(count > room ? functions.PyUnicode_Substring(object, 0, room) : object, owned: count > room)
    case functions.PyBytes_Type, functions.PyByteArray_Type:
      let count = functions.PyObject_Size(object)
      writeWhole(count > room ? functions.PySequence_GetSlice(object, 0, room) : object, owned: count > room)
    case functions.PyList_Type: write(object, "[", "]") { $0.writeItems(of: object) }
    case functions.PyTuple_Type:
      write(object, "(", functions.PyTuple_Size(object) == 1 ? ",)" : ")") { $0.writeItems(of: object) }
    case functions.PyDict_Type: write(object, "{", "}") { $0.writeEntries(of: object) }
    default: writeWhole(object, owned: false)
    }
  }

  private mutating func writeWhole(_ object: ObjectPointer?, owned: Bool) {
    defer { if owned { api.pointee.Py_DecRef(object) } }
    guard let object, let shown = api.pointee.PyObject_Repr(object) else {
      api.pointee.PyErr_Clear()
      return write(object.map { "<\(api.typeName($0)) object>" } ?? "?")
    }
    defer { api.pointee.Py_DecRef(shown) }
    let count = api.pointee.PyUnicode_GetLength(shown)
    guard count > room, let start = api.pointee.PyUnicode_Substring(shown, 0, room) else {
      return write(api.text(shown) ?? "?")
    }
    defer { api.pointee.Py_DecRef(start) }
    write(api.text(start) ?? "?")
  }

  // MARK: Containers

  private mutating func write(
    _ object: ObjectPointer, _ opening: String, _ closing: String, _ contents: (inout Self) -> Void
  ) {
    guard !inside.contains(object) else { return write(opening + "..." + closing.suffix(1)) }
    inside.append(object)
    write(opening)
    contents(&self)
    write(closing)
    inside.removeLast()
  }

  /// The `repr` of an item may change the list: each is asked for anew.
  private mutating func writeItems(of object: ObjectPointer) {
    var index = 0
    while !isFull, index < api.pointee.PyObject_Size(object),
      let item = api.pointee.PySequence_GetItem(object, index)
    {
      defer { api.pointee.Py_DecRef(item) }
      if index > 0 { write(", ") }
      write(item)
      index += 1
    }
    api.pointee.PyErr_Clear()
  }

  private mutating func writeEntries(of object: ObjectPointer) {
    var place = 0
    var key: ObjectPointer?
    var value: ObjectPointer?
    var isFirst = true
    while !isFull, api.pointee.PyDict_Next(object, &place, &key, &value) != 0, let held = key, let item = value {
      // Borrowed, and the `repr` of the key may drop both.
      for part in [held, item] { api.pointee.Py_IncRef(part) }
      defer { for part in [held, item] { api.pointee.Py_DecRef(part) } }
      if !isFirst { write(", ") }
      isFirst = false
      write(held)
      write(": ")
      write(item)
    }
  }
}
