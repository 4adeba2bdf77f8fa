import Testing

/// Folders of a target are layers: what one uses does not use it.
struct FolderTests {
  @Test func `no two folders of a target use each other`() throws {
    for target in try Targets.names().sorted() {
      for pair in FolderGraph(try Targets.files(of: target)).pairs {
        Issue.record("Sources/\(target): \(Self.explanation(of: pair))")
      }
    }
  }

  private static func explanation(of pair: FolderGraph.Pair) -> String {
    let uses = pair.uses.map { uses in
      uses.prefix(4).joined(separator: ", ") + (uses.count > 4 ? " and \(uses.count - 4) more" : "")
    }
    return """
      the folders \(pair.folders[0]) and \(pair.folders[1]) use each other. One way: \(uses[0]). \
      The other way: \(uses[1]). Move a type, or hand over what is needed.
      """
  }

  @Test func `a pair is found with the files and the types that make it`() throws {
    let files = [
      "Upper/Upper.swift": "public struct Upper { var lower: Lower }\nprivate struct Both {}",
      "Lower/Lower.swift": "package final class Lower { let text = \"Upper\" } // Upper\nstruct Both {}",
      "Lower/Lower+Text.swift": "extension Lower { var text: String { \"\\(Upper(self))\" } }",
      "Aside/Aside.swift": "enum Aside { static let upper: Upper? = nil; struct Lower {} }\nstruct Twice {}",
      "Upper/Twice.swift": "struct Twice { let same: Aside.Type? = nil }\n",
      "Main.swift": "@MainActor struct Main { let both: Both }",
    ].mapValues(SwiftCode.init)
    let pairs = FolderGraph(files).pairs
    #expect(pairs.map(\.folders) == [["Aside", "Upper"], ["Lower", "Upper"]])
    #expect(
      pairs.last?.uses == [["Lower/Lower+Text.swift uses Upper of Upper"], ["Upper/Upper.swift uses Lower of Lower"]])
    let message = try Self.explanation(of: #require(pairs.last))
    #expect(message.contains("One way: Lower/Lower+Text.swift uses Upper of Upper."))
  }
}
