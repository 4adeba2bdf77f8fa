import HostSupport
import CPythonABI

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The arguments of an audit event, read without running any Python code.
struct AuditArguments {
  private let tuple: ObjectPointer?
  private let api: PythonAPI
  let count: Int

  init(_ tuple: ObjectPointer?, _ api: PythonAPI) {
    self.api = api
    // The events of Python code have whatever arguments it gives them; a tuple they always are.
    guard let tuple, api.isInstance(tuple, of: api.pointee.PyTuple_Type) else {
      self.tuple = nil
      count = 0
      return
    }
    self.tuple = tuple
    count = api.pointee.PyTuple_Size(tuple)
  }

  /// Borrowed from the tuple.
  private func item(_ index: Int) -> ObjectPointer? {
    guard let tuple, index < count else { return nil }
    return api.pointee.PyTuple_GetItem(tuple, index)
  }

  /// An argument, borrowed, to be compared with others.
  func object(_ index: Int) -> ObjectPointer? { item(index) }

  /// An argument that is a tuple itself.
  func tuple(_ index: Int) -> AuditArguments? {
    guard let item = item(index), api.isInstance(item, of: api.pointee.PyTuple_Type) else { return nil }
    return AuditArguments(item, api)
  }

  func isNone(_ index: Int) -> Bool { item(index) == api.none }

  /// A number that is an `int`, in range; anything else, such as an object with `__index__`, is none.
  func int(_ index: Int) -> Int? {
    guard let item = item(index), api.isInstance(item, of: api.pointee.PyLong_Type) else { return nil }
    var overflow: Int32 = 0
    let value = api.pointee.PyLong_AsLongLongAndOverflow(item, &overflow)
    return overflow == 0 ? Int(value) : nil
  }

  /// Whether an argument is a number, a text, bytes or `None`, whose value is in it. CPython takes other objects for files
  /// too and asks them for a number, which it does not tell: `os.listdir`, for one.
  func isPlain(_ index: Int) -> Bool {
    guard let item = item(index), item != api.none else { return true }
    return [api.pointee.PyLong_Type, api.pointee.PyUnicode_Type, api.pointee.PyBytes_Type].contains {
      api.isInstance(item, of: $0)
    }
  }

  /// Whether reading an argument runs no code of the user's: its class is one of C's, which Python code cannot change.
  func isBuiltin(_ index: Int) -> Bool {
    guard let item = item(index) else { return true }
    // As public headers have it: the flags of a type, and the one of those that cannot be changed.
    let (flags, immutable) = (21, UInt(1 << 8))
    return UnsafeRawPointer(item.pointee.ob_type).assumingMemoryBound(to: UInt.self)[flags] & immutable != 0
  }

  func isNumber(_ index: Int) -> Bool { item(index).map { api.isInstance($0, of: api.pointee.PyLong_Type) } ?? false }

  /// A text for messages and names; lone surrogates are shown as escapes.
  func text(_ index: Int) -> String? { api.text(item(index)) }

  /// Whether an argument is a text or bytes of a length that the operating system takes for no path: it refuses such a
  /// path itself, and looking at it any closer would take long.
  func isTooLong(_ index: Int) -> Bool {
    guard let item = item(index) else { return false }
    if api.isInstance(item, of: api.pointee.PyUnicode_Type) { return api.pointee.PyUnicode_GetLength(item) >= PATH_MAX }
    guard api.isInstance(item, of: api.pointee.PyBytes_Type) else { return false }
    var start: UnsafeMutablePointer<CChar>?
    var length = 0
    guard api.pointee.PyBytes_AsStringAndSize(item, &start, &length) == 0 else {
      api.pointee.PyErr_Clear()
      return false
    }
    return length >= PATH_MAX
  }

  /// A text or bytes as the operating system gets them; nil for anything else, and for what is not UTF-8.
  func path(_ index: Int) -> String? {
    guard let item = item(index) else { return nil }
    if api.isInstance(item, of: api.pointee.PyUnicode_Type) {
      guard let bytes = api.pointee.PyUnicode_EncodeFSDefault(item) else {
        api.pointee.PyErr_Clear()
        return nil
      }
      defer { api.pointee.Py_DecRef(bytes) }
      return utf8(bytes)
    }
    return api.isInstance(item, of: api.pointee.PyBytes_Type) ? utf8(item) : nil
  }

  private func utf8(_ bytes: ObjectPointer) -> String? {
    var start: UnsafeMutablePointer<CChar>?
    var length = 0
    guard api.pointee.PyBytes_AsStringAndSize(bytes, &start, &length) == 0, let start else {
      api.pointee.PyErr_Clear()
      return nil
    }
    let buffer = UnsafeRawBufferPointer(start: start, count: length)
    // The kernel would read up to the zero only.
    guard !buffer.contains(0) else { return nil }
    return String(validating: buffer, as: UTF8.self)
  }

  /// An argument as a message shows it.
  func shown(_ index: Int) -> String {
    if isTooLong(index) { return "<\(typeName(index)) longer than any path>" }
    if let text = path(index) ?? text(index) {
      let start = text.unicodeScalars.prefix(81)
      let short = start.count <= 80 ? text : String(start.prefix(79)) + "…"
      return "'" + short.replacing("\n", with: "\\n").replacing("\0", with: "\\0") + "'"
    }
    if let number = int(index) { return "\(number)" }
    if isNone(index) { return "None" }
    return "<\(typeName(index))>"
  }

  /// The bare name: asking a class for its module can run code of its metaclass.
  private func typeName(_ index: Int) -> String {
    guard let item = item(index), let name = api.pointee.PyType_GetQualName(item.pointee.ob_type) else {
      api.pointee.PyErr_Clear()
      return "?"
    }
    defer { api.pointee.Py_DecRef(name) }
    return api.text(name, limit: TextLimit.name) ?? "?"
  }
}
