import Functions
import CPythonABI
import Columnar
import PythonRuntime

extension Conversion {
  /// Reads a dictionary encoded column: each value of the dictionary is made once, when the first row needs it.
  func dictionaryReader(
    of column: Column, _ dictionary: Column, _ field: Field, as type: UDFType
  ) throws -> ArgumentReader {
    let values = try reader(of: dictionary, field.decoded(dictionary.type), as: type)
    let cache = ObjectCache(values, count: dictionary.count, self)
    guard case .dictionary(let index, _, _) = column.type else { return values }
    return switch index {
    case .int8: api.reader(of: column, CachedBoxer<Int8>(column, cache))
    case .int16: api.reader(of: column, CachedBoxer<Int16>(column, cache))
    case .int32: api.reader(of: column, CachedBoxer<Int32>(column, cache))
    case .int64: api.reader(of: column, CachedBoxer<Int64>(column, cache))
    case .uint8: api.reader(of: column, CachedBoxer<UInt8>(column, cache))
    case .uint16: api.reader(of: column, CachedBoxer<UInt16>(column, cache))
    case .uint32: api.reader(of: column, CachedBoxer<UInt32>(column, cache))
    default: api.reader(of: column, CachedBoxer<UInt64>(column, cache))
    }
  }

  /// Members of an Enum for texts; for a literal the texts themselves.
  func enumerationReader(of column: Column, _ enumeration: UDFType.Enumeration) throws -> ArgumentReader {
    guard let index = enumeration.classIndex else { return textReader(of: column) }
    let byValue = try hold(api.pointee.PyBool_FromLong(enumeration.isByValue ? 1 : 0))
    let members = try support("members", [classObject(index), byValue])
    return api.reader(
      of: column, MemberBoxer(texts: textReader(of: column.withoutNulls), members: members, enumeration, api))
  }
}

/// The objects of a dictionary's values, made when first asked for and kept until the batch is done.
private final class ObjectCache {
  private var objects: [ObjectPointer?]
  private let read: ArgumentReader
  private let conversion: Conversion

  var api: PythonAPI { conversion.api }
  var runsPython: Bool { read.runsPython }

  init(_ read: ArgumentReader, count: Int, _ conversion: Conversion) {
    objects = Array(repeating: nil, count: count)
    self.read = read
    self.conversion = conversion
  }

  /// A borrowed reference, or nil with an exception pending.
  @inline(__always)
  func object(_ index: Int) -> ObjectPointer? { objects[index] ?? make(index) }

  private func make(_ index: Int) -> ObjectPointer? {
    var made: ObjectPointer?
    guard read(index..<index + 1, &made, 1) == 1, let made = try? conversion.hold(made) else { return nil }
    objects[index] = made
    return made
  }
}

private struct CachedBoxer<Index: FixedWidthInteger>: RowBoxer {
  let indices: UnsafePointer<Index>
  let cache: ObjectCache
  let api: PythonAPI

  init(_ column: Column, _ cache: ObjectCache) {
    indices = column.unsafeValues.assumingMemoryBound(to: Index.self)
    self.cache = cache
    api = cache.api
  }

  var runsPython: Bool { cache.runsPython }

  @inline(__always)
  func box(_ row: Int) -> ObjectPointer? {
    guard let object = cache.object(Int(indices[row])) else { return nil }
    api.pointee.Py_IncRef(object)
    return object
  }
}

private struct MemberBoxer: RowBoxer {
  let texts: ArgumentReader
  let members: ObjectPointer
  let enumeration: UDFType.Enumeration
  let api: PythonAPI

  init(texts: ArgumentReader, members: ObjectPointer, _ enumeration: UDFType.Enumeration, _ api: PythonAPI) {
    (self.texts, self.members, self.enumeration, self.api) = (texts, members, enumeration, api)
  }

  func box(_ row: Int) -> ObjectPointer? {
    var text: ObjectPointer?
    guard texts(row..<row + 1, &text, 1) == 1, let text else { return nil }
    defer { api.pointee.Py_DecRef(text) }
    if let member = api.pointee.PyDict_GetItemWithError(members, text) {
      api.pointee.Py_IncRef(member)
      return member
    }
    if api.pointee.PyErr_Occurred() != nil { return nil }
    let shown = api.shortRepresentation(text)
    return api.raise(api.pointee.PyExc_ValueError, "\(shown) is not a value of \(enumeration.name)")
  }
}
