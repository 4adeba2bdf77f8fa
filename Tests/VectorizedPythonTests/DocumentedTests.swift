import Foundation
import Testing

@testable import VectorizedPython

/// The page of what runs without Python names what there is.
@Suite struct DocumentedTests {
  private static func row(_ title: String) throws -> Set<String> {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appending(path: "Sources/Clutch/Clutch.docc/VectorisedFunctions.md"), encoding: .utf8)
    let line = try #require(page.split(separator: "\n").first { $0.hasPrefix("| \(title) |") })
    return Set(line.dropFirst(title.count + 4).matches(of: /`([a-z_0-9]+)`/).map { String($0.output.1) })
  }

  /// The names of operations that begin with one, without what stands behind a space or a bracket.
  private static func known(_ prefix: String) -> Set<String> {
    Set(
      Operations.all.map(\.name).filter { $0.hasPrefix(prefix) }.map { name in
        String(name.dropFirst(prefix.count).prefix { $0 != " " && $0 != "[" && $0 != "(" })
      }.filter { !$0.isEmpty })
  }

  @Test func `functions of math, and methods of texts`() throws {
    #expect(try Self.row("Functions of `math`").symmetricDifference(Self.known("math.")) == [])
    #expect(try Self.row("Of texts").symmetricDifference(Self.known("str.")) == ["in", "len", "05d"])
  }

  @Test func `parts and methods of dates`() throws {
    let named = try Self.row("Of dates")
    let known = Self.known(".").union(Self.known("method."))
    #expect(known.subtracting(named).isEmpty)
    #expect(
      named.subtracting(known) == ["timedelta", "replace", "strftime", "fromisoformat", "strptime"])
  }

  @Test func `builtin functions`() throws {
    let names = try Self.row("Functions").subtracting(["divmod", "len", "bool"])
    #expect(names.isSubset(of: Set(Operations.all.map(\.name))))
  }
}
