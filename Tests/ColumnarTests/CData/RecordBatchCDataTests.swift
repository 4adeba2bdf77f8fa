import CArrowABI
import Columnar
import TestSupport
import Testing

@Suite("Batches across the C Data Interface")
struct RecordBatchCDataTests {
  private static let schema = Schema(
    [Field(name: "id", type: .int64, isNullable: false), Field(name: "name", type: .utf8)],
    metadata: ["origin": "test"])

  private static func batch(_ first: Int64) throws -> RecordBatch {
    try RecordBatch(
      schema: schema, columns: [Column([first, first + 1, first + 2]), Column(["a", nil, "\(first)"])])
  }

  @Test("a batch arrives with its schema, also a slice of one", arguments: [0..<3, 1..<3, 2..<2])
  func batches(rows: Range<Int>) throws {
    var (array, schema) = (ArrowArray(), ArrowSchema())
    try withUnsafeMutablePointer(to: &array) { array in
      try withUnsafeMutablePointer(to: &schema) { schema in
        let (array, schema) = (UInt(bitPattern: array), UInt(bitPattern: schema))
        try Self.batch(5).slice(rows).export(toArrayAt: array, schemaAt: schema)
        let back = try RecordBatch(importingArrayAt: array, schemaAt: schema)
        #expect(back.schema == Self.schema)
        #expect(back.rowCount == rows.count)
        #expect(try back.columns[0].toArray(of: Int64.self) == Array([5, 6, 7][rows]))
        #expect(try back.columns[1].toArray(of: String.self) == Array(["a", nil, "5"][rows]))
      }
    }
    #expect(array.release == nil && schema.release == nil)
  }

  @Test("the offset of a batch applies to its columns, and rows without columns keep their count")
  func offsets() throws {
    let producer = ForeignProducer()
    let numbers = ExchangeArray(length: 4, offset: 1, buffers: [nil, "0001020304"])
    var array = producer.array(ExchangeArray(length: 2, offset: 1, buffers: [nil], children: [numbers]))
    let batch = try RecordBatch(taking: &array, as: Schema([Field(name: "n", type: .int8)]))
    #expect(try batch.columns[0].toArray(of: Int8.self) == [2, 3])
    var empty = producer.array(ExchangeArray(length: 7, buffers: [nil]))
    #expect(try RecordBatch(taking: &empty, as: Schema([])).rowCount == 7)
  }

  @Test("null rows and nulls where none may be are errors, and all is released")
  func nulls() throws {
    let producer = ForeignProducer()
    let numbers = ExchangeArray(length: 2, buffers: ["01", "0102"])
    let schema = Schema([Field(name: "n", type: .int8, isNullable: false)])
    for validity in ["01", nil] {
      var array = producer.array(ExchangeArray(length: 2, buffers: [validity], children: [numbers]))
      let error = #expect(throws: ColumnError.self) { try RecordBatch(taking: &array, as: schema) }
      #expect(error?.code == .nullsNotAllowed)
    }
    var plain = producer.schema(ExchangeSchema(format: "i"))
    let error = #expect(throws: ColumnError.self) { try Schema(taking: &plain) }
    #expect(error?.code == .invalidSchema)
    #expect(producer.alive == 0)
  }
}
