import TestSupport
import Testing

@Suite struct FormatTests {
  private static let sql = """
    SELECT * FROM (VALUES (1, NULL, 'a "quoted", text', 'Ärger 鴨', 1.50), (-2, true, '', E'two\\nlines', NULL))
    t(i, b, q, u, d)
    """

  @Test(arguments: [
    (
      "csv",
      #"""
      i,b,q,u,d
      1,,"a ""quoted"", text",Ärger 鴨,1.50
      -2,true,"","two
      lines",

      """#
    ),
    (
      "json",
      #"""
      [
      {"i":1,"b":null,"q":"a \"quoted\", text","u":"Ärger 鴨","d":1.50},
      {"i":-2,"b":true,"q":"","u":"two\nlines","d":null}
      ]

      """#
    ),
    (
      "jsonl",
      #"""
      {"i":1,"b":null,"q":"a \"quoted\", text","u":"Ärger 鴨","d":1.50}
      {"i":-2,"b":true,"q":"","u":"two\nlines","d":null}

      """#
    ),
    (
      "table",
      #"""
      ┌─────────┬─────────┬──────────────────┬────────────┬──────────────┐
      │    i    │    b    │        q         │     u      │      d       │
      │ integer │ boolean │     varchar      │  varchar   │ decimal(3,2) │
      ├─────────┼─────────┼──────────────────┼────────────┼──────────────┤
      │       1 │ NULL    │ a "quoted", text │ Ärger 鴨   │         1.50 │
      │      -2 │ true    │                  │ two\nlines │         NULL │
      └─────────┴─────────┴──────────────────┴────────────┴──────────────┘
      2 rows

      """#
    ),
  ])
  func `Rows are printed in every format`(format: String, text: String) throws {
    let end = try Clutch().run("sql", "--format", format, Self.sql)
    #expect(end.status == .exited(0))
    #expect(end.output == text)
    #expect(end.errors.isEmpty)
  }

  @Test(arguments: [("csv", "i\n"), ("json", "[]\n"), ("jsonl", "")])
  func `No rows are no error`(format: String, text: String) throws {
    let end = try Clutch().run("sql", "--format", format, "SELECT 1 AS i WHERE false")
    #expect(end.status == .exited(0))
    #expect(end.output == text)
  }

  @Test func `A table is the default, and shows the first and the last of many rows`() throws {
    let end = try Clutch().run("sql", "SELECT i FROM range(336776) t(i)")
    let lines = end.output.split(separator: "\n")
    #expect(lines.last == "336,776 rows (40 shown)")
    #expect(lines.contains("│      0 │"))
    #expect(lines.contains("│ 336775 │"))
    #expect(!lines.contains("│    100 │"))
  }
}
