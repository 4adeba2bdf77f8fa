import Foundation
import TestSupport
import Testing

/// What the pages show is true: their Python loads, their commands print what stands there, their links lead somewhere.
@Suite(.timeLimit(.minutes(30))) struct DocumentationTests {
  @Test(arguments: Page.all) func `Every Python file of a page loads`(page: Page) throws {
    let clutch = try Clutch()
    for block in try page.blocks("python") where block.text.contains("@udf") || block.text.contains("@udtf") {
      let name = block.fileName ?? "line_\(block.line).py"
      try clutch.write(name, block.text)
      let end = try clutch.run("inspect", name)
      #expect(end.status == .exited(0), "\(page.path), line \(block.line): \(end.errors)")
    }
  }

  @Test(arguments: Page.all) func `Every command of a page prints what the page shows`(page: Page) throws {
    let clutch = try Clutch()
    for block in try page.blocks("python") {
      if let name = block.fileName { try clutch.write(name, block.text) }
    }
    for block in try page.blocks("console") + page.blocks("sh") where block.text.contains("clutch ") {
      for step in try ConsoleSession(block).steps {
        let end = try clutch.shell("PATH=\"$(dirname \"$clutch\"):$PATH\"; { \(step.command)\n} 2>&1")
        #expect(end.output == step.output, "\(page.path), line \(step.line): \(step.command)")
      }
    }
  }

  @Test(arguments: Page.all) func `Every link of a page leads to a page, or to a heading of one`(page: Page) throws {
    let folder = URL(fileURLWithPath: "\(Checkout.root)/\(page.path)").deletingLastPathComponent().path
    let text = try page.prose().joined(separator: "\n")
    for match in text.matches(of: /<doc:([^>]+)>/) {
      let file = "\(Checkout.root)/\(Page.catalogue)/\(match.1).md"
      #expect(FileManager.default.fileExists(atPath: file), "\(page.path): \(match.0)")
    }
    for match in text.matches(of: /\]\(([^)\s]+)\)/) where !match.1.contains("://") {
      let parts = match.1.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let file = parts[0].isEmpty ? "\(Checkout.root)/\(page.path)" : "\(folder)/\(parts[0])"
      #expect(FileManager.default.fileExists(atPath: file), "\(page.path): \(match.0)")
      if parts.count > 1 {
        let headings = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").filter {
          $0.hasPrefix("#")
        }
        let anchors = headings.map { heading in
          heading.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
            .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }.replacing(" ", with: "-")
        }
        #expect(anchors.contains(String(parts[1])), "\(page.path): \(match.0)")
      }
    }
  }

  @Test func `The catalogue's first page leads to all others`() throws {
    let text = try Page.article("Clutch").prose().joined(separator: "\n")
    for page in Page.all where page.path.hasPrefix(Page.catalogue) && !page.path.hasSuffix("/Clutch.md") {
      let name = URL(fileURLWithPath: page.path).deletingPathExtension().lastPathComponent
      #expect(text.contains("- <doc:\(name)>"), "\(name)")
    }
  }

  @Test func `Names of SQL types mean in each dialect what the page says`() throws {
    let clutch = try Clutch()
    try clutch.write("f.py", "def f(x):\n    return x\n")
    let rows = try Page.article("ComingFrom").table("Name")
    let heading = try #require(try Page.article("ComingFrom").prose().first { $0.hasPrefix("| Name |") })
    let dialects = heading.split(separator: "|").dropFirst().map { cell in
      cell.matches(of: /`(\w+)`/).map { String($0.1) }
    }
    #expect(rows.count >= 4)
    for row in rows {
      let name = row[0].trimmingCharacters(in: ["`"])
      for (cell, dialects) in zip(row.dropFirst(), dialects) {
        let type = cell.trimmingCharacters(in: ["`"])
        for dialect in dialects.map({ ["--dialect", $0] }) + (dialects.contains("postgresql") ? [[]] : []) {
          let end = try clutch.start(["inspect", "f.py", "--function", "f(\(name)) -> \(name)"] + dialect).end()
          #expect(end.output.contains("f(x \(type)) -> \(type)"), "\(name) \(dialect): \(end)")
        }
      }
    }
  }
}
