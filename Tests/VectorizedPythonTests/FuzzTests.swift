import Foundation
import Functions
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Random typed programs on random columns, with programs and by CPython alone; `make fuzz-vectors` goes on for hours.
@Suite(.serialized, .timeLimit(.minutes(30))) struct FuzzTests {
  /// Python's own random numbers make the files.
  private static func source(_ seed: Int) throws -> String {
    let text = try String(contentsOfFile: path("programs.py"), encoding: .utf8)
    let interpreter = try SubInterpreter()
    defer { interpreter.close() }
    return try interpreter.withGIL { py in
      try py.run(text.replacingOccurrences(of: "if __name__ == \"__main__\":", with: "if False:"))
      return try py.evaluate("generate(\(seed))").extract(String.self)
    }
  }

  @Test(arguments: [2, 3, 5, 8, 9, 10, 16, 21, 24, 1001])
  func `random programs give what Python gives`(seed: Int) throws {
    let comparison = try VectorComparison(UDFSource(Self.source(seed), name: "seed\(seed).py"))
    defer { comparison.close() }
    var generated = GeneratedColumns(seed: UInt64(seed))
    for (index, signature) in comparison.signatures.enumerated() {
      for (rows, nulls) in [(300, 0.0), (1, 0), (1025, 0.02), (200, 1), (1023, 0.3), (0, 0)] {
        guard let batch = try generated.batch(for: signature, rows: rows, nullShare: nulls) else { continue }
        _ = try comparison.compareToSmallest(index, batch)
        try comparison.compareRaising(index, batch)
      }
    }
  }
}
