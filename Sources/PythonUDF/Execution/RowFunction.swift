import CPythonABI
import Columnar
import PythonRuntime

/// A UDF made ready for one batch: its callable, a reader per argument, and the rows that are not called.
///
/// The arguments of a small block of rows are made at a time. A block is large enough that choosing a reader costs a
/// row nothing, and small enough that CPython's free lists hand out the same objects again in the next block: making
/// whole columns of floats at once was measured 1.5 times slower.
struct RowFunction: ~Copyable {
  private let api: PythonAPI
  private let signature: UDFSignature
  private let callable: ObjectPointer
  /// One per argument, as are the readers: fewer than the function has when some are left out, more for `*args`.
  private let parameters: [UDFSignature.Parameter]
  private let readers: [ArgumentReader]
  private let columns: [Column]
  private let rowCount: Int
  /// Which rows are null without a call; nil for none.
  private let skipped: [Bool]?
  private let interruption: Interruption

  private static let blockRows = 32

  /// - Throws: `UDFError` with code `wrongArguments`.
  init(
    _ function: LoadedModule.Function, for batch: RecordBatch, in py: borrowing Python, _ interruption: Interruption
  ) throws {
    guard let callable = py.state.kept(function.key) else {
      throw UDFError(.closed, "UDF \(function.signature.name) has been unloaded")
    }
    try function.signature.check(batch.columns.map(\.type))
    api = py.api
    signature = function.signature
    self.interruption = interruption
    self.callable = callable
    columns = batch.columns
    rowCount = batch.rowCount
    parameters = function.signature.parameters(forArguments: batch.columns.count) ?? []
    let pairs = zip(parameters, batch.columns)
    readers = pairs.map { [api] parameter, column in api.reader(of: column, for: parameter.type) }
    skipped = Self.skippedRows(pairs.filter { !$0.0.isOptional }.map(\.1), count: batch.rowCount)
  }

  private static func skippedRows(_ columns: [Column], count: Int) -> [Bool]? {
    let nullable = columns.filter { $0.nullCount > 0 }
    guard !nullable.isEmpty else { return nil }
    var skipped = [Bool](repeating: false, count: count)
    for column in nullable {
      for row in 0..<count where column.isNull(row) { skipped[row] = true }
    }
    return skipped
  }

  /// Calls the function for each row.
  func run() throws -> Column {
    try withExtendedLifetime(columns) {
      switch signature.result {
      case .int: try run(IntegerWriter(api, rows: rowCount))
      case .float: try run(FloatWriter(api, rows: rowCount))
      case .bool: try run(BooleanWriter(api, rows: rowCount))
      case .string: try run(TextWriter(api, rows: rowCount))
      case .bytes: try run(BytesWriter(api, rows: rowCount))
      }
    }
  }

  @inline(__always)
  private func run<Writer: ResultWriter & ~Copyable>(_ initial: consuming Writer) throws -> Column {
    var writer = initial
    let arguments = readers.count
    // A row's arguments stand together, after a slot that is CPython's to use during the call.
    let stride = arguments + 1
    let block = UnsafeMutablePointer<ObjectPointer?>.allocate(capacity: stride * Self.blockRows)
    block.initialize(repeating: nil, count: stride * Self.blockRows)
    defer { block.deallocate() }
    let flags = arguments | Int(bitPattern: PythonVectorcallArgumentsOffset)
    // The callable's own entry, as `PyObject_Vectorcall` would look it up for each call.
    let call = api.pointee.PyVectorcall_Function(callable) ?? api.pointee.PyObject_Vectorcall
    let drop = api.pointee.Py_DecRef
    let none = api.none
    let generation = interruption.generation

    var start = 0
    while start < rowCount {
      let rows = start..<min(start + Self.blockRows, rowCount)
      try makeArguments(rows, block, stride)
      var vector = block + 1
      for row in rows {
        guard interruption.generation == generation else {
          dropArguments(row..<rows.upperBound, vector, stride)
          throw UDFError(.interrupted, "UDF \(signature.name) was interrupted")
        }
        if let skipped, skipped[row] {
          writer.appendNull()
          for index in 0..<arguments { drop(vector[index]) }
          vector += stride
          continue
        }
        let result = call(callable, vector, flags, nil)
        for index in 0..<arguments { drop(vector[index]) }
        vector += stride
        guard let result else { throw callFailed(row, dropping: (row + 1)..<rows.upperBound, vector, stride) }
        if result == none {
          writer.appendNull()
        } else {
          do throws(ResultProblem) { try writer.append(result) } catch {
            let failure = resultFailed(row, result, error)
            drop(result)
            dropArguments((row + 1)..<rows.upperBound, vector, stride)
            throw failure
          }
        }
        drop(result)
      }
      start = rows.upperBound
    }
    return writer.finish()
  }

  // MARK: Arguments

  /// Makes the arguments of a block of rows; what was made is dropped again when one cannot be made.
  private func makeArguments(
    _ rows: Range<Int>, _ block: UnsafeMutablePointer<ObjectPointer?>, _ stride: Int
  ) throws {
    for (index, read) in readers.enumerated() {
      let made = read(rows, block + 1 + index, stride)
      if made == rows.count { continue }
      let error = pendingError()
      for column in 0...index {
        for row in 0..<(column < index ? rows.count : made) {
          api.pointee.Py_DecRef(block[row * stride + 1 + column])
        }
      }
      throw UDFError.failed(
        .rowFailed, in: place(rows.lowerBound + made), because: "an argument cannot be made: \(error.summary)")
    }
  }

  /// Drops the arguments of rows that will not be called; `vector` is that of the first.
  private func dropArguments(_ rows: Range<Int>, _ vector: UnsafeMutablePointer<ObjectPointer?>, _ stride: Int) {
    for row in 0..<rows.count {
      for index in readers.indices { api.pointee.Py_DecRef(vector[row * stride + index]) }
    }
  }

  // MARK: Errors

  private func pendingError() -> PythonError {
    PythonError.take(api) ?? PythonError(typeName: "SystemError", message: "no exception was set")
  }

  /// The arguments are made again, for their text only.
  private func place(_ row: Int) -> UDFError.Row {
    var arguments: [String] = []
    for (parameter, read) in zip(parameters, readers) {
      var object: ObjectPointer?
      guard read(row..<row + 1, &object, 1) == 1, let object else {
        api.pointee.PyErr_Clear()
        continue
      }
      arguments.append("\(parameter.name)=\(api.shortRepresentation(object))")
      api.pointee.Py_DecRef(object)
    }
    return UDFError.Row(function: signature.name, index: row, arguments: arguments)
  }

  private func callFailed(
    _ row: Int, dropping rest: Range<Int>, _ vector: UnsafeMutablePointer<ObjectPointer?>, _ stride: Int
  ) -> UDFError {
    let error = pendingError()
    dropArguments(rest, vector, stride)
    let hint = error.typeName == "SystemExit" ? " (a UDF cannot end the process)" : ""
    return .failed(.rowFailed, in: place(row), because: error.summary + hint, exception: error)
  }

  private func resultFailed(_ row: Int, _ result: ObjectPointer, _ problem: ResultProblem) -> UDFError {
    let shown = "\(api.shortRepresentation(result)) of type \(api.typeName(result))"
    let reason =
      switch problem {
      case .wrongType: "it returned \(shown), expected \(signature.result) or None"
      case .outOfRange(let range): "it returned \(shown), which does not fit \(range)"
      case .column(let error): error.message
      }
    return .failed(.wrongResult, in: place(row), because: reason)
  }
}
