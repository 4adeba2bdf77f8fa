import CPythonABI

/// A C function or method of CPython's in whose place one of ours stands: what was there, and how it is called.
///
/// Of any kind but those with keywords. It gets its object and up to two words, and looks at no more than its kind has;
/// CPython passes them in registers, so ours can hand on both.
struct PatchedMethod {
  typealias Function = @convention(c) (ObjectPointer, UnsafeMutableRawPointer?, Int) -> ObjectPointer?

  private enum Kind { case nothing, object, tuple, vector }

  private let original: Function
  private let kind: Kind

  /// Puts a function in the place of another; nil when CPython has none there, or one of another kind, which stays.
  ///
  /// - Parameter definition: CPython's own, which all interpreters share.
  init?(_ definition: UnsafeMutablePointer<PyMethodDef>?, by new: Function) {
    guard let definition else { return nil }
    switch definition.pointee.ml_flags & ~Self.otherFlags {
    // As CPython's public headers have them: METH_NOARGS, METH_O, METH_VARARGS, METH_FASTCALL.
    case 0x04: kind = .nothing
    case 0x08: kind = .object
    case 0x01: kind = .tuple
    case 0x80: kind = .vector
    default: return nil
    }
    original = unsafeBitCast(definition.pointee.ml_meth, to: Function.self)
    definition.pointee.ml_meth = unsafeBitCast(new, to: GuardedTypes.Function.self)
  }

  /// METH_CLASS, METH_STATIC, METH_COEXIST: how it is called does not depend on them.
  private static let otherFlags: Int32 = 0x10 | 0x20 | 0x40

  func callAsFunction(_ object: ObjectPointer, _ arguments: UnsafeMutableRawPointer?, _ count: Int) -> ObjectPointer? {
    original(object, arguments, count)
  }

  /// The arguments of a call, borrowed.
  func arguments(_ arguments: UnsafeMutableRawPointer?, _ count: Int, _ api: PythonAPI) -> [ObjectPointer] {
    guard let arguments else { return [] }
    let object = arguments.assumingMemoryBound(to: PyObject.self)
    switch kind {
    case .nothing: return []
    case .object: return [object]
    case .tuple: return (0..<api.pointee.PyTuple_Size(object)).compactMap { api.pointee.PyTuple_GetItem(object, $0) }
    case .vector:
      return (0..<count).map { arguments.assumingMemoryBound(to: ObjectPointer.self)[$0] }
    }
  }
}
