/// Which folders of a target use the types of which others, by the names of types in their files.
///
/// An estimate: a name that two folders declare is left out, and what is reached without naming a type is not seen.
struct FolderGraph {
  /// Two folders that use each other, with each file that names the other's types.
  struct Pair {
    let folders: [String]
    /// As `Errors/Text.swift uses Object of Objects`, the direction with less of it first: that is the one to remove.
    let uses: [[String]]
  }

  private struct Arrow: Hashable {
    let from, to: String
  }

  private var uses: [Arrow: [String]] = [:]

  /// - Parameter files: The code of each file by its path in the target.
  init(_ files: [String: SwiftCode]) {
    var homes: [String: Set<String>] = [:]
    for (path, code) in files {
      for type in code.declaredTypes { homes[type, default: []].insert(Self.folder(of: path)) }
    }
    for (path, code) in files.sorted(by: { $0.key < $1.key }) {
      let folder = Self.folder(of: path)
      for type in code.usedTypes.sorted() {
        guard let home = homes[type], home.count == 1, let other = home.first, other != folder else { continue }
        uses[Arrow(from: folder, to: other), default: []].append("\(path) uses \(type) of \(other)")
      }
    }
  }

  /// In the order of their names.
  var pairs: [Pair] {
    uses.keys.filter { $0.from < $0.to }.sorted { ($0.from, $0.to) < ($1.from, $1.to) }.compactMap { arrow in
      guard let there = uses[arrow], let back = uses[Arrow(from: arrow.to, to: arrow.from)] else { return nil }
      return Pair(folders: [arrow.from, arrow.to], uses: there.count <= back.count ? [there, back] : [back, there])
    }
  }

  /// The root of the target is a folder too.
  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}
