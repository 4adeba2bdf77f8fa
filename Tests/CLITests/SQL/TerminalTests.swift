import Foundation
import TestSupport
import Testing

@Suite struct TerminalTests {
  private static let erase = "\r\u{1B}[K"

  @Test func `A long query shows a bar on the terminal, which is gone at the end`() throws {
    let clutch = try Clutch()
    let terminal = try Terminal()
    let program = try clutch.start(
      ["sql", "--udf", Clutch.functions, "--format", "csv", "SELECT wait_for('\(clutch.folder)/go') AS done"],
      terminal: terminal.device)
    try terminal.screen.wait(for: "░")
    try clutch.write("go", "")
    let end = try program.end()
    try terminal.device.close()
    let screen = try terminal.screen.rest()
    #expect(end.status == .exited(0))
    #expect(end.output == "done\ntrue\n")
    #expect(screen.hasPrefix(Self.erase))
    #expect(screen.hasSuffix(Self.erase))
    for line in screen.components(separatedBy: Self.erase) where !line.isEmpty {
      let bar = line.prefix { $0 == "█" || $0 == "░" }
      #expect(bar.count == 30, "\(line)")
      #expect(line.hasSuffix(" s"))
    }
  }

  @Test func `What a function prints stands above the bar, which stays`() throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      import os, time
      from clutch import udf
      @udf
      def talk(folder: str) -> bool:
          def wait_for(name):
              while not os.path.exists(f"{folder}/{name}"): time.sleep(0.01)
          wait_for("first")
          print("printed")
          wait_for("second")
          return True
      """)
    let terminal = try Terminal()
    let program = try clutch.start(
      ["sql", "--udf", "f.py", "--format", "csv", "SELECT talk('\(clutch.folder)') AS done"], terminal: terminal.device)
    try terminal.screen.wait(for: "░")
    try clutch.write("first", "")
    try terminal.screen.wait(for: Self.erase + "talk[0]: printed\r\n░")
    try clutch.write("second", "")
    #expect(try program.end().output == "done\ntrue\n")
    try terminal.device.close()
    #expect(try terminal.screen.rest().hasSuffix(Self.erase))
  }

  @Test(arguments: ["slow", "endless"])
  func `An interruption is told on a line of its own`(function: String) throws {
    let terminal = try Terminal()
    let clutch = try Clutch()
    let program = try clutch.start(
      ["sql", "--udf", Clutch.functions, "SELECT sum(\(function)(i)) FROM range(100000) t(i)"],
      terminal: terminal.device)
    try terminal.screen.wait(for: "░")
    program.send(SIGINT)
    let end = try program.end(within: .seconds(20))
    try terminal.device.close()
    #expect(end.status == .exited(130))
    #expect(try terminal.screen.rest().hasSuffix(Self.erase + "clutch: interrupted\r\n"))
  }

  @Test func `Without a terminal no bar and no escape sequence is printed`() throws {
    let clutch = try Clutch()
    let program = try clutch.start([
      "sql", "--udf", Clutch.functions, "--format", "table", "SELECT sum(slow(i)) AS s FROM range(40) t(i)",
    ])
    let end = try program.end()
    #expect(end.status == .exited(0))
    #expect(!(end.output + end.errors).contains("\u{1B}"))
    #expect(!(end.output + end.errors).contains("░"))
    #expect(end.errors == (0..<40).map { "slow[\($0)]: begun\n" }.joined())
  }
}
