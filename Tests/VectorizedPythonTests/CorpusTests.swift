import Columnar
import Foundation
import Functions
import PythonUDF
import Testing

/// Functions as people write them, with what is said of each in `corpus.py`.
@Suite(.serialized, .timeLimit(.minutes(30))) struct CorpusTests {
  private struct Expected {
    let name: String
    let status: String
  }

  private static func expected() throws -> [Expected] {
    let text = try String(contentsOfFile: path("corpus.py"), encoding: .utf8)
    let pattern = #/# (vectorized|partly|python)(?:: [^\n]*)?\n@udf\ndef (\w+)/#
    return text.matches(of: pattern).map { Expected(name: String($0.output.2), status: String($0.output.1)) }
  }

  @Test func `inspect says of each what its comment says, and where what is in the way stands`() throws {
    let expected = try Self.expected()
    #expect(expected.count >= 60)
    let pool = try UDFPool(UDFSource(file: path("corpus.py")), HostOptions(interpreters: 1))
    defer { pool.close() }
    #expect(pool.signatures.count == expected.count)
    for (index, signature) in pool.signatures.enumerated() {
      let report = try pool.vectorReport(of: index)
      let known = expected.first { $0.name == signature.name }
      #expect(report.status.rawValue == known?.status, "\(signature.name): \(report.reasons)")
      #expect(report.reasons.isEmpty == (report.status == .vectorized))
      for reason in report.reasons { #expect(reason.line >= signature.line) }
    }
  }

  @Test func `each gives what Python gives`() throws {
    let comparison = try VectorComparison(UDFSource(file: path("corpus.py")))
    defer { comparison.close() }
    var generated = GeneratedColumns(seed: 11)
    for (index, signature) in comparison.signatures.enumerated() {
      for nulls in [0, 0.02, 0.5] {
        guard let batch = try generated.batch(for: signature, rows: 700, nullShare: nulls) else { continue }
        // Rows that fail are Python's either way, and the others are compared.
        _ = try comparison.compareToSmallest(index, batch)
        if nulls == 0 { try comparison.compareRaising(index, batch) }
      }
    }
  }
}
