import CPythonABI
import Columnar
import PythonRuntime

extension Conversion {
  /// A writer for a part of a nested type, or for a type without one of its own in the loop over rows.
  func nestedWriter(_ type: UDFType, rows: Int) throws -> AnyResultWriter {
    switch type {
    case .any, .json: boxed(CallWriter(api, through: try support("writer"), TextWriter(self, rows: rows)))
    case .null: boxed(NullWriter())
    case .bool: boxed(BooleanWriter(api, rows: rows))
    case .int: boxed(IntegerWriter<Int64>(api, rows: rows))
    case .int8: boxed(IntegerWriter<Int8>(api, rows: rows))
    case .int16: boxed(IntegerWriter<Int16>(api, rows: rows))
    case .int32: boxed(IntegerWriter<Int32>(api, rows: rows))
    case .uint8: boxed(IntegerWriter<UInt8>(api, rows: rows))
    case .uint16: boxed(IntegerWriter<UInt16>(api, rows: rows))
    case .uint32: boxed(IntegerWriter<UInt32>(api, rows: rows))
    case .uint64: boxed(IntegerWriter<UInt64>(api, rows: rows))
    case .int128: boxed(try HugeIntegerWriter(api, rows: rows))
    case .float: boxed(FloatWriter(api, rows: rows))
    case .float32: boxed(ShortFloatWriter(api, rows: rows))
    case .string: boxed(TextWriter(self, rows: rows))
    case .bytes: boxed(BytesWriter(self, rows: rows))
    case .decimalText: boxed(try DecimalTextWriter(self, rows: rows))
    case .decimal(let digits) where digits?.isWide == true:
      boxed(try WideDecimalWriter(self, digits ?? .standard, rows: rows))
    case .decimal(let digits): boxed(try DecimalWriter(self, digits ?? .standard, rows: rows))
    case .date: boxed(try DateWriter(self, rows: rows))
    case .time: boxed(try TimeWriter(self, rows: rows))
    case .timestamp(let unit, let zone): boxed(try TimestampWriter(self, unit, zone: zone, rows: rows))
    case .duration: boxed(try DurationWriter(self, rows: rows))
    case .interval: boxed(try IntervalWriter(api, rows: rows))
    case .nanoseconds: boxed(try NanosecondsWriter(api, rows: rows))
    case .uuid: boxed(try UUIDWriter(self, rows: rows))
    case .pickle:
      boxed(CallWriter(api, through: try attribute("dumps", of: "pickle"), BytesWriter(self, rows: rows)))
    case .list(let element): boxed(try ListWriter(self, element, rows: rows))
    case .map(let key, let value): boxed(try MapWriter(self, key: key, value: value, rows: rows))
    case .structure(let structure): boxed(try StructWriter(self, structure, rows: rows))
    case .enumeration(let enumeration):
      switch enumeration.indexType {
      case .uint8: boxed(try EnumerationWriter<UInt8>(self, enumeration, rows: rows))
      case .uint16: boxed(try EnumerationWriter<UInt16>(self, enumeration, rows: rows))
      default: boxed(try EnumerationWriter<UInt32>(self, enumeration, rows: rows))
      }
    }
  }

  @inline(__always)
  private func boxed<Writer: ResultWriter & ~Copyable>(_ writer: consuming Writer) -> AnyResultWriter {
    AnyResultWriter(writer, none: api.none)
  }
}
