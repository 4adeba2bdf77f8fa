import CArrowABI
import Columnar
import TestSupport
import Testing

@Suite("Exchange with PyArrow")
struct PyArrowTests {
  @Test(
    "arrays of PyArrow are read as they are, and given back the same",
    .timeLimit(.minutes(30)), arguments: [1, 2, 3, 4])
  func thereAndBack(seed: Int) throws {
    let cases = try PyArrow.generate(seed: seed, count: 324)
    #expect(cases.count == 324)
    var exports: [Exchange] = []
    for (index, source) in cases.enumerated() {
      let producer = ForeignProducer(misalignment: index % 5 == 4 ? 1 : 0)
      do {
        var (schema, array) = (producer.schema(source.schema), producer.array(source.array))
        let (field, column) = try Column.taking(array: &array, schema: &schema)
        #expect(array.release == nil && schema.release == nil)
        #expect(try column.canonicalRows() == source.values, "case \(index): \(column)")
        exports.append(Exchange(exporting: column, as: field))
      } catch {
        Issue.record("case \(index), \(source.type): \(error)")
      }
      #expect(producer.alive == 0, "case \(index), \(source.type)")
    }
    let findings = try PyArrow.check(exports)
    #expect(findings.count == cases.count)
    for (source, finding) in zip(cases, findings) {
      #expect(finding.error == nil, "\(source.type)")
      #expect(finding.type == source.type)
      #expect(finding.values == source.values, "\(source.type)")
      #expect(finding.releases == 1)
    }
  }
}
