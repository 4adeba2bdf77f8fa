import CPythonABI
import PythonRuntime

/// The class `clutch.Column`: what an object of it does when Python code uses it.
///
/// Written against CPython's interface, so that reading an element runs no Python code that a file could change. Each
/// interpreter has a class of its own, made of the same description, which nobody writes. CPython calls the functions under
/// the interpreter's GIL, from whichever thread of it.
enum ColumnClass {
  /// A new reference to the class of an interpreter, or nil with an exception set.
  static func make(_ api: PythonAPI) -> ObjectPointer? {
    var spec = PyType_Spec(
      name: name, basicsize: Int32(MemoryLayout<PyObject>.size + MemoryLayout<UnsafeRawPointer>.size), itemsize: 0,
      flags: UInt32(PythonTypeIsSequence | PythonTypeMakesNoInstances | PythonTypeIsImmutable), slots: slots)
    return api.pointee.PyType_FromSpec(&spec)
  }

  /// A new object of an interpreter's class that shows rows, or nil with an exception set.
  static func object(_ rows: ColumnRows, of type: ObjectPointer, _ api: PythonAPI) -> ObjectPointer? {
    guard let object = api.pointee.PyType_GenericAlloc(OpaquePointer(type), 0) else { return nil }
    place(object).pointee = Unmanaged.passRetained(rows).toOpaque()
    return object
  }

  /// What an object of the class shows.
  static func rows(_ object: ObjectPointer) -> ColumnRows? {
    place(object).pointee.map { Unmanaged<ColumnRows>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Behind the head of an object.
  private static func place(_ object: ObjectPointer) -> UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    (UnsafeMutableRawPointer(object) + MemoryLayout<PyObject>.size)
      .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  // MARK: The description, which CPython keeps pointers into, and which is never freed

  private typealias Unary = @convention(c) (ObjectPointer) -> ObjectPointer?
  private typealias Binary = @convention(c) (ObjectPointer, ObjectPointer) -> ObjectPointer?
  private typealias Method = @convention(c) (ObjectPointer, ObjectPointer?) -> ObjectPointer?
  private typealias Length = @convention(c) (ObjectPointer) -> Int
  private typealias Item = @convention(c) (ObjectPointer, Int) -> ObjectPointer?
  private typealias Get = @convention(c) (ObjectPointer, UnsafeMutableRawPointer?) -> ObjectPointer?
  private typealias GetBuffer = @convention(c) (ObjectPointer, UnsafeMutablePointer<Py_buffer>, Int32) -> Int32
  private typealias ReleaseBuffer = @convention(c) (ObjectPointer, UnsafeMutablePointer<Py_buffer>) -> Void
  private typealias Deallocate = @convention(c) (ObjectPointer) -> Void
  private typealias Declared =
    @convention(c) (ObjectPointer, ObjectPointer, ObjectPointer?) -> ObjectPointer?

  // Tables that CPython reads, the same for every interpreter: each is filled once, when it is first asked for, never written
  // again and never freed, so that any thread may read it.
  nonisolated(unsafe) private static let name = text("clutch.Column")

  private static func text(_ text: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  nonisolated(unsafe) private static let slots = {
    let deallocate: Deallocate = { object in
      guard let api = HostFunction.api else { return }
      let type = object.pointee.ob_type
      if let rows = ColumnClass.place(object).pointee { Unmanaged<ColumnRows>.fromOpaque(rows).release() }
      api.pointee.PyObject_Free(object)
      // An object holds its class.
      api.pointee.Py_DecRef(UnsafeMutablePointer<PyObject>(type))
    }
    let length: Length = { object in ColumnClass.rows(object)?.length ?? -1 }
    let item: Item = { object, place in ColumnClass.rows(object)?.item(place) }
    let subscripted: Binary = { object, key in ColumnClass.rows(object)?.item(at: key) }
    let shown: Unary = { object in ColumnClass.rows(object)?.shown }
    let iterate: Unary = { object in HostFunction.api?.pointee.PySeqIter_New(object) }
    let getBuffer: GetBuffer = { object, view, flags in
      ColumnClass.rows(object)?.export(to: view, of: object, flags) == true ? 0 : -1
    }
    let releaseBuffer: ReleaseBuffer = { _, view in
      guard let memory = view.pointee.internal else { return }
      Unmanaged<ColumnExport>.fromOpaque(memory).release()
    }
    let list: [(Int, UnsafeRawPointer)] = [
      (Int(Py_tp_dealloc), unsafeBitCast(deallocate, to: UnsafeRawPointer.self)),
      (Int(Py_tp_doc), UnsafeRawPointer(text(documentation))),
      (Int(Py_tp_repr), unsafeBitCast(shown, to: UnsafeRawPointer.self)),
      (Int(Py_tp_iter), unsafeBitCast(iterate, to: UnsafeRawPointer.self)),
      (Int(Py_sq_length), unsafeBitCast(length, to: UnsafeRawPointer.self)),
      (Int(Py_sq_item), unsafeBitCast(item, to: UnsafeRawPointer.self)),
      (Int(Py_mp_length), unsafeBitCast(length, to: UnsafeRawPointer.self)),
      (Int(Py_mp_subscript), unsafeBitCast(subscripted, to: UnsafeRawPointer.self)),
      (Int(Py_bf_getbuffer), unsafeBitCast(getBuffer, to: UnsafeRawPointer.self)),
      (Int(Py_bf_releasebuffer), unsafeBitCast(releaseBuffer, to: UnsafeRawPointer.self)),
      (Int(Py_tp_methods), UnsafeRawPointer(methods)), (Int(Py_tp_getset), UnsafeRawPointer(attributes)),
    ]
    let slots = UnsafeMutablePointer<PyType_Slot>.allocate(capacity: list.count + 1)
    for (place, entry) in list.enumerated() {
      (slots + place).initialize(to: PyType_Slot(slot: Int32(entry.0), pfunc: entry.1))
    }
    (slots + list.count).initialize(to: PyType_Slot(slot: 0, pfunc: nil))
    return slots
  }()

  private static let documentation: StaticString = """
    The values of a parameter for the rows of a batch, read from the engine's own memory.

    A sequence that cannot be changed, with None for nulls, and of numbers also a buffer. Good until the call ends.
    """

  nonisolated(unsafe) private static let attributes = {
    let nullCount: Get = { object, _ in ColumnClass.rows(object)?.nullCount }
    let list = UnsafeMutablePointer<PyGetSetDef>.allocate(capacity: 2)
    list.initialize(
      to: PyGetSetDef(
        name: text("null_count"), get: nullCount, set: nil, doc: text("How many values are null."), closure: nil))
    (list + 1).initialize(to: PyGetSetDef(name: nil, get: nil, set: nil, doc: nil, closure: nil))
    return list
  }()

  nonisolated(unsafe) private static let methods = {
    let toList: Method = { object, _ in ColumnClass.rows(object)?.list }
    let isNull: Method = { object, key in
      guard let key else { return nil }
      return ColumnClass.rows(object)?.isNull(key)
    }
    let subscripted: Method = { type, parameters in
      guard let parameters else { return nil }
      return HostFunction.api?.pointee.Py_GenericAlias(type, parameters)
    }
    // As a function with keyword arguments it gets one more, and looks at none of them: a schema that is asked for may be
    // ignored.
    let arrowArray: Method = { object, _ in ColumnClass.rows(object)?.arrowArray }
    let arrowSchema: Method = { object, _ in ColumnClass.rows(object)?.arrowSchema }
    let list: [(StaticString, Method, Int, StaticString)] = [
      (
        "__arrow_c_array__", arrowArray, Int(METH_VARARGS | METH_KEYWORDS),
        "__arrow_c_array__($self, requested_schema=None)\n--\n\nThe rows for Arrow, as capsules."
      ),
      (
        "__arrow_c_schema__", arrowSchema, Int(METH_NOARGS),
        "__arrow_c_schema__($self, /)\n--\n\nThe type of the rows for Arrow, as a capsule."
      ),
      ("to_list", toList, Int(METH_NOARGS), "to_list($self, /)\n--\n\nThe values as a list, which stays."),
      ("is_null", isNull, Int(METH_O), "is_null($self, index, /)\n--\n\nWhether the value at a place is null."),
      (
        "__class_getitem__", subscripted, Int(METH_O | METH_CLASS),
        "__class_getitem__($type, item, /)\n--\n\nSee PEP 585."
      ),
    ]
    let methods = UnsafeMutablePointer<PyMethodDef>.allocate(capacity: list.count + 1)
    for (place, entry) in list.enumerated() {
      (methods + place).initialize(
        to: PyMethodDef(
          ml_name: text(entry.0), ml_meth: unsafeBitCast(entry.1, to: Declared.self), ml_flags: Int32(entry.2),
          ml_doc: text(entry.3)))
    }
    // The end of the list has no name.
    UnsafeMutableRawPointer(methods + list.count).initializeMemory(
      as: UInt8.self, repeating: 0, count: MemoryLayout<PyMethodDef>.size)
    return methods
  }()
}
