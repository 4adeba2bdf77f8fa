import CArrowABI
import Columnar
import TestSupport
import Testing

@Suite("Arrays from outside, at random", .timeLimit(.minutes(30)))
struct FuzzTests {
  @Test("what full validation accepts can be read, and everything is released", arguments: 1...8 as ClosedRange<UInt64>)
  func random(seed: UInt64) throws {
    // Some have hardly a fault, others many.
    var fuzzer = ArrayFuzzer(seed: seed, rarity: seed.isMultiple(of: 2) ? 12 : 90)
    var accepted = 0
    for _ in 0..<60 {
      let type = fuzzer.type(depth: 3)
      let array = fuzzer.array(type, rows: fuzzer.below(12))
      let producer = ForeignProducer(misalignment: fuzzer.below(8))
      var foreign = producer.array(array)
      do throws(ColumnError) {
        let column = try Column(taking: &foreign, as: type)
        accepted += 1
        try read(column, &fuzzer)
      } catch {
        #expect(error.message != "")
      }
      #expect(foreign.release == nil)
      #expect(producer.alive == 0, "\(type)")
    }
    #expect(accepted > 0)
  }

  @Test("what no validation was asked of can be described", arguments: 11...14 as ClosedRange<UInt64>)
  func described(seed: UInt64) {
    var fuzzer = ArrayFuzzer(seed: seed, rarity: 12)
    for _ in 0..<60 {
      let type = fuzzer.type(depth: 2)
      let producer = ForeignProducer(misalignment: fuzzer.below(8))
      var foreign = producer.array(fuzzer.array(type, rows: fuzzer.below(12)))
      #expect((try? Column(taking: &foreign, as: type, validation: .none))?.description != "")
      #expect(producer.alive == 0, "\(type)")
    }
  }

  private func read(_ column: Column, _ fuzzer: inout ArrayFuzzer) throws(ColumnError) {
    // The views throw nothing for their own type.
    guard let rows = try? column.canonicalRows() else {
      Issue.record("\(column.type) was accepted and cannot be read")
      return
    }
    #expect(rows.count == column.count)
    #expect(column.nullCount == (0..<column.count).count { column.isNull($0) })
    #expect(column.description != "")
    let start = fuzzer.below(column.count + 1)
    let range = start..<(start + fuzzer.below(column.count - start + 1))
    let slice = column.slice(range)
    try slice.validate(.full)
    #expect((try? slice.canonicalRows()) == Array(rows[range]))
    var (array, schema) = (ArrowArray(), ArrowSchema())
    column.export(to: &array)
    Field(name: "", type: column.type).export(to: &schema)
    let back = try Column.taking(array: &array, schema: &schema)
    #expect(back.field.type == column.type)
    #expect((try? back.column.canonicalRows()) == rows)
  }
}
