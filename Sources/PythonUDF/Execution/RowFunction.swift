import CPythonABI
import Columnar
import PythonRuntime
import Synchronization

/// A UDF made ready for one batch: its callable, a reader per argument, and the rows that are not called.
///
/// The arguments of a small block of rows are made at a time. A block is large enough that choosing a reader costs a
/// row nothing, and small enough that CPython's free lists hand out the same objects again in the next block: making
/// whole columns of floats at once was measured 1.5 times slower.
struct RowFunction: ~Copyable {
  let api: PythonAPI
  /// The interpreter's memory, and how often it had been refused some before this batch.
  let memory: MemoryAccount
  let refusalsBefore: Int
  let conversion: Conversion
  let signature: UDFSignature
  /// One per argument, as are the readers: fewer than the function has when some are left out, more for `*args`.
  let parameters: [UDFSignature.Parameter]
  let readers: [ArgumentReader]
  let result: UDFType
  let mode: UDFErrorMode
  let observer: (@Sendable (UDFRowFailure) -> Void)?
  var failures: RowFailures
  /// Why the arguments of rows of the block at hand could not be made.
  var argumentProblems: [Int: (error: PythonError, isFatal: Bool)] = [:]
  private let callable: ObjectPointer
  private let columns: [Column]
  private let rowCount: Int
  /// Which rows are null without a call; nil for none.
  private let skipped: [Bool]?
  /// Rows that have one result together; nil when each is called.
  let distinct: DistinctRows?
  /// Why calls for rows with one result together failed.
  var distinctFailures: [Int: PythonError] = [:]
  /// Where each row is noted, for those who watch and for what the function writes.
  private let watch: WatchedCall

  private static let blockRows = 32

  /// - Throws: `UDFError` with code `wrongArguments`.
  init(
    _ function: LoadedFunction, for batch: RecordBatch, in py: borrowing Python, _ conversion: Conversion,
    _ options: CallOptions, _ watch: WatchedCall
  ) throws {
    guard let callable = function.roles[.call].flatMap(py.state.kept) else {
      throw UDFError(.closed, "UDF \(function.signature.name) has been unloaded")
    }
    let fields = batch.schema.fields
    // Not `self.signature`: with it at the right of `??`, Swift 6.3's optimizer releases parts of `self` that are not
    // there yet.
    let signature = function.signature
    try signature.check(fields)
    let readers = try Self.readers(signature, batch, conversion)
    let distinct = signature.isDeterministic ? DistinctRows(batch.columns) : nil
    api = py.api
    let memory = py.state.memory
    self.memory = memory
    refusalsBefore = memory.refusals
    self.conversion = conversion
    self.signature = signature
    self.callable = callable
    self.watch = watch
    mode = options.errorMode ?? signature.errorMode
    observer = options.observer
    failures = RowFailures(describesAll: mode == .collect)
    result = options.result ?? signature.result.resolved(for: fields)
    columns = batch.columns
    rowCount = batch.rowCount
    parameters = signature.parameters(forArguments: fields.count) ?? []
    skipped = Self.skippedRows(zip(parameters, batch.columns).filter { !$0.0.isOptional }.map(\.1), batch.rowCount)
    self.readers = readers
    self.distinct = distinct
  }

  private static func readers(
    _ signature: UDFSignature, _ batch: RecordBatch, _ conversion: Conversion
  ) throws -> [ArgumentReader] {
    let parameters = signature.parameters(forArguments: batch.columns.count) ?? []
    do {
      return try zip(parameters, batch.schema.fields).enumerated().map { index, pair in
        try conversion.reader(of: batch.columns[index], pair.1, as: pair.0.type)
      }
    } catch let error as PythonError {
      throw UDFError(
        .wrongArguments, "UDF \(signature.name): the arguments cannot be made: \(error.summary)")
    }
  }

  private static func skippedRows(_ columns: [Column], _ count: Int) -> [Bool]? {
    let nullable = columns.filter { $0.nullCount > 0 || ($0.dictionary?.nullCount ?? 0) > 0 }
    guard !nullable.isEmpty else { return nil }
    var skipped = [Bool](repeating: false, count: count)
    for column in nullable {
      if let dictionary = column.dictionary, dictionary.nullCount > 0, let indices = try? column.dictionaryIndices() {
        // A row is also null where its place in the dictionary is.
        for row in 0..<count where indices[row] < 0 || dictionary.isNull(indices[row]) { skipped[row] = true }
      } else {
        for row in 0..<count where column.isNull(row) { skipped[row] = true }
      }
    }
    return skipped
  }

  /// Calls the function for each row.
  mutating func run() throws -> UDFResult {
    let values: Column =
      switch result {
      case .int: try run(IntegerWriter<Int64>(api, rows: rowCount))
      case .float: try run(FloatWriter(api, rows: rowCount))
      case .bool: try run(BooleanWriter(api, rows: rowCount))
      case .string: try run(TextWriter(api, rows: rowCount))
      case .bytes: try run(BytesWriter(api, rows: rowCount))
      default: try run(NestedWriter(try conversion.nestedWriter(result, rows: rowCount)))
      }
    withExtendedLifetime(columns) {}
    let errors = mode == .collect ? try UDFRowFailure.column(failures.described, rowCount: rowCount) : nil
    return UDFResult(
      values: values, errors: errors, failureCount: failures.count, failures: failures.described,
      failuresByType: failures.countByType)
  }

  @inline(__always)
  private mutating func run<Writer: ResultWriter & ~Copyable>(_ initial: consuming Writer) throws -> Column {
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
    let watch = self.watch
    var known = [ObjectPointer?](repeating: nil, count: distinct?.groupCount ?? 0)
    defer { for case let object? in known { drop(object) } }

    var start = 0
    while start < rowCount {
      let rows = start..<min(start + Self.blockRows, rowCount)
      makeArguments(rows, block, stride)
      var vector = block + 1
      for row in rows {
        // Functions that are written in C do not see the exception that stops Python code.
        if watch.isStopped.load(ordering: .relaxed) {
          dropArguments(row..<rows.upperBound, vector, stride)
          throw UDFError.failed(.interrupted, in: place(max(0, row - 1)), because: "it was stopped after that row")
        }
        if let skipped, skipped[row], argumentProblems[row]?.isFatal != true {
          writer.appendNull()
          for index in 0..<arguments { drop(vector[index]) }
          vector += stride
          continue
        }
        watch.row.store(row + 1, ordering: .relaxed)
        let result = calledResult(row, &known, argumentsAt: vector) { call(callable, vector, flags, nil) }
        for index in 0..<arguments { drop(vector[index]) }
        vector += stride
        guard let result else {
          do { try callFailed(row) } catch {
            dropArguments((row + 1)..<rows.upperBound, vector, stride)
            throw error
          }
          writer.appendNull()
          continue
        }
        if result == none {
          writer.appendNull()
        } else {
          do throws(ResultProblem) { try writer.append(result) } catch {
            do { try resultFailed(row, result, error) } catch {
              drop(result)
              dropArguments((row + 1)..<rows.upperBound, vector, stride)
              throw error
            }
            writer.appendNull()
          }
        }
        drop(result)
      }
      start = rows.upperBound
    }
    return try writer.finish()
  }

  /// The function's result, from an equal row before if there is one; nil if it failed, or its arguments did.
  @inline(__always)
  private func calledResult(
    _ row: Int, _ known: inout [ObjectPointer?], argumentsAt vector: UnsafeMutablePointer<ObjectPointer?>,
    _ call: () -> ObjectPointer?
  ) -> ObjectPointer? {
    if !argumentProblems.isEmpty, argumentProblems[row] != nil { return nil }
    guard let distinct else { return call() }
    let group = distinct.groups[row]
    if !distinctFailures.isEmpty, distinctFailures[group] != nil { return nil }
    let object = known[group] ?? call()
    // One reference for the table, one for the caller.
    if known[group] == nil { known[group] = object }
    api.pointee.Py_IncRef(object)
    return object
  }

  // MARK: Arguments

  /// Makes the arguments of a block of rows. Where one cannot be made `None` stands in for it, and the row is not called.
  private mutating func makeArguments(
    _ rows: Range<Int>, _ block: UnsafeMutablePointer<ObjectPointer?>, _ stride: Int
  ) {
    if !argumentProblems.isEmpty { argumentProblems = [:] }
    for (index, read) in readers.enumerated() {
      var first = rows.lowerBound
      while first < rows.upperBound {
        let slot = block + 1 + index + (first - rows.lowerBound) * stride
        let made = read(first..<rows.upperBound, slot, stride)
        first += made
        guard first < rows.upperBound else { break }
        let isFatal = api.isPendingFatal
        let error = pendingError()
        // Of several arguments the first counts, but none hides what ends the call.
        if argumentProblems[first] == nil || isFatal { argumentProblems[first] = (error, isFatal) }
        api.pointee.Py_IncRef(api.none)
        slot[made * stride] = api.none
        first += 1
      }
    }
  }

  /// Drops the arguments of rows that will not be called; `vector` is that of the first.
  private func dropArguments(_ rows: Range<Int>, _ vector: UnsafeMutablePointer<ObjectPointer?>, _ stride: Int) {
    for row in 0..<rows.count {
      for index in readers.indices { api.pointee.Py_DecRef(vector[row * stride + index]) }
    }
  }
}
