import Functions
import CPythonABI
import Columnar
import PythonRuntime

extension Conversion {
  /// The reader for a parameter of a type; the field describes the column, and must be one that the type accepts.
  ///
  /// - Throws: `PythonError` when something that the values need is not there, such as a time zone; `UDFError`.
  func reader(of column: Column, _ field: Field, as type: UDFType) throws -> ArgumentReader {
    if column.type == .null { return api.reader(of: column, NoneBoxer(none: api.none)) }
    if let dictionary = column.dictionary { return try dictionaryReader(of: column, dictionary, field, as: type) }
    switch type {
    case .any: return try reader(of: column, field, as: .natural(of: field))
    case .null: return api.reader(of: column, NoneBoxer(none: api.none))
    case .bool: return api.reader(of: column, BooleanBoxer(column, api))
    case .int, .int8, .int16, .int32, .uint8, .uint16, .uint32, .uint64, .int128:
      return integerReader(of: column, field)
    case .float, .float32: return try floatReader(of: column, field)
    case .string: return textReader(of: column)
    case .bytes: return bytesReader(of: column)
    case .decimal, .decimalText: return try decimalReader(of: column, field)
    case .date, .time, .timestamp, .duration, .interval, .nanoseconds: return try temporalReader(of: column, as: type)
    case .uuid: return api.reader(of: column, try UUIDBoxer(column, self))
    case .json: return try jsonReader(of: column)
    case .pickle:
      return try reader(of: column, bytesReader(of: column.withoutNulls), through: attribute("loads", of: "pickle"))
    case .list(let element): return try listReader(of: column, field, element)
    case .map(let key, let value): return try mapReader(of: column, key, value)
    case .structure(let structure): return try structReader(of: column, field, structure)
    case .enumeration(let enumeration): return try enumerationReader(of: column, enumeration)
    }
  }

  /// Objects that a Python function makes of those of another reader.
  func reader(of column: Column, _ inner: ArgumentReader, through function: ObjectPointer) -> ArgumentReader {
    api.reader(of: column, CallBoxer(inner: inner, function: function, api: api))
  }
}

extension Column {
  /// The same rows without the bitmap, for a reader behind another that has looked at it.
  var withoutNulls: Column {
    guard nullCount > 0,
      let same = try? Column(
        type: type, count: count, offset: offset, nullCount: 0, buffers: buffers, children: children,
        dictionary: dictionary)
    else { return self }
    return same
  }
}

/// Calls a Python function with the object of another reader.
private struct CallBoxer: RowBoxer {
  let inner: ArgumentReader
  let function: ObjectPointer
  let api: PythonAPI
  var runsPython: Bool { true }

  func box(_ row: Int) -> ObjectPointer? {
    var object: ObjectPointer?
    guard inner(row..<row + 1, &object, 1) == 1, let object else { return nil }
    defer { api.pointee.Py_DecRef(object) }
    return api.call(function, object)
  }
}
