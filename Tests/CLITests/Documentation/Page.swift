import Foundation
import TestSupport
import Testing

/// A page of the documentation, taken apart.
struct Page: Sendable, CustomTestStringConvertible {
  /// A fenced block.
  struct Block: Sendable {
    /// What stands behind the opening fence.
    let language: String
    /// The line of the page that its first line is, counted from 1.
    let line: Int
    let text: String

    /// The file that its first line names, as in `# prices.py`.
    var fileName: String? {
      guard let first = text.split(separator: "\n").first, first.hasPrefix("# "), first.hasSuffix(".py"),
        !first.dropFirst(2).contains(" ")
      else { return nil }
      return String(first.dropFirst(2))
    }
  }

  /// The path from the package's root.
  let path: String

  var testDescription: String { path }

  /// The catalogue.
  static let catalogue = "Sources/Clutch/Clutch.docc"

  /// Every page that users and contributors read first.
  static let all: [Page] = {
    let folder = "\(Checkout.root)/\(catalogue)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let articles = names.filter { $0.hasSuffix(".md") }.sorted().map { "\(catalogue)/\($0)" }
    return (["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] + articles).map { Page(path: $0) }
  }()

  static func article(_ name: String) -> Page { Page(path: "\(catalogue)/\(name).md") }

  func lines() throws -> [String] {
    try String(contentsOfFile: "\(Checkout.root)/\(path)", encoding: .utf8).components(separatedBy: "\n")
  }

  // MARK: Parts

  func blocks(_ language: String) throws -> [Block] { try blocks().filter { $0.language == language } }

  func blocks() throws -> [Block] {
    var blocks: [Block] = []
    var open: (language: String, line: Int, lines: [String])?
    for (index, line) in try lines().enumerated() {
      if line.hasPrefix("```") {
        if let block = open {
          let text = block.lines.joined(separator: "\n") + "\n"
          blocks.append(Block(language: block.language, line: block.line, text: text))
          open = nil
        } else {
          open = (String(line.dropFirst(3)), index + 2, [])
        }
      } else {
        open?.lines.append(line)
      }
    }
    return blocks
  }

  /// The lines outside fenced blocks.
  func prose() throws -> [String] {
    var isProse = true
    return try lines().filter { line in
      if line.hasPrefix("```") {
        isProse.toggle()
        return false
      }
      return isProse
    }
  }

  /// The rows of the table whose first column has this heading, without the heading and the rule below it.
  func table(_ heading: String) throws -> [[String]] {
    let lines = try prose()
    let first = try #require(lines.firstIndex { $0.hasPrefix("| \(heading) |") }, "\(path) has no table \(heading)")
    return lines[(first + 2)...].prefix { $0.hasPrefix("|") }.map { line in
      line.replacing("\\|", with: "\u{1}").split(separator: "|", omittingEmptySubsequences: false).dropFirst()
        .dropLast()
        .map { $0.replacing("\u{1}", with: "|").trimmingCharacters(in: .whitespaces) }
    }
  }
}
