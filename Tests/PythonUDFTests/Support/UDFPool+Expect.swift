import Columnar
import PythonUDF
import Testing

extension UDFPool {
  /// Calls a function and compares the result, which must be a sound column, with integers.
  func expect(
    _ name: String, _ batch: RecordBatch, gives expected: [Int64?],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let rows = try await sound(name, batch).toArray(of: Int64.self)
    #expect(rows == expected, sourceLocation: sourceLocation)
  }

  func expect(
    _ name: String, _ batch: RecordBatch, gives expected: [String?],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let rows = try await sound(name, batch).toArray(of: String.self)
    // As bytes: Swift takes texts for equal that only normalisation makes equal.
    #expect(
      rows.map { $0.map { Array($0.utf8) } } == expected.map { $0.map { Array($0.utf8) } },
      sourceLocation: sourceLocation)
  }

  func expect(
    _ name: String, _ batch: RecordBatch, gives expected: [Bool?],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let rows = try await sound(name, batch).toArray(of: Bool.self)
    #expect(rows == expected, sourceLocation: sourceLocation)
  }

  func expect(
    _ name: String, _ batch: RecordBatch, gives expected: [[UInt8]?],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let rows = try await sound(name, batch).toArray(of: [UInt8].self)
    #expect(rows == expected, sourceLocation: sourceLocation)
  }

  /// Floats are compared bit for bit, so that NaN and the sign of zero count.
  func expect(
    _ name: String, _ batch: RecordBatch, givesFloats expected: [Double?],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let rows = try await sound(name, batch).toArray(of: Double.self)
    #expect(rows.map { $0?.bitPattern } == expected.map { $0?.bitPattern }, sourceLocation: sourceLocation)
  }

  private func sound(_ name: String, _ batch: RecordBatch) async throws -> Column {
    let column = try await call(name, batch)
    try column.validate(.full)
    #expect(column.type == (try signature(of: name).result.columnType))
    #expect(column.count == batch.rowCount)
    return column
  }

  /// Why a call fails.
  func failure(
    of name: String, _ batch: RecordBatch, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> UDFError {
    do {
      _ = try await call(name, batch)
    } catch let error as UDFError {
      return error
    }
    Issue.record("the call did not fail", sourceLocation: sourceLocation)
    throw NotFailed()
  }
}

struct NotFailed: Error {}
