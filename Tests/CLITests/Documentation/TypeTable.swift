import Foundation
import Testing

/// The table of types of the page on types, with its cells taken apart.
struct TypeTable {
  struct Row: Sendable, CustomTestStringConvertible {
    /// The parts of the first cell.
    let names: [String]
    let arrow, sql, results: Set<String>
    /// What Python receives, as the page has it.
    let received: String
    /// Of each part of the first cell.
    let columns, sqlResults: [String]

    var testDescription: String { names.joined(separator: ", ") }
  }

  static func rows() throws -> [Row] {
    try Page.article("Types").table("Annotation").map { cells in
      try #require(cells.count == 7, "a row of the table of types has \(cells.count) cells: \(cells)")
      let names = parts(cells[0])
      func each(_ cell: String) -> [String] {
        let parts = parts(cell)
        return parts.count == 1 ? Array(repeating: parts[0], count: names.count) : parts
      }
      let results = cells[4].hasPrefix("everything") ? pickled : Set(parts(cells[4]))
      return Row(
        names: names, arrow: expanded(cells[1], everything: ArrowFields.all.map(\.name)),
        sql: expanded(cells[2], everything: TypeExample.arguments.map(\.type).filter { !formless.contains($0) }),
        results: results, received: cells[3], columns: each(cells[5]), sqlResults: each(cells[6]))
    }
  }

  /// The types that no function can take.
  static let formless: Set = ["TIMETZ", "BIT", "UNION", "BIGNUM", "VARIANT"]

  private static let pickled = Set(TypeExample.results.map(\.name)).subtracting(["memoryview"])

  /// The parts of a cell, between commas that are not quoted, without their quotes.
  static func parts(_ cell: String) -> [String] {
    var parts = [""]
    var isQuoted = false
    for character in cell {
      if character == "`" { isQuoted.toggle() }
      if character == ",", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts.map { $0.replacing("`", with: "").trimmingCharacters(in: .whitespaces) }
  }

  /// The same with every "A to B" as what is between them.
  static func expanded(_ cell: String, everything: [String] = []) -> Set<String> {
    if cell == "none" { return [] }
    if cell == "everything" { return Set(everything) }
    var all: Set<String> = []
    for part in parts(cell) {
      let ends = part.components(separatedBy: " to ")
      if ends.count == 2, let range = order.first(where: { $0.contains(ends[0]) && $0.contains(ends[1]) }),
        let first = range.firstIndex(of: ends[0]), let last = range.firstIndex(of: ends[1]), first <= last
      {
        all.formUnion(range[first...last])
      } else {
        all.insert(part)
      }
    }
    return all
  }

  private static let order: [[String]] = [
    ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "hugeint", "uhugeint"],
    [
      "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    ],
  ]
}
