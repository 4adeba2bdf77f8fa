import Functions
import PythonRuntime
package import PythonUDF
import Tabular

/// What functions have done so far, as a table for a person.
package struct FunctionReport {
  /// The lines, the head first, each with its end.
  package let lines: [String]

  /// - Parameters:
  ///   - pools: the files' pools.
  ///   - counts: what was counted of them.
  package init(of pools: [UDFPool], _ counts: FunctionCounts) {
    var rows = [["function", "file", "rows", "calls", "seconds", "rows/s", "errors", "nulls", "memory"]]
    for pool in pools {
      let memory = pool.memoryUsage.reduce(0) { $0 + $1.current }
      var seen: Set<String> = []
      for signature in pool.signatures where seen.insert(signature.name).inserted {
        rows.append(Self.row(of: signature.name, in: pool.name, memory, counts))
      }
    }
    var widths: [Int] = []
    for column in rows[0].indices { widths.append(rows.map { DisplayWidth.of($0[column]) }.max() ?? 0) }
    lines = rows.map { row in
      let cells = row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - DisplayWidth.of(text))
        return column < 2 ? text + space : space + text
      }
      return cells.joined(separator: "  ") + "\n"
    }
  }

  /// The seconds are those of all interpreters together, and of rows that failed too.
  private static func row(of function: String, in file: String, _ memory: Int, _ counts: FunctionCounts) -> [String] {
    func total(_ label: String) -> Double { counts.total("clutch_udf_\(label)", of: function, in: file) }
    let (rows, seconds) = (total("rows"), total("seconds"))
    let thousandths = Int((seconds * 1_000).rounded())
    let fraction = String(thousandths % 1_000)
    let rate = rows > 0 && seconds > 0 ? String(Int((rows / seconds).rounded())) : "-"
    return [
      function, file, String(Int(rows)), String(Int(total("batches"))),
      "\(thousandths / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction, rate,
      String(Int(total("errors"))), String(Int(total("nulls"))), "\(memory / 1_024) KiB",
    ]
  }
}
