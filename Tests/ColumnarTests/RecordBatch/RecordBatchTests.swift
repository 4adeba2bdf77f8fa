import Columnar
import Testing

@Suite("Record batches")
struct RecordBatchTests {
  let schema = Schema([
    Field(name: "id", type: .int64, isNullable: false), Field(name: "name", type: .utf8),
  ])

  @Test("columns are found by name and sliced together")
  func namesAndSlices() throws {
    let batch = try RecordBatch(
      schema: schema, columns: [Column([1, 2, 3] as [Int64?]), Column(["a", nil, "c"])])
    #expect(batch.rowCount == 3)
    #expect(batch.column(named: "nobody") == nil)
    let slice = batch.slice(1..<3)
    #expect(slice.rowCount == 2)
    #expect(try slice.column(named: "id")?.toArray(of: Int64.self) == [2, 3])
    #expect(try slice.column(named: "name")?.toArray(of: String.self) == [nil, "c"])
    try slice.validate(.full)
  }

  @Test(
    "columns that do not match the schema are refused by name",
    arguments: [
      ([Column([1] as [Int64?])], nil, .lengthMismatch, "2 fields"),
      ([Column([1] as [Int32?]), Column(["a"])], nil, .typeMismatch, "'id'"),
      ([Column([1] as [Int64?]), Column([true])], nil, .typeMismatch, "'name'"),
      ([Column([1] as [Int64?]), Column(["a", "b"])], nil, .lengthMismatch, "'name'"),
      ([Column([1] as [Int64?]), Column(["a"])], 2, .lengthMismatch, "'id'"),
      ([Column([1] as [Int64?]), Column(["a"])], -1, .lengthMismatch, "-1 rows"),
    ] as [([Column], Int?, ColumnError.Code, String)])
  func mismatches(columns: [Column], rowCount: Int?, code: ColumnError.Code, mentions: String) {
    let error = #expect(throws: ColumnError.self) {
      try RecordBatch(schema: schema, columns: columns, rowCount: rowCount)
    }
    #expect(error?.code == code)
    #expect(error?.description.contains(mentions) == true, "\(String(describing: error))")
  }

  @Test("rows without columns keep their count", arguments: [nil, 0, 7])
  func noColumns(rowCount: Int?) throws {
    let batch = try RecordBatch(schema: Schema([]), columns: [], rowCount: rowCount)
    #expect(batch.rowCount == rowCount ?? 0)
    #expect(batch.slice(0..<batch.rowCount).rowCount == rowCount ?? 0)
  }

  @Test("nulls in a field that is declared without them are found, and the column is named")
  func nullsNotAllowed() throws {
    let batch = try RecordBatch(
      schema: schema, columns: [Column([1, nil] as [Int64?]), Column(["a", "b"])])
    let error = #expect(throws: ColumnError.self) { try batch.validate(.structural) }
    #expect(error?.code == .nullsNotAllowed)
    #expect(error?.message.contains("'id'") == true)
  }

  @Test("a broken column is named")
  func brokenColumn() throws {
    let broken = try Column(
      type: .utf8, count: 1,
      buffers: [Buffer(copying: [0, 1] as [Int32]), Buffer(copying: [0xFF] as [UInt8])])
    let batch = try RecordBatch(schema: schema, columns: [Column([1] as [Int64?]), broken])
    let error = #expect(throws: ColumnError.self) { try batch.validate(.full) }
    #expect(error?.message.hasPrefix("column 'name': row 0") == true)
  }
}
