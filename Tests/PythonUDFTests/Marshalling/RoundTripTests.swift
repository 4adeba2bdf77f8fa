import Columnar
import PythonUDF
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(30))) struct RoundTripTests {
  private static let identities = ["int", "float", "str", "bool", "bytes"].map {
    "@udf\ndef \($0)_(x: \($0)) -> \($0): return x\n@udf\ndef \($0)_or_none(x: \($0) | None) -> \($0): return x"
  }.joined(separator: "\n")

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func `random columns and slices of them come back equal`(seed: UInt64) async throws {
    try await withPool(of: Self.identities) { pool in
      var random = SplitMix64(seed: seed)
      for _ in 0..<12 {
        let count = Int.random(in: 0...130, using: &random)
        let start = Int.random(in: 0...count, using: &random)
        let range = start..<Int.random(in: start...count, using: &random)
        let nulls: Double = [0.0, 0.1, 0.5, 1.0].randomElement(using: &random) ?? 0
        func column<T>(_ make: (inout SplitMix64) -> T) -> [T?] {
          (0..<count).map { _ -> T? in Double.random(in: 0..<1, using: &random) < nulls ? nil : make(&random)
          }
        }
        func expectSame<T>(
          _ name: String, _ values: [T?], _ column: Column,
          _ expect: (String, RecordBatch, [T?]) async throws -> Void
        ) async throws {
          let sliced = try batch(column.slice(range))
          try await expect("\(name)_", sliced, Array(values[range]))
          try await expect("\(name)_or_none", sliced, Array(values[range]))
        }
        let integers = column { Int64(bitPattern: $0.next()) >> Int64.random(in: 0...63, using: &$0) }
        try await expectSame("int", integers, Column(integers)) { try await pool.expect($0, $1, gives: $2) }
        let floats = column(Self.float)
        try await expectSame("float", floats, Column(floats)) {
          try await pool.expect($0, $1, givesFloats: $2)
        }
        let truths = column { Bool.random(using: &$0) }
        try await expectSame("bool", truths, Column(truths)) { try await pool.expect($0, $1, gives: $2) }
        let texts = column(Self.text)
        try await expectSame("str", texts, Column(texts)) { try await pool.expect($0, $1, gives: $2) }
        let byteStrings = column { random in
          (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        try await expectSame("bytes", byteStrings, Column(byteStrings)) {
          try await pool.expect($0, $1, gives: $2)
        }
      }
    }
  }

  /// Any bits but those of a signalling NaN, which hardware may make quiet.
  private static func float(_ random: inout SplitMix64) -> Double {
    let value = Double(bitPattern: random.next())
    return value.isSignalingNaN ? .nan : value
  }

  private static func text(_ random: inout SplitMix64) -> String {
    let scalars: [Unicode.Scalar] = ["\0", "a", "é", "\u{301}", "米", "𝛼", "\u{10FFFF}", "\u{FEFF}", "\n"]
    return String(
      String.UnicodeScalarView(
        (0..<Int.random(in: 0...20, using: &random)).compactMap { _ in scalars.randomElement(using: &random) }
      ))
  }
}
