import CPythonABI
import Columnar
import PythonRuntime

/// `PyUnicode_FromStringAndSize` or `PyBytes_FromStringAndSize`.
private typealias MakeObject = @convention(c) (UnsafePointer<CChar>?, Int) -> ObjectPointer?

extension Conversion {
  func textReader(of column: Column) -> ArgumentReader {
    let make = api.pointee.PyUnicode_FromStringAndSize
    return switch column.type {
    case .largeUTF8: api.reader(of: column, BytesBoxer<Int64>(column, make))
    case .utf8View: api.reader(of: column, ViewBoxer(column, make))
    default: api.reader(of: column, BytesBoxer<Int32>(column, make))
    }
  }

  func bytesReader(of column: Column) -> ArgumentReader {
    let make = api.pointee.PyBytes_FromStringAndSize
    return switch column.type {
    case .largeBinary: api.reader(of: column, BytesBoxer<Int64>(column, make))
    case .binaryView: api.reader(of: column, ViewBoxer(column, make))
    case .fixedSizeBinary(let width): api.reader(of: column, FixedSizeBoxer(column, width: width, make))
    default: api.reader(of: column, BytesBoxer<Int32>(column, make))
    }
  }
}

/// Text, or bytes: what is made of them is the function's affair.
private struct BytesBoxer<Offset: ColumnOffset>: RowBoxer {
  let offsets: UnsafePointer<Offset>
  let data: UnsafePointer<CChar>
  let make: MakeObject

  init(_ column: Column, _ make: @escaping MakeObject) {
    let (offsets, data) = column.unsafeOffsets(as: Offset.self)
    self.offsets = offsets
    self.data = UnsafeRawPointer(data).assumingMemoryBound(to: CChar.self)
    self.make = make
  }

  @inline(__always)
  func box(_ row: Int) -> ObjectPointer? {
    let start = Int(offsets[row])
    return make(data + start, Int(offsets[row &+ 1]) &- start)
  }
}

private struct ViewBoxer: RowBoxer {
  let views: UnsafeRawPointer
  let data: [UnsafeRawPointer]
  let make: MakeObject

  init(_ column: Column, _ make: @escaping MakeObject) {
    (views, data) = column.unsafeViews
    self.make = make
  }

  @inline(__always)
  func box(_ row: Int) -> ObjectPointer? {
    let view = ViewLayout(at: views + row &* 16)
    let start = view.isInline ? view.inlineBytes.baseAddress : data[view.bufferIndex] + view.offset
    return make(start?.assumingMemoryBound(to: CChar.self), view.byteCount)
  }
}

private struct FixedSizeBoxer: RowBoxer {
  let values: UnsafePointer<CChar>
  let width: Int
  let make: MakeObject

  init(_ column: Column, width: Int, _ make: @escaping MakeObject) {
    values = column.unsafeValues.assumingMemoryBound(to: CChar.self)
    self.width = width
    self.make = make
  }

  func box(_ row: Int) -> ObjectPointer? { make(values + row * width, width) }
}

/// `uuid.UUID`, put together as its own constructor does, which is Python code and takes five times as long.
struct UUIDBoxer: RowBoxer {
  private let values: UnsafeRawPointer
  private let type: OpaquePointer
  private let intName: ObjectPointer
  private let safetyName: ObjectPointer
  private let safety: ObjectPointer
  private let api: PythonAPI

  init(_ column: Column, _ conversion: Conversion) throws {
    api = conversion.api
    values = column.unsafeValues
    type = OpaquePointer(try conversion.attribute("UUID", of: "uuid"))
    intName = try conversion.name("int")
    safetyName = try conversion.name("is_safe")
    let safeUUID = try conversion.attribute("SafeUUID", of: "uuid")
    safety = try conversion.hold(api.pointee.PyObject_GetAttrString(safeUUID, "unknown"))
  }

  func box(_ row: Int) -> ObjectPointer? {
    let number = UInt128(bigEndian: values.loadUnaligned(fromByteOffset: row * 16, as: UInt128.self))
    guard let int = api.makeInteger(number) else { return nil }
    defer { api.pointee.Py_DecRef(int) }
    guard let uuid = api.pointee.PyType_GenericAlloc(type, 0) else { return nil }
    // A UUID forbids assignment in Python; the generic function does not ask it.
    guard api.pointee.PyObject_GenericSetAttr(uuid, intName, int) == 0,
      api.pointee.PyObject_GenericSetAttr(uuid, safetyName, safety) == 0
    else {
      api.pointee.Py_DecRef(uuid)
      return nil
    }
    return uuid
  }
}
