import DuckDBEngine
import Testing

@testable import Tabular

@Suite struct TableWriterTests {
  @Test("A table shows names, types and values, numbers to the right")
  func table() throws {
    let text = try TestLibrary.bareduckdbWheel.connect().written(
      "SELECT * FROM (VALUES (1, 'duck', 1.50, [1]), (-20, NULL, 22.25, NULL)) t(id, name, price, \"l\")", as: .table)
    #expect(
      text == """
        ┌─────────┬─────────┬──────────────┬───────────┐
        │   id    │  name   │    price     │     l     │
        │ integer │ varchar │ decimal(4,2) │ integer[] │
        ├─────────┼─────────┼──────────────┼───────────┤
        │       1 │ duck    │         1.50 │ [1]       │
        │     -20 │ NULL    │        22.25 │ NULL      │
        └─────────┴─────────┴──────────────┴───────────┘
        2 rows

        """)
  }

  @Test("Wide, combining and control characters keep the lines straight")
  func widths() throws {
    let text = try TestLibrary.bareduckdbWheel.connect().written(
      "SELECT * FROM (VALUES ('鴨と卵'), ('e\u{301}te\u{301}'), ('🦆'), (E'a\\nb'), ('👩‍👩‍👧'), ('ｶﾓ')) t(v)", as: .table)
    #expect(
      text == """
        ┌─────────┐
        │    v    │
        │ varchar │
        ├─────────┤
        │ 鴨と卵  │
        │ e\u{301}te\u{301}     │
        │ 🦆      │
        │ a\\nb    │
        │ 👩‍👩‍👧      │
        │ ｶﾓ      │
        └─────────┘
        6 rows

        """)
  }

  @Test("Of many rows the first and the last are shown", arguments: TestLibrary.allCases)
  func manyRows(library: TestLibrary) throws {
    let text = try library.connect().written("SELECT i FROM range(336776) t(i)", as: .table, maxRows: 5)
    #expect(
      text == """
        ┌────────┐
        │   i    │
        │ bigint │
        ├────────┤
        │      0 │
        │      1 │
        │      2 │
        │ · · ·  │
        │ 336774 │
        │ 336775 │
        └────────┘
        336,776 rows (5 shown)

        """)
  }

  @Test(
    "The rows shown are right for any number of rows",
    arguments: [0, 1, 3, 4, 5, 2047, 2048, 2049, 2051, 4096, 5000], [0, 1, 2, 4, 3000])
  func counts(rows: Int, maxRows: Int) throws {
    let text = try TestLibrary.bareduckdbWheel.connect(["threads": "1"]).written(
      "SELECT 'r' || i AS i FROM range(\(rows)) t(i)", as: .table, maxRows: maxRows)
    let shown = text.split(separator: "\n").compactMap { line in
      line.hasPrefix("│ r") ? Int(line.dropFirst(3).prefix { $0.isNumber }) : nil
    }
    let half = maxRows / 2
    let expected = rows <= maxRows ? Array(0..<rows) : Array(0..<maxRows - half) + Array(rows - half..<rows)
    #expect(shown == expected)
  }

  @Test("Long cells are shortened so that the table fits", arguments: [20, 40, 79, 80, 81])
  func shortened(width: Int) throws {
    let text = try TestLibrary.bareduckdbWheel.connect().written(
      "SELECT 7 AS n, repeat('long ', 1000) AS a, repeat('鴨', 50) AS b", as: .table, width: width)
    let lines = text.split(separator: "\n").dropLast()
    #expect(lines.allSatisfy { DisplayWidth.of(String($0)) == DisplayWidth.of(String(lines[0])) })
    #expect((width - 3...width).contains(DisplayWidth.of(String(lines[0]))))
    #expect(text.contains("lo") && text.contains("…"))
  }
}
