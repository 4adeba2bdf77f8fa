import Columnar
import PythonRuntime

/// Gets the values of a column of a fixed width out of returned objects, as a boxer makes objects of values.
protocol Unboxer {
  associatedtype Value: FixedWidthColumnElement
  /// The type of the column.
  var columnType: ColumnType { get }
  /// The value of an object, which is not `None`. When it throws no exception is pending.
  mutating func unbox(_ object: ObjectPointer) throws(ResultProblem) -> Value
  /// How values lie in memory that can be taken as they are; nil for those that have to be looked at.
  static var numberLayout: NumberLayout? { get }
  /// What the values stand for.
  func column(of values: Column) throws(ColumnError) -> Column
}

extension Unboxer {
  var columnType: ColumnType { Value.columnType }
  static var numberLayout: NumberLayout? { nil }
  func column(of values: Column) -> Column { values }
}

/// Writes what an unboxer gets.
struct FixedWidthWriter<Values: Unboxer>: ResultWriter, ~Copyable {
  private var values: Values
  private var builder: FixedWidthBuilder<Values.Value>

  init(_ values: Values, rows: Int) throws(ColumnError) {
    builder = try FixedWidthBuilder(type: values.columnType)
    self.values = values
    builder.reserveCapacity(rows)
  }

  @inline(__always)
  mutating func append(_ object: ObjectPointer) throws(ResultProblem) { builder.append(try values.unbox(object)) }
  mutating func append(numbers: NumbersInMemory) -> Bool {
    guard Values.numberLayout == numbers.layout else { return false }
    builder.append(copying: numbers.start, count: numbers.count)
    return true
  }
  mutating func appendNull() { builder.appendNull() }
  mutating func truncate(to count: Int) { builder.truncate(to: count) }
  consuming func finish() throws(ColumnError) -> Column { try values.column(of: builder.finish()) }
}

/// Gets 16 bytes out of returned objects.
protocol SixteenByteUnboxer {
  /// The bytes of an object, which is not `None`, as they stand in memory. When it throws no exception is pending.
  func unbox(_ object: ObjectPointer) throws(ResultProblem) -> UInt128
}

/// Writes what it gets as a `fixed_size_binary[16]` column.
struct SixteenByteWriter<Values: SixteenByteUnboxer>: ResultWriter, ~Copyable {
  private let values: Values
  private var builder: FixedSizeBinaryBuilder

  init(_ values: Values, rows: Int) throws(ColumnError) {
    builder = try FixedSizeBinaryBuilder(byteWidth: 16)
    self.values = values
    builder.reserveCapacity(rows)
  }

  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    var value = try values.unbox(object)
    do { try withUnsafeBytes(of: &value) { (bytes) throws(ColumnError) in try builder.append(bytes: bytes) } } catch {
      throw .column(error)
    }
  }

  mutating func appendNull() { builder.appendNull() }
  mutating func truncate(to count: Int) { builder.truncate(to: count) }
  consuming func finish() -> Column { builder.finish() }
}
