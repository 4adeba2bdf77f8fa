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
  /// Appends numbers as they lie in memory; gives false, and appends nothing, if they are not laid out as the column is.
  mutating func append(numbers: NumbersInMemory) -> Bool
  mutating func appendNull()
  /// Takes back all rows but the first `count`.
  mutating func truncate(to count: Int)
  consuming func finish() throws(ColumnError) -> Column
}

extension ResultWriter where Self: ~Copyable {
  mutating func append(numbers: NumbersInMemory) -> Bool { false }
}

/// Numbers that lie one after the other; where they are need not be aligned.
struct NumbersInMemory {
  let layout: NumberLayout
  let start: UnsafeRawPointer
  let count: Int
}

/// A writer whose type is chosen at run time: for what is nested.
///
/// Made of closures, which are compiled for each type of writer; the methods of a generic class would look up at each
/// row what its parameter can do.
final class AnyResultWriter {
  /// Appends the value of an object, or a null for `None`.
  let append: (ObjectPointer) throws(ResultProblem) -> Void
  let appendNull: () -> Void
  let truncate: (Int) -> Void
  private let take: () throws(ColumnError) -> Column
  private let drop: (_ isFinished: Bool) -> Void
  private var isFinished = false

  @inline(__always)
  init<Writer: ResultWriter & ~Copyable>(_ writer: consuming Writer, none: ObjectPointer) {
    // In memory of its own: a variable that closures share would be checked for exclusive access with every row.
    let memory = UnsafeMutablePointer<Writer>.allocate(capacity: 1)
    memory.initialize(to: writer)
    append = { (object) throws(ResultProblem) in
      if object == none { memory.pointee.appendNull() } else { try memory.pointee.append(object) }
    }
    appendNull = { memory.pointee.appendNull() }
    truncate = { memory.pointee.truncate(to: $0) }
    take = { () throws(ColumnError) in try memory.move().finish() }
    drop = { isFinished in
      if !isFinished { memory.deinitialize(count: 1) }
      memory.deallocate()
    }
  }

  deinit { drop(isFinished) }

  /// The column; nothing may be called afterwards.
  func finish() throws(ColumnError) -> Column {
    precondition(!isFinished, "A writer is finished once")
    isFinished = true
    return try take()
  }
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
