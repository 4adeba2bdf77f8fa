import CPythonABI
import Columnar
import Functions
import PythonRuntime

extension Conversion {
  func integerReader(of column: Column, _ field: Field) -> ArgumentReader {
    if field.isUnsignedHugeInteger {
      return api.reader(of: column, HugeBoxer<UInt128>(column) { [api] in api.makeInteger($0) })
    }
    switch column.type {
    case .int8: return api.numberReader(of: column, IntegerBoxer<Int8>(column, api))
    case .int16: return api.numberReader(of: column, IntegerBoxer<Int16>(column, api))
    case .int32: return api.numberReader(of: column, IntegerBoxer<Int32>(column, api))
    case .uint8: return api.numberReader(of: column, IntegerBoxer<UInt8>(column, api))
    case .uint16: return api.numberReader(of: column, IntegerBoxer<UInt16>(column, api))
    case .uint32: return api.numberReader(of: column, IntegerBoxer<UInt32>(column, api))
    case .uint64: return api.reader(of: column, UnsignedBoxer(column, api))
    case .fixedSizeBinary: return api.reader(of: column, HugeBoxer<Int128>(column) { [api] in api.makeInteger($0) })
    default: return api.numberReader(of: column, IntegerBoxer<Int64>(column, api))
    }
  }

  func floatReader(of column: Column, _ field: Field) throws -> ArgumentReader {
    let make = api.pointee.PyFloat_FromDouble
    if field.isUnsignedHugeInteger { return api.reader(of: column, HugeBoxer<UInt128>(column) { make(Double($0)) }) }
    switch column.type {
    #if !(os(macOS) && arch(x86_64))
      case .float16: return api.numberReader(of: column, FloatBoxer<Float16>(column, api))
    #endif
    case .float32: return api.numberReader(of: column, FloatBoxer<Float>(column, api))
    case .int8: return api.reader(of: column, IntegerAsFloatBoxer<Int8>(column, api))
    case .int16: return api.reader(of: column, IntegerAsFloatBoxer<Int16>(column, api))
    case .int32: return api.reader(of: column, IntegerAsFloatBoxer<Int32>(column, api))
    case .int64: return api.reader(of: column, IntegerAsFloatBoxer<Int64>(column, api))
    case .uint8: return api.reader(of: column, IntegerAsFloatBoxer<UInt8>(column, api))
    case .uint16: return api.reader(of: column, IntegerAsFloatBoxer<UInt16>(column, api))
    case .uint32: return api.reader(of: column, IntegerAsFloatBoxer<UInt32>(column, api))
    case .uint64: return api.reader(of: column, IntegerAsFloatBoxer<UInt64>(column, api))
    case .fixedSizeBinary: return api.reader(of: column, HugeBoxer<Int128>(column) { make(Double($0)) })
    case .decimal128(_, let scale): return api.reader(of: column, DecimalAsFloatBoxer(column, scale: scale, api))
    case .decimal256, .utf8, .largeUTF8, .utf8View:
      // Rare, so through Python: float(Decimal) and float(str) give the nearest double.
      let function = try attribute("float", of: "builtins")
      return reader(of: column, try decimalReader(of: column.withoutNulls, field), through: function)
    default: return api.numberReader(of: column, FloatBoxer<Double>(column, api))
    }
  }
}

/// Every width that fits a C `long long`.
private struct IntegerBoxer<Value: FixedWidthInteger>: NumberBoxer {
  let values: UnsafePointer<Value>
  let make: @convention(c) (Int64) -> ObjectPointer?
  let drop: @convention(c) (ObjectPointer?) -> Void

  init(_ column: Column, _ api: PythonAPI) {
    values = column.unsafeValues.assumingMemoryBound(to: Value.self)
    make = api.pointee.PyLong_FromLongLong
    drop = api.pointee.Py_DecRef
  }

  @inline(__always)
  func box(_ row: Int) -> ObjectPointer? { make(Int64(truncatingIfNeeded: values[row])) }

  @inline(__always)
  func box(_ row: Int, over spent: ObjectPointer?) -> ObjectPointer? {
    let value = Int64(truncatingIfNeeded: values[row])
    guard let spent else { return make(value) }
    let int = UnsafeMutableRawPointer(spent).assumingMemoryBound(to: PyLongObject.self)
    // Of one digit before and after, and not one of the small ints that there is only one of: -5 to 256, and to 1,024 in
    // 3.15.
    guard int.pointee.lv_tag < 16, value.magnitude > 1_024, value.magnitude < 1 << 30 else {
      drop(spent)
      return make(value)
    }
    int.pointee.lv_tag = value < 0 ? 8 | 2 : 8
    int.pointee.ob_digit = UInt32(truncatingIfNeeded: value.magnitude)
    return spent
  }
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

/// 128 bits, least significant byte first, at any address.
private struct HugeBoxer<Value: FixedWidthInteger & BitwiseCopyable>: RowBoxer {
  let values: UnsafeRawPointer
  let make: (Value) -> ObjectPointer?

  init(_ column: Column, _ make: @escaping (Value) -> ObjectPointer?) {
    values = column.unsafeValues
    self.make = make
  }

  func box(_ row: Int) -> ObjectPointer? {
    make(Value(littleEndian: values.loadUnaligned(fromByteOffset: row * 16, as: Value.self)))
  }
}

private struct FloatBoxer<Value: BinaryFloatingPoint>: NumberBoxer {
  let values: UnsafePointer<Value>
  let make: @convention(c) (Double) -> ObjectPointer?

  init(_ column: Column, _ api: PythonAPI) {
    values = column.unsafeValues.assumingMemoryBound(to: Value.self)
    make = api.pointee.PyFloat_FromDouble
  }

  @inline(__always)
  func box(_ row: Int) -> ObjectPointer? { make(Double(values[row])) }

  @inline(__always)
  func box(_ row: Int, over spent: ObjectPointer?) -> ObjectPointer? {
    guard let spent else { return make(Double(values[row])) }
    UnsafeMutableRawPointer(spent).assumingMemoryBound(to: PyFloatObject.self).pointee.ob_fval = Double(values[row])
    return spent
  }
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

/// Fixed point to floating point: the double next to the exact value.
private struct DecimalAsFloatBoxer: RowBoxer {
  let values: UnsafePointer<Int128>
  let scale: Int
  let divisor: Double
  /// The quotient of two numbers that doubles hold exactly is rounded once: 10^22 is the last such power of ten.
  let largestExact: UInt128
  let make: @convention(c) (Double) -> ObjectPointer?

  init(_ column: Column, scale: Int, _ api: PythonAPI) {
    values = column.unsafeValues.assumingMemoryBound(to: Int128.self)
    self.scale = scale
    // A schema may say any scale; beyond 308 the power is infinite.
    divisor = (0..<min(max(scale, 0), 309)).reduce(1.0) { power, _ in power * 10 }
    largestExact = (0...22).contains(scale) ? 1 << 53 : 0
    make = api.pointee.PyFloat_FromDouble
  }

  func box(_ row: Int) -> ObjectPointer? {
    let digits = values[row]
    if digits.magnitude <= largestExact { return make(Double(digits) / divisor) }
    return make(Double("\(digits)e\(-scale)") ?? Double(digits) / divisor)
  }
}

struct BooleanBoxer: RowBoxer {
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
