import Foundation
import TestSupport

/// The targets of the package as they lie in `Sources`.
enum Targets {
  /// Their names.
  static func names() throws -> Set<String> {
    let names = try FileManager.default.contentsOfDirectory(atPath: Checkout.path("Sources"))
    return Set(names.filter { !$0.hasPrefix(".") })
  }

  /// The code of each Swift file by its path in the target.
  static func files(of target: String) throws -> [String: SwiftCode] {
    let root = try Checkout.path("Sources/\(target)")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }
    return try Dictionary(
      uniqueKeysWithValues: paths.map { path in
        (path, SwiftCode(try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)))
      })
  }
}

/// The table of `CONTRIBUTING.md` that says which target may import what: one row for each, and one, `every target`,
/// for what all may import.
struct ImportTable {
  private(set) var rows: [String: Set<String>] = [:]
  private(set) var everywhere: Set<String> = []

  init(_ document: String) {
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false).map(Self.cells)
    guard let head = lines.firstIndex(where: { $0.first == "Target" && $0.last == "May import" }) else { return }
    for cells in lines[(head + 2)...].prefix(while: { $0.count == 3 }) {
      let modules = Set(Self.names(in: cells[2]))
      guard let target = Self.names(in: cells[0]).first else {
        everywhere.formUnion(modules)
        continue
      }
      rows[target] = modules
    }
  }

  init() throws {
    self.init(try String(contentsOfFile: Checkout.path("CONTRIBUTING.md"), encoding: .utf8))
  }

  private static func cells(_ line: Substring) -> [String] {
    guard line.hasPrefix("|"), line.hasSuffix("|") else { return [] }
    return line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// What stands between backquotes.
  private static func names(in cell: String) -> [String] {
    cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }
}
