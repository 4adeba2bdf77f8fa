import CPythonABI
import Columnar
import PythonRuntime

/// Makes the Python object for one row of a column; gives a new reference, or nil with an exception pending.
///
/// Chosen once per batch for the column's type, so that no row pays for a choice. It holds pointers into the column,
/// which the caller keeps alive.
typealias ArgumentReader = (_ row: Int) -> ObjectPointer?

extension PythonAPI {
  /// The reader for a parameter; the column's type must be one that the parameter accepts.
  ///
  /// - Parameter passesNull: whether a null row gives `None`; otherwise null rows are never read.
  func reader(of column: Column, for type: UDFType, passesNull: Bool) -> ArgumentReader {
    let api = self
    let none: ArgumentReader = { _ in
      api.pointee.Py_IncRef(api.none)
      return api.none
    }
    guard column.type != .null else { return none }
    let read = valueReader(of: column, for: type)
    guard passesNull, let (bytes, bitOffset) = column.unsafeValidity else { return read }
    return { row in
      let bit = bitOffset &+ row
      return bytes[bit >> 3] & (1 << UInt8(bit & 7)) == 0 ? none(row) : read(row)
    }
  }

  private func valueReader(of column: Column, for type: UDFType) -> ArgumentReader {
    switch (type, column.type) {
    case (.float, let columnType) where columnType != .null: floatReader(of: column)
    case (.int, .int8): signedReader(of: column, Int8.self)
    case (.int, .int16): signedReader(of: column, Int16.self)
    case (.int, .int32): signedReader(of: column, Int32.self)
    case (.int, .int64): signedReader(of: column, Int64.self)
    case (.int, .uint8): signedReader(of: column, UInt8.self)
    case (.int, .uint16): signedReader(of: column, UInt16.self)
    case (.int, .uint32): signedReader(of: column, UInt32.self)
    case (.int, _): unsignedReader(of: column)
    case (.bool, _): booleanReader(of: column)
    case (.string, .largeUTF8): textReader(of: column, Int64.self)
    case (.string, _): textReader(of: column, Int32.self)
    case (.bytes, .largeBinary): bytesReader(of: column, Int64.self)
    case (.bytes, _): bytesReader(of: column, Int32.self)
    case (.float, _): floatReader(of: column)
    }
  }

  private func floatReader(of column: Column) -> ArgumentReader {
    switch column.type {
    case .float32: floatReader(of: column, Float.self) { Double($0) }
    case .int8: floatReader(of: column, Int8.self) { Double($0) }
    case .int16: floatReader(of: column, Int16.self) { Double($0) }
    case .int32: floatReader(of: column, Int32.self) { Double($0) }
    case .int64: floatReader(of: column, Int64.self) { Double($0) }
    case .uint8: floatReader(of: column, UInt8.self) { Double($0) }
    case .uint16: floatReader(of: column, UInt16.self) { Double($0) }
    case .uint32: floatReader(of: column, UInt32.self) { Double($0) }
    case .uint64: floatReader(of: column, UInt64.self) { Double($0) }
    default: floatReader(of: column, Double.self) { $0 }
    }
  }

  @inline(__always)
  private func floatReader<T>(of column: Column, _: T.Type, _ double: @escaping (T) -> Double) -> ArgumentReader {
    let values = column.unsafeValues.assumingMemoryBound(to: T.self)
    let make = pointee.PyFloat_FromDouble
    return { row in make(double(values[row])) }
  }

  /// Every width that fits a C `long long`.
  @inline(__always)
  private func signedReader<T: FixedWidthInteger>(of column: Column, _: T.Type) -> ArgumentReader {
    let values = column.unsafeValues.assumingMemoryBound(to: T.self)
    let make = pointee.PyLong_FromLongLong
    return { row in make(Int64(truncatingIfNeeded: values[row])) }
  }

  private func unsignedReader(of column: Column) -> ArgumentReader {
    let values = column.unsafeValues.assumingMemoryBound(to: UInt64.self)
    let make = pointee.PyLong_FromUnsignedLongLong
    return { row in make(values[row]) }
  }

  private func booleanReader(of column: Column) -> ArgumentReader {
    let (bytes, bitOffset) = column.unsafeBits
    let make = pointee.PyBool_FromLong
    return { row in
      let bit = bitOffset &+ row
      return make(Int((bytes[bit >> 3] >> UInt8(bit & 7)) & 1))
    }
  }

  @inline(__always)
  private func textReader<Offset: ColumnOffset>(of column: Column, _: Offset.Type) -> ArgumentReader {
    spanReader(of: column, Offset.self, pointee.PyUnicode_FromStringAndSize)
  }

  @inline(__always)
  private func bytesReader<Offset: ColumnOffset>(of column: Column, _: Offset.Type) -> ArgumentReader {
    spanReader(of: column, Offset.self, pointee.PyBytes_FromStringAndSize)
  }

  @inline(__always)
  private func spanReader<Offset: ColumnOffset>(
    of column: Column, _: Offset.Type, _ make: @escaping @convention(c) (UnsafePointer<CChar>?, Int) -> ObjectPointer?
  ) -> ArgumentReader {
    let (offsets, data) = column.unsafeOffsets(as: Offset.self)
    let characters = UnsafeRawPointer(data).assumingMemoryBound(to: CChar.self)
    return { row in
      let start = Int(offsets[row])
      return make(characters + start, Int(offsets[row &+ 1]) &- start)
    }
  }
}
