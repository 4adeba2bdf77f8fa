import DuckDBEngine
import Foundation
import Tabular
import TestSupport
import Testing

@Suite struct TextWriterTests {
  static let query = """
    SELECT * FROM (VALUES
      (1, 'plain', 1.50::DECIMAL(9, 2), 'nan'::DOUBLE, [1, NULL], {'a': 'x'}, DATE '2024-02-29'),
      (2, '', NULL, 1e100, NULL, NULL, NULL),
      (3, E'a,"b"\\nc\\t' || chr(1) || 'é', -0.05, 0.1, [], {'a': NULL}, 'infinity')) t(i, "te""xt", d, f, l, s, "day")
    """

  @Test(
    "CSV quotes what RFC 4180 says, and tells no value from an empty text", arguments: TestLibrary.allCases)
  func csv(library: TestLibrary) throws {
    let text = try library.connect().written(Self.query, as: .csv)
    #expect(
      text == """
        i,"te""xt",d,f,l,s,day
        1,plain,1.50,nan,"[1, NULL]",{'a': x},2024-02-29
        2,"",,1e+100,,,
        3,"a,""b""\nc\t\u{1}é",-0.05,0.1,[],{'a': NULL},infinity

        """)
  }

  @Test("CSV reads back in DuckDB as what it was", arguments: TestLibrary.allCases)
  func csvRoundTrip(library: TestLibrary) throws {
    let connection = try library.connect()
    let folder = try TemporaryFolder()
    let text = try connection.written(Self.query, as: .csv)
    try text.write(toFile: "\(folder.path)/t.csv", atomically: false, encoding: .utf8)
    let rows = try connection.rows(
      """
      SELECT count(*) FROM (FROM read_csv('\(folder.path)/t.csv', all_varchar = true, header = true,
        delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false)
        EXCEPT SELECT COLUMNS(*)::VARCHAR FROM (\(Self.query)))
      """)
    #expect(rows == [[.integer(0)]])
  }

  @Test("JSON has numbers as numbers and nested values as such", arguments: TestLibrary.allCases)
  func json(library: TestLibrary) throws {
    let text = try library.connect().written(Self.query, as: .json)
    #expect(
      text == #"""
        [
        {"i":1,"te\"xt":"plain","d":1.50,"f":null,"l":[1,null],"s":{"a":"x"},"day":"2024-02-29"},
        {"i":2,"te\"xt":"","d":null,"f":1e+100,"l":null,"s":null,"day":null},
        {"i":3,"te\"xt":"a,\"b\"\nc\t\u0001é","d":-0.05,"f":0.1,"l":[],"s":{"a":null},"day":"infinity"}
        ]

        """#)
    let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
    #expect(parsed?.count == 3)
  }

  @Test("A result without rows is an empty array", arguments: TestLibrary.allCases)
  func emptyJSON(library: TestLibrary) throws {
    let connection = try library.connect()
    #expect(try connection.written("SELECT 1 LIMIT 0", as: .json) == "[]\n")
    #expect(try connection.written("SELECT 1 LIMIT 0", as: .jsonl) == "")
  }

  @Test("JSON lines are one valid object each, for every type", arguments: ValueTextTests.expressions)
  func jsonLines(expression: String) throws {
    let text = try TestLibrary.bareduckdbWheel.connect().written("SELECT \(expression) AS x FROM range(3)", as: .jsonl)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 3)
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
  }

  @Test(
    "Large numbers keep all digits in JSON",
    arguments: [
      ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"),
      (
        "0.00000000000000000000000000000000000001::DECIMAL(38,38)", "0.00000000000000000000000000000000000001"
      ),
      ("MAP {1: 'a', 2: NULL}", #"{"1":"a","2":null}"#),
      ("row(1, 'x')", #"[1,"x"]"#),
      ("union_value(n := 1)", "1"),
      ("'-inf'::FLOAT", "null"),
    ])
  func jsonValues(value: (expression: String, json: String)) throws {
    let text = try TestLibrary.bareduckdbWheel.connect().written("SELECT \(value.expression) AS x", as: .jsonl)
    #expect(text == "{\"x\":\(value.json)}\n")
  }

  @Test("JSON columns are embedded as JSON, on one line", arguments: TestLibrary.allCases)
  func jsonColumn(library: TestLibrary) throws {
    let connection = try library.connect()
    guard (try? connection.run("SELECT '1'::JSON")) != nil else { return }  // Built without the extension.
    let text = try connection.written("SELECT E'{\"a\":\\n [1]}'::JSON AS x", as: .jsonl)
    #expect(text == "{\"x\":{\"a\":  [1]}}\n")
  }
}
