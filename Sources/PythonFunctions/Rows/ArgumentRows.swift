import Functions
import CPythonABI
import Columnar
import PythonRuntime

/// The arguments of a batch's rows: a reader for each, and the Python objects of a few rows at a time.
///
/// A block of rows is large enough that choosing a reader costs a row nothing, and small enough that CPython's free lists
/// hand out the same objects again in the next block: making whole columns of floats at once was measured 1.5 times
/// slower. Where making an argument runs Python code a block has one row, so that this code runs in its row's time, under
/// its row's number, and only when the row is called.
struct ArgumentRows: ~Copyable {
  private let api: PythonAPI
  /// One per argument, as are the readers: fewer than the function has when some are left out, more for `*args`.
  let parameters: [UDFSignature.Parameter]
  private let readers: [ArgumentReader]
  /// Which of them take their objects back.
  private let refills: [Bool]
  /// The readers point into these.
  private let columns: [Column]
  let rowCount: Int
  /// Which rows are null without a call; nil for none.
  let skipped: [Bool]?
  /// Why the arguments of rows of the block at hand could not be made.
  private(set) var problems: [Int: (error: PythonError, isFatal: Bool)] = [:]

  /// A row's arguments stand together, after a slot that is CPython's to use during the call.
  let stride: Int
  let blockRows: Int
  /// How many places a row has in front of its arguments for what the caller puts there, and takes out before they are
  /// dropped: 1 for a state.
  private let leading: Int
  /// Between blocks, a place holds nil or an object that its reader writes anew.
  private let block: UnsafeMutablePointer<ObjectPointer?>

  private static let mostBlockRows = 32

  /// - Throws: `UDFError` with code `wrongArguments`.
  init(_ signature: UDFSignature, _ batch: RecordBatch, _ conversion: Conversion, leading: Int = 0) throws {
    let fields = batch.schema.fields
    try signature.check(fields)
    let parameters = signature.parameters(forArguments: fields.count) ?? []
    let readers: [ArgumentReader]
    do {
      readers = try zip(parameters, fields).enumerated().map { index, pair in
        try conversion.reader(of: batch.columns[index], pair.1, as: pair.0.type)
      }
    } catch let error as PythonError {
      throw UDFError(.wrongArguments, "UDF \(signature.name): the arguments cannot be made: \(error.summary)")
    }
    self.parameters = parameters
    self.readers = readers
    refills = readers.map { $0.refill != nil }
    api = conversion.api
    columns = batch.columns
    rowCount = batch.rowCount
    skipped = Self.skippedRows(zip(parameters, batch.columns).filter { !$0.0.isOptional }.map(\.1), batch.rowCount)
    self.leading = leading
    stride = readers.count + 1 + leading
    blockRows = readers.contains(where: \.runsPython) ? 1 : Self.mostBlockRows
    block = .allocate(capacity: stride * blockRows)
    block.initialize(repeating: nil, count: stride * blockRows)
  }

  deinit {
    for place in 0..<stride * blockRows where block[place] != nil { api.pointee.Py_DecRef(block[place]) }
    withExtendedLifetime(columns) {}
    block.deallocate()
  }

  static func skippedRows(_ columns: [Column], _ count: Int) -> [Bool]? {
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

  /// How many arguments a row has.
  var width: Int { readers.count }

  /// Makes the arguments of a block of rows; those of a row are to be dropped after its call. Where one cannot be made `None`
  /// stands in for it, and `problems` says why.
  ///
  /// - Returns: the arguments of the first row, behind the leading places.
  mutating func make(_ rows: Range<Int>) -> UnsafeMutablePointer<ObjectPointer?> {
    if !problems.isEmpty { problems = [:] }
    for (index, reader) in readers.enumerated() {
      var first = rows.lowerBound
      while first < rows.upperBound {
        let slot = block + 1 + leading + index + (first - rows.lowerBound) * stride
        let made = (reader.refill ?? reader.callAsFunction)(first..<rows.upperBound, slot, stride)
        first += made
        guard first < rows.upperBound else { break }
        let isFatal = api.isPendingFatal
        let error = api.takePendingError()
        // Of several arguments the first counts, but none hides what ends the call.
        if problems[first] == nil || isFatal { problems[first] = (error, isFatal) }
        api.pointee.Py_IncRef(api.none)
        slot[made * stride] = api.none
        first += 1
      }
    }
    return block + 1 + leading
  }

  /// Drops the arguments of a row.
  @inline(__always)
  func drop(_ vector: UnsafeMutablePointer<ObjectPointer?>) {
    for index in 0..<readers.count {
      // The low half is the count in every version, and 1 says that nobody kept the object.
      if refills[index], let object = vector[index], UInt32(truncatingIfNeeded: object.pointee.ob_refcnt) == 1 {
        continue
      }
      api.pointee.Py_DecRef(vector[index])
      vector[index] = nil
    }
  }

  /// Drops the arguments of rows that will not be called; `vector` is that of the first.
  func drop(_ rows: Range<Int>, _ vector: UnsafeMutablePointer<ObjectPointer?>) {
    for row in 0..<rows.count { drop(vector + row * stride) }
  }

  // MARK: Made again, for their text only

  /// New references; nil for one that cannot be made.
  private func madeAgain(_ row: Int) -> [ObjectPointer?] {
    readers.map { read in
      var object: ObjectPointer?
      guard read(row..<row + 1, &object, 1) == 1 else {
        api.pointee.PyErr_Clear()
        return nil
      }
      return object
    }
  }

  /// The arguments of a row as `name=value`, each as Python shows it, shortened.
  func shown(_ row: Int) -> [String] {
    var shown: [String] = []
    for (parameter, object) in zip(parameters, madeAgain(row)) {
      guard let object else { continue }
      shown.append("\(parameter.name)=\(api.shortRepresentation(object))")
      api.pointee.Py_DecRef(object)
    }
    return shown
  }

  /// The arguments of a row as JSON; nil when Python cannot write them.
  ///
  /// - Parameter timeZone: in which moments are written, as DuckDB does; nil for their own, as Python does.
  func asJSON(_ row: Int, _ conversion: Conversion, timeZone: String?) -> String? {
    let objects = madeAgain(row)
    defer { for case let object? in objects { api.pointee.Py_DecRef(object) } }
    let held = Conversion(conversion)
    defer { held.release() }
    do {
      let names = try held.hold(api.pointee.PyList_New(0))
      let values = try held.hold(api.pointee.PyList_New(0))
      for (parameter, object) in zip(parameters, objects) {
        _ = api.pointee.PyList_Append(names, try held.hold(api.makeText(parameter.name)))
        _ = api.pointee.PyList_Append(values, object ?? api.none)
      }
      let zone = try timeZone.map { try held.hold(api.makeText($0)) } ?? api.none
      return api.text(try held.support("dead_letter", [names, values, zone]))
    } catch {
      return nil
    }
  }
}

extension UnsafePointer<PythonFunctions> {
  /// The pending exception, copied and cleared.
  func takePendingError() -> PythonError {
    PythonError.take(self) ?? PythonError(typeName: "SystemError", message: "no exception was set")
  }
}
