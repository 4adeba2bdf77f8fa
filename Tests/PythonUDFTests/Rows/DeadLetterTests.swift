import Columnar
import Foundation
import PythonUDF
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(30))) struct DeadLetterTests {
  /// The arguments of the only row, as the observer gets them, which must be JSON.
  private func letter(
    _ column: Column, _ field: Field? = nil, as type: String = "Any", classes: String = "",
    mode: UDFErrorMode = .null
  ) async throws -> String? {
    let recorder = Recorder<UDFRowFailure>()
    let source = "\(typePrelude)\n\(classes)\n@udf\ndef f(x: \(type)) -> int: raise ValueError\n"
    let batch = try RecordBatch(schema: Schema([field ?? Field(name: "x", type: column.type)]), columns: [column])
    try await withPool(UDFSource(source)) { pool in
      pool.observeFailures { recorder.append($0) }
      _ = try? await pool.evaluate("f", batch, onError: mode)
    }
    #expect(recorder.values.count == 1)
    let text = try #require(recorder.values.first).arguments
    if let text { _ = try JSONSerialization.jsonObject(with: Data(text.utf8)) }
    return text
  }

  @Test(arguments: [
    (Column([Double.nan] as [Double?]), #"{"x": "nan"}"#), (Column([-.infinity] as [Double?]), #"{"x": "-inf"}"#),
    (Column([-0.0] as [Double?]), #"{"x": -0.0}"#), (Column([[0, 255]] as [[UInt8]?]), #"{"x": "00ff"}"#),
    (Column(["é\0\"\u{2028}"]), #"{"x": "é\u0000\""# + "\u{2028}\"}"),
    (Column([.max] as [UInt64?]), #"{"x": 18446744073709551615}"#),
    (Column.made(of: .date32, [Int32?(0)]), #"{"x": "1970-01-01"}"#),
    (Column.made(of: .timestamp(.second, timeZone: "UTC"), [Int64?(0)]), #"{"x": "1970-01-01 00:00:00+00:00"}"#),
    (Column.made(of: .decimal128(precision: 5, scale: 2), [Int128?(150)]), #"{"x": "1.50"}"#),
    (Column([true]), #"{"x": true}"#),
    (
      Column.made(
        of: .interval(.monthDayNano), [MonthDayNanoInterval?(MonthDayNanoInterval(months: 1, days: 2, nanoseconds: 3))]),
      #"{"x": {"months": 1, "days": 2, "nanoseconds": 3}}"#
    ),
  ])
  func `arguments of every type are JSON`(column: Column, expected: String) async throws {
    #expect(try await letter(column) == expected)
    #expect(try await letter(column, mode: .collect) == expected)
    #expect(try await letter(column, mode: .raise) == expected)
  }

  @Test func `maps with any keys are JSON`() async throws {
    for (keys, expected) in [
      (Column([1.5] as [Double?]), #"{"x": {"1.5": "nan"}}"#), (Column([.nan] as [Double?]), #"{"x": {"nan": "nan"}}"#),
      (Column([[1]] as [[UInt8]?]), #"{"x": {"01": "nan"}}"#),
      (Column.made(of: .date32, [Int32?(0)]), #"{"x": {"1970-01-01": "nan"}}"#),
      (Column([true]), #"{"x": {"True": "nan"}}"#),
    ] {
      var builder = ListBuilder()
      try builder.append(elementCount: 1)
      let map = try builder.finishMap(keys: keys, values: Column([.nan] as [Double?]))
      #expect(try await letter(map) == expected)
    }
  }

  /// What only pickled bytes can bring.
  @Test(
    arguments: [
      ("{3}", #"{"x": [3]}"#), ("frozenset()", #"{"x": []}"#),
      ("{(1, 2): {None: b'a'}}", #"{"x": {"(1, 2)": {"None": "61"}}}"#),
      ("'a\\ud800'", #"{"x": "a\\ud800"}"#), ("cyclic()", #"{"x": [1, "[1, [...]]"]}"#), ("twice()", nil),
      ("10**5000", nil), ("1j", #"{"x": "1j"}"#), ("float('inf')", #"{"x": "inf"}"#),
      ("Silent()", #"{"x": "<Silent object>"}"#),
      ("deep()", nil), ("P(1, {2})", #"{"x": {"x": 1, "y": [2]}}"#), ("Color.RED", #"{"x": "RED"}"#),
    ] as [(String, String?)])
  func `objects of any kind are JSON`(expression: String, expected: String?) async throws {
    let classes = """
      def cyclic():
        made = [1]
        made.append(made)
        return made
      def twice():
        made = []
        made.extend([made] * 8)
        return made
      def deep():
        made = []
        for _ in range(300): made = [made]
        return made
      class Silent:
        def __repr__(self): raise ValueError
      @dataclass
      class P:
        x: int
        y: set
      class Color(Enum): RED = 1
      """
    let source = "\(typePrelude)\n\(classes)\n@udf\ndef pack() -> Pickle: return \(expression)\n"
    let packed = try await withPool(UDFSource(source)) { try await $0.call("pack", rows(1)) }
    let text = try await letter(packed, as: "Pickle", classes: classes)
    #expect(text != nil)
    if let expected { #expect(text == expected) }
  }

  @Test func `a row whose argument cannot be made has the others`() async throws {
    let recorder = Recorder<UDFRowFailure>()
    let source = "\(typePrelude)\n@udf\ndef f(x: datetime, y: int) -> int: return y\n"
    try await withPool(UDFSource(source)) { pool in
      pool.observeFailures { recorder.append($0) }
      let times = Column.made(of: .timestamp(.nanosecond, timeZone: nil), [1, Int64?(1_000)])
      _ = try await pool.evaluate("f", batch(times, Column([7, 8] as [Int64?])), onError: .null)
    }
    #expect(recorder.values.map(\.arguments) == [#"{"x": null, "y": 7}"#])
    #expect(recorder.values.map(\.row) == [0])
  }
}
