import Functions
import CPythonABI
import Columnar
import PythonRuntime

/// Something to do with a writer, whose type depends on that of the results. It is compiled for each type of writer.
protocol WriterUse: ~Copyable {
  associatedtype Outcome
  mutating func use<Writer: ResultWriter & ~Copyable>(_ writer: consuming Writer) throws -> Outcome
}

extension Conversion {
  /// Makes the writer for results of a type: the one place that knows which.
  func withWriter<Use: WriterUse & ~Copyable>(of type: UDFType, rows: Int, _ use: inout Use) throws -> Use.Outcome {
    switch type {
    case .any, .json: return try use.use(JSONWriter(self, rows: rows))
    case .null: return try use.use(NullWriter())
    case .bool: return try use.use(BooleanWriter(api, rows: rows))
    case .int: return try use.use(FixedWidthWriter(IntegerUnboxer<Int64>(api: api), rows: rows))
    case .int8: return try use.use(FixedWidthWriter(IntegerUnboxer<Int8>(api: api), rows: rows))
    case .int16: return try use.use(FixedWidthWriter(IntegerUnboxer<Int16>(api: api), rows: rows))
    case .int32: return try use.use(FixedWidthWriter(IntegerUnboxer<Int32>(api: api), rows: rows))
    case .uint8: return try use.use(FixedWidthWriter(IntegerUnboxer<UInt8>(api: api), rows: rows))
    case .uint16: return try use.use(FixedWidthWriter(IntegerUnboxer<UInt16>(api: api), rows: rows))
    case .uint32: return try use.use(FixedWidthWriter(IntegerUnboxer<UInt32>(api: api), rows: rows))
    case .uint64: return try use.use(FixedWidthWriter(IntegerUnboxer<UInt64>(api: api), rows: rows))
    case .int128: return try use.use(SixteenByteWriter(HugeIntegerUnboxer(api: api), rows: rows))
    case .float: return try use.use(FixedWidthWriter(FloatUnboxer(api: api), rows: rows))
    case .float32: return try use.use(FixedWidthWriter(ShortFloatUnboxer(api: api), rows: rows))
    case .string: return try use.use(TextWriter(self, rows: rows))
    case .bytes: return try use.use(BytesWriter(self, rows: rows))
    case .decimalText: return try use.use(ConvertingWriter(try PlainDecimalText(self), TextWriter(self, rows: rows)))
    case .decimal(let digits) where digits?.isWide == true:
      return try use.use(FixedWidthWriter(try WideDecimalUnboxer(self, digits ?? .standard), rows: rows))
    case .decimal(let digits):
      return try use.use(FixedWidthWriter(try DecimalUnboxer(self, digits ?? .standard), rows: rows))
    case .date: return try use.use(FixedWidthWriter(try DateUnboxer(self), rows: rows))
    case .time: return try use.use(FixedWidthWriter(try TimeUnboxer(self), rows: rows))
    case .timestamp(let unit, let zone):
      return try use.use(FixedWidthWriter(try TimestampUnboxer(self, unit, zone: zone), rows: rows))
    case .duration: return try use.use(FixedWidthWriter(try DurationUnboxer(self), rows: rows))
    case .interval: return try use.use(FixedWidthWriter(IntervalUnboxer(api: api), rows: rows))
    case .nanoseconds: return try use.use(FixedWidthWriter(NanosecondsUnboxer(api: api), rows: rows))
    case .uuid: return try use.use(SixteenByteWriter(try UUIDUnboxer(self), rows: rows))
    case .pickle:
      return try use.use(ConvertingWriter(try call(attribute("dumps", of: "pickle")), BytesWriter(self, rows: rows)))
    case .list(let element): return try use.use(ListWriter(self, element, rows: rows))
    case .map(let key, let value): return try use.use(MapWriter(self, key: key, value: value, rows: rows))
    case .structure(let structure): return try use.use(StructWriter(self, structure, rows: rows))
    case .enumeration(let enumeration):
      switch enumeration.indexType {
      case .uint8:
        return try use.use(FixedWidthWriter(try EnumerationUnboxer<UInt8>(self, enumeration), rows: rows))
      case .uint16:
        return try use.use(FixedWidthWriter(try EnumerationUnboxer<UInt16>(self, enumeration), rows: rows))
      default: return try use.use(FixedWidthWriter(try EnumerationUnboxer<UInt32>(self, enumeration), rows: rows))
      }
    }
  }

  private func call(_ function: ObjectPointer) -> CallConverter { CallConverter(api: api, function: function) }

  /// A writer for a part of a nested type.
  func nestedWriter(_ type: UDFType, rows: Int) throws -> AnyResultWriter {
    var boxing = Boxing(none: api.none)
    return try withWriter(of: type, rows: rows, &boxing)
  }
}

/// Puts writers into one type.
private struct Boxing: WriterUse {
  let none: ObjectPointer

  func use<Writer: ResultWriter & ~Copyable>(_ writer: consuming Writer) -> AnyResultWriter {
    AnyResultWriter(writer, none: none)
  }
}
