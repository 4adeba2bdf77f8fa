#if os(Linux)
  import Foundation
  import Functions
  import Synchronization
  import Testing

  @testable import PythonUDF

  @Suite(.timeLimit(.minutes(30))) struct HostQueueTests {
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

    @Test func `who waits for one host gets that one, and others pass`() {
      let queue = HostQueue<Int>()
      let served = Served()
      func take(_ name: String, _ wanted: Int? = nil) -> Int? {
        var willDo: (@Sendable (Int) -> Bool)?
        if let wanted { willDo = { host in host == wanted } }
        return queue.take(where: willDo) { result in
          switch result {
          case .success(let host): served.add("\(name) \(host)")
          case .failure: served.add("\(name) none")
          }
        }
      }
      func expect(_ expected: String...) {
        let found = served.take()
        #expect(found == expected)
      }
      queue.give(back: 1)
      queue.give(back: 2)
      #expect(take("a", 1) == nil)
      expect("a 1")
      let (b, c, d) = (take("b", 1), take("c", 1), take("d", 3))
      expect()
      #expect(take("e") == nil)
      expect("e 2")
      let f = take("f")
      queue.give(back: 2)
      expect("f 2")
      queue.give(back: 1)
      expect("b 1")
      queue.leave(c ?? -1, because: UDFError(.interrupted, "left"))
      expect("c none")
      queue.refuseWaiting(for: 3, because: UDFError(.closed, "gone"))
      expect("d none")
      #expect(queue.count == 0)
      // Tickets of those who are served do nothing any more, also when the list has moved on.
      for ticket in [b, c, d, f] { queue.leave(ticket ?? -1, because: UDFError(.interrupted, "left")) }
      let last = (0..<40).map { (number: Int) in take("\(number)", number) }
      for host in (0..<40).reversed() where host != 7 { queue.give(back: host) }
      let all = served.take()
      #expect(all.count == 39)
      queue.leave(last[7] ?? -1, because: UDFError(.interrupted, "left"))
      expect("7 none")
      queue.close(because: UDFError(.closed, "over"))
    }

    /// Who was served, and with what, since it was asked last.
    private final class Served: Sendable {
      private let names = Mutex<[String]>([])
      func add(_ name: String) { names.withLock { $0.append(name) } }
      func take() -> [String] {
        names.withLock { names in
          defer { names = [] }
          return names
        }
      }
    }

    private static func residentPages() throws -> Int {
      let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
      return try #require(Int(fields[1]))
    }
  }
#endif
