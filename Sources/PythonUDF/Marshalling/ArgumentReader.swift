import CPythonABI
import Columnar
import PythonRuntime

/// Makes the Python objects for a few rows of a column, as new references, at `slot`, `slot + stride`, ...
///
/// Chosen once per batch for the column's type, and called once per block of rows, so that no row pays for a choice. It
/// holds pointers into the column, which the caller keeps alive. Gives the number of objects made: fewer than rows when
/// one could not be made, with an exception pending. A null row gives `None`.
typealias ArgumentReader = (_ rows: Range<Int>, _ slot: UnsafeMutablePointer<ObjectPointer?>, _ stride: Int) -> Int

/// Makes the Python object for one row of one type of column; a type of its own per column type, so that the loop over
/// rows is compiled for each.
private protocol RowBoxer {
  func box(_ row: Int) -> ObjectPointer?
}

extension PythonAPI {
  /// The reader for a parameter; the column's type must be one that the parameter accepts.
  func reader(of column: Column, for type: UDFType) -> ArgumentReader {
    switch (type, column.type) {
    case (_, .null): reader(of: column, NoneBoxer(none: none))
    case (.float, _): floatReader(of: column)
    case (.int, _): integerReader(of: column)
    case (.bool, _): reader(of: column, BooleanBoxer(column, self))
    case (.string, .largeUTF8): reader(of: column, BytesBoxer<Int64>(column, pointee.PyUnicode_FromStringAndSize))
    case (.string, _): reader(of: column, BytesBoxer<Int32>(column, pointee.PyUnicode_FromStringAndSize))
    case (.bytes, .largeBinary): reader(of: column, BytesBoxer<Int64>(column, pointee.PyBytes_FromStringAndSize))
    case (.bytes, _): reader(of: column, BytesBoxer<Int32>(column, pointee.PyBytes_FromStringAndSize))
    }
  }

  private func integerReader(of column: Column) -> ArgumentReader {
    switch column.type {
    case .int8: reader(of: column, IntegerBoxer<Int8>(column, self))
    case .int16: reader(of: column, IntegerBoxer<Int16>(column, self))
    case .int32: reader(of: column, IntegerBoxer<Int32>(column, self))
    case .uint8: reader(of: column, IntegerBoxer<UInt8>(column, self))
    case .uint16: reader(of: column, IntegerBoxer<UInt16>(column, self))
    case .uint32: reader(of: column, IntegerBoxer<UInt32>(column, self))
    case .uint64: reader(of: column, UnsignedBoxer(column, self))
    default: reader(of: column, IntegerBoxer<Int64>(column, self))
    }
  }

  private func floatReader(of column: Column) -> ArgumentReader {
    switch column.type {
    #if !(os(macOS) && arch(x86_64))
      case .float16: reader(of: column, FloatBoxer<Float16>(column, self))
    #endif
    case .float32: reader(of: column, FloatBoxer<Float>(column, self))
    case .int8: reader(of: column, IntegerAsFloatBoxer<Int8>(column, self))
    case .int16: reader(of: column, IntegerAsFloatBoxer<Int16>(column, self))
    case .int32: reader(of: column, IntegerAsFloatBoxer<Int32>(column, self))
    case .int64: reader(of: column, IntegerAsFloatBoxer<Int64>(column, self))
    case .uint8: reader(of: column, IntegerAsFloatBoxer<UInt8>(column, self))
    case .uint16: reader(of: column, IntegerAsFloatBoxer<UInt16>(column, self))
    case .uint32: reader(of: column, IntegerAsFloatBoxer<UInt32>(column, self))
    case .uint64: reader(of: column, IntegerAsFloatBoxer<UInt64>(column, self))
    default: reader(of: column, FloatBoxer<Double>(column, self))
    }
  }

  @inline(__always)
  private func reader(of column: Column, _ boxer: some RowBoxer) -> ArgumentReader {
    let api = self
    guard let (bytes, bitOffset) = column.unsafeValidity else {
      return { rows, slot, stride in
        var next = slot
        for row in rows {
          guard let object = boxer.box(row) else { return row - rows.lowerBound }
          next.pointee = object
          next += stride
        }
        return rows.count
      }
    }
    return { rows, slot, stride in
      var next = slot
      for row in rows {
        let bit = bitOffset &+ row
        if bytes[bit >> 3] & (1 << UInt8(truncatingIfNeeded: bit & 7)) == 0 {
          api.pointee.Py_IncRef(api.none)
          next.pointee = api.none
        } else {
          guard let object = boxer.box(row) else { return row - rows.lowerBound }
          next.pointee = object
        }
        next += stride
      }
      return rows.count
    }
  }
}

private struct NoneBoxer: RowBoxer {
  /// Immortal since 3.12, so no reference is counted.
  let none: ObjectPointer

  func box(_ row: Int) -> ObjectPointer? { none }
}

/// Every width that fits a C `long long`.
private struct IntegerBoxer<Value: FixedWidthInteger>: RowBoxer {
  let values: UnsafePointer<Value>
  let make: @convention(c) (Int64) -> ObjectPointer?

  init(_ column: Column, _ api: PythonAPI) {
    values = column.unsafeValues.assumingMemoryBound(to: Value.self)
    make = api.pointee.PyLong_FromLongLong
  }

  @inline(__always)
  func box(_ row: Int) -> ObjectPointer? { make(Int64(truncatingIfNeeded: values[row])) }
}

private struct UnsignedBoxer: RowBoxer {
  let values: UnsafePointer<UInt64>
  let make: @convention(c) (UInt64) -> ObjectPointer?

  init(_ column: Column, _ api: PythonAPI) {
    values = column.unsafeValues.assumingMemoryBound(to: UInt64.self)
    make = api.pointee.PyLong_FromUnsignedLongLong
  }

  @inline(__always)
  func box(_ row: Int) -> ObjectPointer? { make(values[row]) }
}

private struct FloatBoxer<Value: BinaryFloatingPoint>: RowBoxer {
  let values: UnsafePointer<Value>
  let make: @convention(c) (Double) -> ObjectPointer?

  init(_ column: Column, _ api: PythonAPI) {
    values = column.unsafeValues.assumingMemoryBound(to: Value.self)
    make = api.pointee.PyFloat_FromDouble
  }

  @inline(__always)
  func box(_ row: Int) -> ObjectPointer? { make(Double(values[row])) }
}

private struct IntegerAsFloatBoxer<Value: FixedWidthInteger>: RowBoxer {
  let values: UnsafePointer<Value>
  let make: @convention(c) (Double) -> ObjectPointer?

  init(_ column: Column, _ api: PythonAPI) {
    values = column.unsafeValues.assumingMemoryBound(to: Value.self)
    make = api.pointee.PyFloat_FromDouble
  }

  @inline(__always)
  func box(_ row: Int) -> ObjectPointer? { make(Double(values[row])) }
}

private struct BooleanBoxer: RowBoxer {
  let bytes: UnsafePointer<UInt8>
  let bitOffset: Int
  let make: @convention(c) (Int) -> ObjectPointer?

  init(_ column: Column, _ api: PythonAPI) {
    (bytes, bitOffset) = column.unsafeBits
    make = api.pointee.PyBool_FromLong
  }

  @inline(__always)
  func box(_ row: Int) -> ObjectPointer? {
    let bit = bitOffset &+ row
    return make(Int((bytes[bit >> 3] >> UInt8(truncatingIfNeeded: bit & 7)) & 1))
  }
}

/// Text, or bytes: what is made of them is the function's affair.
private struct BytesBoxer<Offset: ColumnOffset>: RowBoxer {
  let offsets: UnsafePointer<Offset>
  let data: UnsafePointer<CChar>
  let make: @convention(c) (UnsafePointer<CChar>?, Int) -> ObjectPointer?

  init(_ column: Column, _ make: @escaping @convention(c) (UnsafePointer<CChar>?, Int) -> ObjectPointer?) {
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
