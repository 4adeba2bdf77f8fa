#if Server
  import Foundation
  import TestSupport
  import Testing

  extension Serve {
    @Suite struct NotifyTests {
      /// What systemd listens with.
      private final class Manager {
        struct Failure: Error { let code: Int32 }
        private let descriptor: Int32

        init(_ name: String) throws {
          descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
          guard descriptor >= 0 else { throw Failure(code: errno) }
          var patience = timeval(tv_sec: 60, tv_usec: 0)
          setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
          var address = sockaddr_un()
          address.sun_family = sa_family_t(AF_UNIX)
          let bytes = name.hasPrefix("@") ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8)
          withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
          let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
          let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
          }
          guard result == 0 else { throw Failure(code: errno) }
        }

        deinit { close(descriptor) }

        /// The next message.
        func next() throws -> String {
          var buffer = [UInt8](repeating: 0, count: 4_096)
          let count = recv(descriptor, &buffer, buffer.count, 0)
          guard count >= 0 else { throw Failure(code: errno) }
          return String(decoding: buffer[..<count], as: UTF8.self)
        }
      }

      @Test(arguments: [false, true])
      func `systemd is told of the start, reloads and the end`(isAbstract: Bool) throws {
        let folder = try TestFolder()
        try folder.write("f.py", "from clutch import udf\n@udf\ndef f(x: int) -> int: return 1\n")
        let name = isAbstract ? "@clutch-\(UUID().uuidString)" : folder.path("notify")
        let manager = try Manager(name)
        let server = try ServerProgram(folder, ["f.py"], environment: ["NOTIFY_SOCKET": name])
        #expect(try manager.next() == "READY=1")
        // Also a reload that changes nothing ends.
        for source in ["from clutch import udf\n@udf\ndef f(x: int) -> int: return 2\n", "broken("] {
          try folder.write("f.py", source)
          server.program.send(SIGHUP)
          let reloading = try manager.next().split(separator: "\n")
          #expect(reloading.first == "RELOADING=1")
          var now = timespec()
          clock_gettime(CLOCK_MONOTONIC, &now)
          let time = try #require(
            reloading.last.flatMap { $0.hasPrefix("MONOTONIC_USEC=") ? Int($0.dropFirst(15)) : nil })
          #expect(time > 0 && time / 1_000_000 <= now.tv_sec)
          #expect(try manager.next() == "READY=1")
        }
        try server.end()
        #expect(try manager.next() == "STOPPING=1")
      }

      @Test func `a manager that is not there changes nothing`() throws {
        let folder = try TestFolder()
        for name in ["/nothing/here", "@clutch-nobody", "vsock:1:2", "", String(repeating: "/x", count: 200)] {
          let server = try ServerProgram(folder, [functions], environment: ["NOTIFY_SOCKET": name])
          try server.end()
        }
      }
    }
  }
#endif
