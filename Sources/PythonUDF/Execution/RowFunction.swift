import CPythonABI
import Columnar
import PythonRuntime

/// A UDF made ready for one batch: its callable, a reader per argument, and the rows that are not called.
///
/// Row by row is the fast way: an argument is dropped before the next one is made, so CPython's free lists hand out the
/// same object again and again; making whole columns of floats first was measured 1.5 times slower.
struct RowFunction: ~Copyable {
  private let api: PythonAPI
  private let signature: UDFSignature
  private let callable: ObjectPointer
  private let readers: [ArgumentReader]
  private let columns: [Column]
  private let rowCount: Int
  /// Columns that have a null and whose parameter takes none.
  private let skipping: [Bitmap]
  private let isAlwaysNull: Bool

  /// - Throws: `UDFError` with code `wrongArguments`.
  init(_ function: LoadedModule.Function, for batch: RecordBatch, in py: borrowing Python) throws {
    guard let callable = py.state.kept(function.key) else {
      throw UDFError(.closed, "UDF \(function.signature.name) has been unloaded")
    }
    try function.signature.check(batch.columns.map(\.type))
    api = py.api
    signature = function.signature
    self.callable = callable
    columns = batch.columns
    rowCount = batch.rowCount
    let pairs = zip(function.signature.parameters, batch.columns)
    readers = pairs.map { [api] parameter, column in
      api.reader(of: column, for: parameter.type, passesNull: parameter.isOptional)
    }
    let strict = pairs.filter { !$0.0.isOptional }.map(\.1)
    skipping = strict.compactMap(\.validity)
    isAlwaysNull = strict.contains { $0.type == .null }
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
    let api = api
    let functions = api.pointee
    let (call, drop) = (functions.PyObject_Vectorcall, functions.Py_DecRef)
    let none = api.none
    let argumentCount = readers.count
    // The slot before the first argument is CPython's to use during a call.
    let vector = UnsafeMutablePointer<ObjectPointer?>.allocate(capacity: argumentCount + 1)
    vector.initialize(repeating: nil, count: argumentCount + 1)
    defer { vector.deallocate() }
    let arguments = vector + 1
    let flags = argumentCount | Int(bitPattern: UInt(PythonVectorcallArgumentsOffset))

    try readers.withUnsafeBufferPointer { readers in
      for row in 0..<rowCount {
        if isNull(row) {
          writer.appendNull()
          continue
        }
        for index in 0..<argumentCount {
          guard let object = readers[index](row) else {
            for made in 0..<index { drop(arguments[made]) }
            throw argumentFailed(row)
          }
          arguments[index] = object
        }
        let result = call(callable, arguments, numericCast(flags), nil)
        for index in 0..<argumentCount { drop(arguments[index]) }
        guard let result else { throw callFailed(row) }
        defer { drop(result) }
        if result == none {
          writer.appendNull()
        } else {
          do { try writer.append(result) } catch { throw resultFailed(row, result, error) }
        }
      }
    }
    return writer.finish()
  }

  @inline(__always)
  private func isNull(_ row: Int) -> Bool {
    if isAlwaysNull { return true }
    for validity in skipping where !validity[row] { return true }
    return false
  }

  // MARK: Errors

  /// The arguments are made again, for their text only.
  private func place(_ row: Int) -> UDFError.Row {
    var arguments: [String] = []
    for (parameter, read) in zip(signature.parameters, readers) {
      guard let object = read(row) else {
        api.pointee.PyErr_Clear()
        continue
      }
      arguments.append("\(parameter.name)=\(api.shortRepresentation(object))")
      api.pointee.Py_DecRef(object)
    }
    return UDFError.Row(function: signature.name, index: row, arguments: arguments)
  }

  private func callFailed(_ row: Int) -> UDFError {
    let error = PythonError.take(api) ?? PythonError(typeName: "SystemError", message: "no exception was set")
    return .failed(.rowFailed, in: place(row), because: error.summary, exception: error)
  }

  private func argumentFailed(_ row: Int) -> UDFError {
    let error = PythonError.take(api) ?? PythonError(typeName: "SystemError", message: "no exception was set")
    return .failed(.rowFailed, in: place(row), because: "an argument cannot be made: \(error.summary)")
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

extension UDFSignature {
  /// Refuses columns that the parameters do not take.
  ///
  /// - Throws: `UDFError` with code `wrongArguments`.
  package func check(_ columns: [ColumnType]) throws(UDFError) {
    guard columns.count == parameters.count else {
      throw UDFError(
        .wrongArguments,
        "UDF \(sqlDescription) takes \(parameters.count) columns, but \(columns.count) were given")
    }
    for (index, (parameter, column)) in zip(parameters, columns).enumerated()
    where !parameter.type.accepts(column) {
      throw UDFError(
        .wrongArguments,
        """
        UDF \(name): column \(index + 1), for parameter '\(parameter.name)', is \(column), but \(parameter.type) \
        takes \(parameter.type.acceptedColumns)
        """)
    }
  }
}
