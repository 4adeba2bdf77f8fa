import Foundation
import TestSupport
import Testing

/// The table of types of the page on serving says what `--print-sql` declares in each engine.
@Suite(.timeLimit(.minutes(30))) struct ServingTableTests {
  /// The columns of the table behind what is on the wire.
  private static let engines = ["risingwave", "databend", "clickhouse", "spark"]

  @Test func `Every annotation is declared in each engine as the table of the page says`() throws {
    var cases: [(annotation: String, cells: [String])] = []
    for cells in try Page.article("Serving").table("Annotation") {
      try #require(cells.count == 6, "a row of the table has \(cells.count) cells: \(cells)")
      for name in TypeTable.parts(cells[0]) {
        // What has no example stands in the table as it is written in Python.
        let annotation = TypeExample.examples(of: name).first?.annotation ?? name
        cases.append((annotation, cells.dropFirst(2).map { TypeTable.parts($0).joined(separator: ", ") }))
      }
    }
    #expect(cases.count >= 40)
    let functions = cases.enumerated().map { number, one in
      "@udf\ndef f_\(number)(x: \(one.annotation)) -> \(one.annotation): return x\n"
    }
    let clutch = try Clutch()
    try clutch.write("all.py", TypeExample.prelude + "\n\n" + functions.joined())
    for (place, engine) in Self.engines.enumerated() {
      let end = try clutch.run("serve", "--print-sql", engine, "all.py")
      #expect(end.status == .exited(0), "\(engine): \(end.errors)")
      let lines = end.output.components(separatedBy: "\n")
      for (number, one) in cases.enumerated() {
        let declared = Self.declared("f_\(number)", in: engine, lines)
        #expect(declared ?? "—" == one.cells[place], "\(one.annotation) in \(engine)")
        #expect((declared == nil) == end.errors.contains("f_\(number) is left out"), "\(one.annotation) in \(engine)")
      }
    }
  }

  /// The type of a function's result in what was printed; nil when the function is not declared.
  private static func declared(_ function: String, in engine: String, _ lines: [String]) -> String? {
    switch engine {
    case "clickhouse":
      guard let place = lines.firstIndex(where: { $0.contains("<name>clutch_\(function)</name>") }) else { return nil }
      return lines[place + 1].firstMatch(of: /<return_type>(.*)<\/return_type>/).map { withoutNullable(String($0.1)) }
    case "spark":
      guard let place = lines.firstIndex(where: { $0.hasPrefix("def \(function)(") }) else { return nil }
      return lines[place - 1].firstMatch(of: /@arrow_udf\((.*)\)/).map { String($0.1).replacing("_t.", with: "") }
    default:
      let line = lines.first { $0.contains("FUNCTION \(function)(") || $0.contains("FUNCTION \(function) (") }
      return line?.components(separatedBy: " RETURNS ").last
    }
  }

  /// `Array(Int64)` for `Array(Nullable(Int64))`: the page says once that values may be null.
  private static func withoutNullable(_ type: String) -> String {
    var (rest, result, depths, depth) = (type[...], "", [Int](), 0)
    while let character = rest.first {
      if rest.hasPrefix("Nullable(") {
        depth += 1
        depths.append(depth)
        rest = rest.dropFirst("Nullable(".count)
        continue
      }
      if character == "(" { depth += 1 }
      let isNullableEnd = character == ")" && depths.last == depth
      if character == ")" { depth -= 1 }
      if isNullableEnd { depths.removeLast() } else { result.append(character) }
      rest = rest.dropFirst()
    }
    return result
  }
}
