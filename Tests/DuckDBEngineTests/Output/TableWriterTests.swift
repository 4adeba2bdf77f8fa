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

  @Test("Long cells are shortened so that the table fits", arguments: [34, 40, 79, 80, 81])
  func shortened(width: Int) throws {
    let text = try TestLibrary.bareduckdbWheel.connect().written(
      "SELECT 7 AS n, repeat('long ', 1000) AS a, repeat('鴨', 50) AS b", as: .table, width: width)
    let lines = text.split(separator: "\n").dropLast()
    #expect(lines.allSatisfy { DisplayWidth.of(String($0)) == DisplayWidth.of(String(lines[0])) })
    #expect((width - 3...width).contains(DisplayWidth.of(String(lines[0]))))
    #expect(text.contains("lo") && text.contains("…"))
  }

  @Test("Of more columns than there is room for those in the middle are left out, and counted")
  func hidden() throws {
    let columns = (0..<10_000).map { "\($0) AS c\($0)" }.joined(separator: ", ")
    let text = try TestLibrary.bareduckdbWheel.connect().written("SELECT \(columns)", as: .table, width: 50)
    #expect(
      text == """
        ┌─────────┬─────────┬───┬─────────┬─────────┐
        │   c0    │   c1    │ … │  c9998  │  c9999  │
        │ integer │ integer │   │ integer │ integer │
        ├─────────┼─────────┼───┼─────────┼─────────┤
        │       0 │       1 │ … │    9998 │    9999 │
        └─────────┴─────────┴───┴─────────┴─────────┘
        1 row, 10,000 columns (9,996 hidden)

        """)
  }

  @Test("A table fits any width that has room for a few letters")
  func fits() throws {
    let connection = try TestLibrary.bareduckdbWheel.connect()
    for count in [1, 2, 3, 7, 40] {
      let columns = (0..<count).map { "repeat('鴨a', \($0)) AS c\($0)" }.joined(separator: ", ")
      for width in 7...60 {
        let text = try connection.written("SELECT \(columns)", as: .table, width: width)
        let lines = text.split(separator: "\n").dropLast().map { DisplayWidth.of(String($0)) }
        #expect(lines.allSatisfy { $0 == lines[0] && $0 <= width }, "\(width)\n\(text)")
      }
    }
  }

  @Test("What turns the direction of text, or ends a line, is spelled out")
  func reordering() throws {
    let text = try TestLibrary.bareduckdbWheel.connect().written(
      "SELECT chr(8238) || 'a' || chr(8232) || chr(155) || chr(27) AS v", as: .table)
    #expect(text.contains("│ \\u202ea\\u2028\\x9b\\x1b │"))
  }

  @Test("A value of many megabytes is shortened")
  func huge() throws {
    let text = try TestLibrary.bareduckdbWheel.connect().written(
      "SELECT repeat('é', 50000000) AS v, repeat(chr(769), 1000000) AS w", as: .table, width: 40)
    #expect(text.utf8.count < 10_000)
    #expect(text.contains("éé…"))
  }
}
