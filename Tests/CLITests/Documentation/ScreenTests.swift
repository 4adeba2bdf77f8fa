import Foundation
import TestSupport
import Testing

/// The pictures of the screen on the page about the shell are what is on the screen.
@Suite(.timeLimit(.minutes(30))) struct ScreenTests {
  @Test func `What the page shows is what a terminal shows`() throws {
    let page = Page.article("Shell")
    let clutch = try Clutch()
    for block in try page.blocks("python") {
      if let name = block.fileName { try clutch.write(name, block.text) }
    }
    let blocks = try page.blocks("screen")
    #expect(blocks.count >= 4)
    for block in blocks {
      let lines = block.text.split(separator: "\n", omittingEmptySubsequences: false)
      let typed = lines.compactMap { line in
        line.firstMatch(of: /^(?:clutch|     ['"$*]|    \.\.)> (.*)$/).map { String($0.1) }
      }
      let end = try clutch.atTerminal(
        ["shell", "--udf", "delays.py"], columns: 72, typing: typed,
        [.prompt(typed.count + 1), .send("\u{4}"), .end])
      #expect(end.missing == nil, "line \(block.line): \(end)")
      let shown = end.body.split(separator: "\n", omittingEmptySubsequences: false).dropLast().joined(separator: "\n")
      #expect(shown == block.text.trimmingCharacters(in: .newlines), "\(page.path), line \(block.line)")
    }
  }

  @Test func `The page has every command`() throws {
    let clutch = try Clutch()
    let commands = try clutch.run("shell", input: ".help\n").output.matches(of: /(?m)^(\.\w+)/).map { String($0.1) }
    let rows = try Page.article("Shell").table("Command").map { $0[0] }
    #expect(commands.count > 10)
    for command in commands { #expect(rows.contains { $0.contains("`\(command)") }, "\(command)") }
    #expect(rows.count == commands.count)
  }
}
