import Columnar
import Foundation
import PythonUDF
import Testing

/// Making an argument of a user's class runs code of the user's, which is part of the row.
@Suite(.serialized, .timeLimit(.minutes(30))) struct ArgumentDeadlineTests {
  private static let source = """
    import time
    from dataclasses import dataclass
    from clutch import udf

    made = []

    @dataclass
    class Item:
        x: int
        def __post_init__(self):
            made.append(self.x)
            print("making", self.x)
            end = time.monotonic() + 20
            while self.x == 99 and time.monotonic() < end: pass
            if self.x >= 1000: time.sleep(0.02)
            if self.x == -1: raise ValueError("no item")

    @udf(timeout=0.3)
    def get(item: Item, y: int) -> int: return item.x

    @udf
    def seen() -> list[int]:
        global made
        found, made = made, []
        return found
    """

  /// Rows of a struct with one field, and a second argument.
  private func items(_ values: [Int64], _ others: [Int64?]? = nil) throws -> RecordBatch {
    var rows = StructBuilder()
    for _ in values { rows.append() }
    let column = try rows.finish(
      fields: [Field(name: "x", type: .int64)], columns: [Column(values.map(Optional.some))])
    return try batch(column, Column(others ?? values.map { _ in 0 }))
  }

  private func seen(_ pool: UDFPool) async throws -> String {
    try await pool.call("seen", rows(1)).description
  }

  @Test(arguments: [0, 1, 40])
  func `a constructor that does not come to an end is its row's`(row: Int) async throws {
    try await withPool(UDFSource(Self.source)) { pool in
      var values = [Int64](repeating: 1, count: 64)
      values[row] = 99
      let error = try await pool.failure(of: "get", items(values))
      #expect(error.code == .deadlineExceeded)
      #expect(error.message.contains("ran longer than its timeout of 0.3 s for a row"))
      #expect(error.row?.index == row)
      try await pool.expect("get", items([5]), gives: [5])
    }
  }

  @Test func `the time of many constructors counts for none of their rows`() async throws {
    try await withPool(UDFSource(Self.source)) { pool in
      // 64 rows of 20 ms each, of which none is late.
      let values = (0..<64).map { Int64(1_000 + $0) }
      try await pool.expect("get", items(values), gives: values.map(Optional.some))
    }
  }

  @Test func `constructors run in the order of the rows, and only of rows that are called`() async throws {
    try await withPool(UDFSource(Self.source)) { pool in
      _ = try await pool.call("get", items([1, 2, 3, 4], [0, nil, 0, nil]))
      #expect(try await seen(pool).contains("[1, 3]"))
      // What comes behind a row that fails has not been made.
      let error = try await pool.failure(of: "get", items([1, -1, 3]))
      #expect(error.row?.index == 1)
      #expect(try await seen(pool).contains("[1, -1"))
      #expect(try await !seen(pool).contains("3"))
    }
  }

  @Test func `what a constructor prints has its row`() async throws {
    try await withPool(UDFSource(Self.source)) { pool in
      let records = pool.logRecords()
      _ = try await pool.call("get", items([7, 8, 9]))
      await pool.closeAsync()
      var rows: [Int?] = []
      for await record in records where record.message.hasPrefix("making") { rows.append(record.row) }
      #expect(rows == [0, 1, 2])
    }
  }
}
