#if os(Linux)
  import Foundation
  import Testing

  @testable import PythonUDF

  @Suite(.timeLimit(.minutes(15))) struct HostQueueTests {
    @Test func `a list that always has callers waiting does not grow`() async {
      await #expect(processExitsWith: .success) {
        let queue = HostQueue<Int>()
        queue.give(back: 0)
        // Each of many callers takes and gives back again and again, so nearly all of them wait at any time.
        func serve(_ times: Int) async throws {
          try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
              group.addTask {
                for _ in 0..<times / 64 {
                  let host = try await withCheckedThrowingContinuation { continuation in
                    _ = queue.take { continuation.resume(with: $0) }
                  }
                  queue.give(back: host)
                }
              }
            }
            try await group.waitForAll()
          }
        }
        try await serve(20_000)
        let before = try HostQueueTests.residentPages()
        try await serve(400_000)
        // Those served would hold about 100 bytes each.
        let growth = try HostQueueTests.residentPages() - before
        #expect(growth * 4096 < 8 << 20, "\(growth) pages")
      }
    }

    private static func residentPages() throws -> Int {
      let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
      return try #require(Int(fields[1]))
    }
  }
#endif
