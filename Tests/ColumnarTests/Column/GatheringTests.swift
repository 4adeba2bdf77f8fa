import Columnar
import Testing

@Suite struct GatheringTests {
  @Test(arguments: Sample.all) func `rows are gathered in any order, and -1 is a null`(sample: Sample) throws {
    for column in [sample.column, sample.column.slice(1..<sample.column.count)] {
      let rows = Array((0..<column.count).reversed()) + [-1] + Array(0..<column.count)
      let gathered = column.gathering(rows)
      try gathered.validate(.full)
      #expect(gathered.type == column.type)
      #expect(gathered.count == rows.count)
      #expect(gathered.isNull(column.count))
      for (place, row) in rows.enumerated() where row >= 0 {
        #expect("\(gathered.slice(place..<place + 1))" == "\(column.slice(row..<row + 1))")
      }
      let none = column.gathering([])
      try none.validate(.full)
      #expect(none.count == 0)
    }
  }

  @Test(arguments: Sample.all) func `a copy has the same rows in other memory`(sample: Sample) throws {
    let column = sample.column.slice(1..<sample.column.count)
    let copy = column.copiedMemory()
    try copy.validate(.full)
    #expect("\(copy)" == "\(column)")
    #expect(copy.nullCount == column.nullCount)
    for (one, other) in zip(copy.buffers, column.buffers) where one.byteCount > 0 {
      #expect(one.baseAddress != other.baseAddress)
    }
  }
}
