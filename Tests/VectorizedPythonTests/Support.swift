import Columnar
import Foundation
import Functions
import PythonUDF
import Testing

/// Columns as a batch; calls do not read their names.
func batch(_ columns: Column...) throws -> RecordBatch {
  let fields = columns.enumerated().map { Field(name: "column\($0)", type: $1.type) }
  return try RecordBatch(schema: Schema(fields), columns: columns, rowCount: columns.first?.count ?? 0)
}

/// A batch of one column that counts.
func counting(_ count: Int) throws -> RecordBatch { try batch(Column((0..<count).map { Int64($0) } as [Int64?])) }

/// The path of a file of `Files`.
func path(_ file: String) throws -> String {
  try #require(Bundle.module.resourceURL).appending(path: "Files/\(file)").path
}

/// Loads source text, after a line that imports `udf`, on one interpreter, and ends it after `body`.
func withPool<Result>(
  _ functions: String, vectorizes: Bool = true, _ body: (UDFPool) throws -> Result
) throws -> Result {
  let source = UDFSource("from clutch import udf\n" + functions)
  let pool = try UDFPool(source, HostOptions(interpreters: 1, vectorizes: vectorizes))
  defer { pool.close() }
  return try body(pool)
}

extension UDFPool {
  /// Calls a function by its name.
  func rows(_ name: String, _ batch: RecordBatch, _ mode: UDFErrorMode? = nil) throws -> UDFResult {
    let function = try #require(signatures.firstIndex { $0.name == name })
    return try evaluateAndWait(function, batch, CallOptions(errorMode: mode))
  }

  /// The integers that it gives.
  func integers(_ name: String, _ batch: RecordBatch) throws -> [Int64?] {
    try rows(name, batch).values.toArray(of: Int64.self)
  }
}

/// Compares functions, on the whole of a batch and on slices of it that begin within a byte of the nulls' bits.
func compareTiers(
  _ functions: String, _ columns: [Column], vectorized: Bool = true, head: String = ""
) throws {
  let comparison = try VectorComparison(UDFSource(head + "from clutch import udf\n" + functions))
  defer { comparison.close() }
  let count = columns[0].count
  for function in functions.matches(of: /@udf/).indices {
    for (low, high) in [(0, count), (3, count), (13, count - 2), (8, count), (0, 5), (1_020, 1_030)] {
      guard low < high, high <= count else { continue }
      let range = low..<high
      let slices = columns.map { $0.slice(range) }
      let fields = slices.enumerated().map { Field(name: "c\($0)", type: $1.type) }
      let batch = try RecordBatch(schema: Schema(fields), columns: slices, rowCount: range.count)
      let seen = try comparison.compareToSmallest(function, batch)
      if vectorized { #expect(seen.vectorized > 0, "function \(function), rows \(range)") }
    }
  }
}
