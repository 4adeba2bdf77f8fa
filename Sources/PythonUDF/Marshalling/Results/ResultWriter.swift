import CPythonABI
import Columnar
import PythonRuntime

/// Why a returned object does not go into the result column.
indirect enum ResultProblem: Error {
  case wrongType
  /// A value of the right type that the column cannot hold; in words, what it does not fit.
  case outOfRange(String)
  /// The result column cannot take more.
  case column(ColumnError)
  /// Python code that was asked for the value raised.
  case exception(PythonError, isFatal: Bool)
  /// A part of the object has the problem; in words, which, what it is, and what was expected there.
  case part(String, shown: String, expected: String, ResultProblem)
}

/// Appends returned objects to the result column; one concrete type per result type, so that the loop over rows is
/// compiled for each.
protocol ResultWriter: ~Copyable {
  /// Appends the value of an object, which is not `None` and stays the caller's. When it throws nothing was appended, and
  /// no exception is pending.
  mutating func append(_ object: ObjectPointer) throws(ResultProblem)
  mutating func appendNull()
  /// Takes back all rows but the first `count`.
  mutating func truncate(to count: Int)
  consuming func finish() throws(ColumnError) -> Column
}

/// A writer whose type is chosen at run time: for what is nested.
class AnyResultWriter {
  /// Appends the value of an object, or a null for `None`.
  func append(_ object: ObjectPointer) throws(ResultProblem) {}
  func appendNull() {}
  func truncate(to count: Int) {}
  func finish() throws(ColumnError) -> Column { .null(count: 0) }
}

/// Any writer as a run-time one.
final class BoxedWriter<Writer: ResultWriter & ~Copyable>: AnyResultWriter {
  private var writer: Writer?
  private let none: ObjectPointer

  init(_ writer: consuming Writer, none: ObjectPointer) {
    self.writer = consume writer
    self.none = none
  }

  override func append(_ object: ObjectPointer) throws(ResultProblem) {
    if object == none { writer?.appendNull() } else { try writer?.append(object) }
  }

  override func appendNull() { writer?.appendNull() }
  override func truncate(to count: Int) { writer?.truncate(to: count) }

  override func finish() throws(ColumnError) -> Column {
    guard let writer = writer.take() else { return .null(count: 0) }
    return try writer.finish()
  }
}

/// A run-time writer where a concrete one is asked for: a row of a nested type costs more than one call through a table.
struct NestedWriter: ResultWriter, ~Copyable {
  private let writer: AnyResultWriter

  init(_ writer: AnyResultWriter) { self.writer = writer }

  mutating func append(_ object: ObjectPointer) throws(ResultProblem) { try writer.append(object) }
  mutating func appendNull() { writer.appendNull() }
  mutating func truncate(to count: Int) { writer.truncate(to: count) }
  consuming func finish() throws(ColumnError) -> Column { try writer.finish() }
}

/// Nothing but nulls.
struct NullWriter: ResultWriter, ~Copyable {
  private var count = 0

  mutating func append(_ object: ObjectPointer) throws(ResultProblem) { throw .wrongType }
  mutating func appendNull() { count += 1 }
  mutating func truncate(to count: Int) { self.count = count }
  consuming func finish() -> Column { .null(count: count) }
}

extension UnsafePointer<PythonFunctions> {
  /// The pending exception as a problem of a result: CPython's own `TypeError` is a value of the wrong type, one that
  /// Python code raised is that code's affair.
  func pendingProblem() -> ResultProblem {
    let isFatal = isPendingFatal
    guard let error = PythonError.take(self) else { return .wrongType }
    return error.typeName == "TypeError" && error.traceback.isEmpty ? .wrongType : .exception(error, isFatal: isFatal)
  }

  /// The pending exception, whatever it is.
  func pendingException() -> ResultProblem {
    let isFatal = isPendingFatal
    let error = PythonError.take(self) ?? PythonError(typeName: "SystemError", message: "no exception was set")
    return .exception(error, isFatal: isFatal)
  }

  /// What `len()` gives, which runs Python code for a subclass.
  func size(of object: ObjectPointer) throws(ResultProblem) -> Int {
    let size = pointee.PyObject_Size(object)
    guard size >= 0 else { throw pendingProblem() }
    return size
  }
}
