import Foundation
import TestSupport
import Testing

/// However the tool ends, its worker processes end with it.
@Suite(.timeLimit(.minutes(30))) struct WorkerLifelineTests {
  /// Within one second, they say; a whole one more for the machine.
  private static let most = Duration.seconds(2)

  /// The second keeps its GIL in code in C that never looks up.
  @Test(arguments: ["while True: pass", "re.match('(a*)*b', 'a' * 60)"])
  func `a tool that is killed leaves no process behind`(work: String) throws {
    let clutch = try Clutch()
    try clutch.write(
      "f.py",
      """
      import os, re, time
      from clutch import udf

      @udf
      def hang(x: int) -> int:
          child = os.fork()
          if child == 0:
              while True: time.sleep(1)
          with open('\(clutch.folder)/draft', 'w') as file: file.write(f'{os.getpid()} {child}')
          os.rename('\(clutch.folder)/draft', '\(clutch.folder)/begun')
          \(work)
          return x

      """)
    let program = try clutch.start([
      "sql", "--placement", "worker", "--policy", "open", "--udf", "f.py", "SELECT hang(1)",
    ])
    var isThere = false
    for _ in 0..<12 where !isThere {
      isThere = eventually { FileManager.default.fileExists(atPath: "\(clutch.folder)/begun") }
    }
    try #require(isThere)
    let processes = try clutch.text("begun").split(separator: " ").compactMap { Int32($0) }
    #expect(processes.count == 2)
    #expect(processes.allSatisfy(isAlive))
    program.send(SIGKILL)
    let clock = ContinuousClock()
    let killed = clock.now
    let end = try program.end()
    #expect(end.status == .killed(signal: SIGKILL))
    // The kernel tells them at once.
    while processes.contains(where: isAlive), clock.now - killed < Self.most { usleep(2_000) }
    #expect(!processes.contains(where: isAlive), "after \(clock.now - killed)")
    // What they shared had no name, and is gone with them.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/shm")) ?? []
    #expect(!names.contains { $0.hasPrefix("clutch") })
  }

  private func isAlive(_ process: Int32) -> Bool {
    #if os(Linux)
      // One that has ended stays until somebody has asked for it.
      guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
      return text.split(separator: ")").last?.split(separator: " ").first.map { $0 != "Z" && $0 != "X" } ?? false
    #else
      return kill(process, 0) == 0
    #endif
  }
}
