#if os(Linux)
  import Foundation
  import Testing

  @testable import PythonUDF

  @Suite(.timeLimit(.minutes(5))) struct IdleListTests {
    @Test func `a list that always has callers waiting does not grow`() async {
      await #expect(processExitsWith: .success) {
        let list = IdleList([0])
        // Each of many callers takes and gives back again and again, so nearly all of them wait at any time.
        func serve(_ times: Int) async throws {
          try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
              group.addTask {
                for _ in 0..<times / 64 { list.give(back: try await list.take()) }
              }
            }
            try await group.waitForAll()
          }
        }
        try await serve(20_000)
        let before = try IdleListTests.residentPages()
        try await serve(400_000)
        // Those served would hold about 100 bytes each.
        let growth = try IdleListTests.residentPages() - before
        #expect(growth * 4096 < 8 << 20, "\(growth) pages")
      }
    }

    private static func residentPages() throws -> Int {
      let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
      return try #require(Int(fields[1]))
    }
  }
#endif
