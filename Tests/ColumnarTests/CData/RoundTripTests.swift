import CArrowABI
import Columnar
import TestSupport
import Testing

@Suite("Columns of every type")
struct RoundTripTests {
  static let slices = [0..<21, 1..<20, 3..<12, 5..<6, 9..<21, 7..<7, 0..<0]

  @Test("builders make what they were told", arguments: Sample.all)
  func built(sample: Sample) throws {
    try sample.column.validate(.full)
    #expect(try sample.column.canonicalRows() == sample.rows)
    // Nulls in a dictionary are not nulls of the column.
    if sample.column.dictionary == nil { #expect(sample.column.nullCount == sample.rows.count { $0 == .null }) }
    #expect(!sample.column.description.isEmpty)
  }

  @Test("slices of slices show their rows", arguments: Sample.all)
  func slices(sample: Sample) throws {
    for range in Self.slices {
      let slice = sample.column.slice(range)
      try slice.validate(.full)
      #expect(try slice.canonicalRows() == Array(sample.rows[range]))
      let half = slice.slice(range.count / 2..<range.count)
      #expect(try half.canonicalRows() == Array(sample.rows[range].dropFirst(range.count / 2)))
    }
  }

  @Test("an export is imported as it was", arguments: Sample.all)
  func exported(sample: Sample) throws {
    var field = Field(name: "ü", type: sample.type, isNullable: false, metadata: ["a": "1", "": "leer"])
    for range in Self.slices {
      field.isNullable.toggle()
      var (array, schema) = (ArrowArray(), ArrowSchema())
      try withUnsafeMutablePointer(to: &array) { array in
        try withUnsafeMutablePointer(to: &schema) { schema in
          let (arrayAddress, schemaAddress) = (UInt(bitPattern: array), UInt(bitPattern: schema))
          try sample.column.slice(range).export(toArrayAt: arrayAddress, schemaAt: schemaAddress, as: field)
          let back = try Column.imported(fromArrayAt: arrayAddress, schemaAt: schemaAddress)
          #expect(back.field == field)
          #expect(try back.column.canonicalRows() == Array(sample.rows[range]))
        }
      }
      #expect(array.release == nil && schema.release == nil)
    }
  }

  @Test("PyArrow reads every type and slice")
  func readByPyArrow() throws {
    // PyArrow imports the two older intervals, and has no Python values for them.
    let samples = Sample.all.filter { ![.interval(.yearMonth), .interval(.dayTime)].contains($0.type) }
    var exports: [Exchange] = []
    var expected: [[Canonical]] = []
    for sample in samples {
      for range in Self.slices {
        exports.append(Exchange(exporting: sample.column.slice(range), as: Field(name: "f", type: sample.type)))
        expected.append(Array(sample.rows[range]))
      }
    }
    let findings = try PyArrow.check(exports)
    #expect(findings.count == exports.count)
    for (index, finding) in findings.enumerated() {
      #expect(finding.error == nil, "\(exports[index].type)")
      #expect(finding.values == expected[index], "\(exports[index].type)")
      #expect(finding.releases == 1)
    }
  }

  @Test("columns without rows and without buffers are read", arguments: Sample.all)
  func withoutBuffers(sample: Sample) throws {
    func emptied(_ array: ExchangeArray) -> ExchangeArray {
      var array = array
      array.length = 0
      array.buffers = array.buffers.map { _ in nil }
      array.children = array.children.map(emptied)
      array.dictionary = array.dictionary.map { Indirect(emptied($0.value)) }
      return array
    }
    let exchange = Exchange(exporting: sample.column, as: Field(name: "", type: sample.type))
    let producer = ForeignProducer()
    var array = producer.array(emptied(exchange.array))
    #expect(try Column(taking: &array, as: sample.type).canonicalRows().isEmpty)
    #expect(producer.alive == 0)
  }
}
