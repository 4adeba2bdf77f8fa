#if Server
  import Foundation
  import GRPCServing
  import NIOCore
  import Testing

  extension Serving {
    @Suite("Idle connections") struct IdleConnectionTests {
      /// The other ends, without any memory of this process's but descriptors.
      private final class Sockets {
        private(set) var descriptors: [Int32] = []

        deinit { for descriptor in descriptors { close(descriptor) } }

        /// - Returns: whether there is a connection more.
        func connect(port: Int) throws -> Bool {
          let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
          guard descriptor >= 0 else { return false }
          descriptors.append(descriptor)
          var patience = timeval(tv_sec: 60, tv_usec: 0)
          setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
          var address = sockaddr_in()
          address.sin_family = sa_family_t(AF_INET)
          address.sin_port = in_port_t(port).bigEndian
          address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
          let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
              Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
          }
          try #require(result == 0, "\(String(cString: strerror(errno)))")
          let preface = RawFrame.preface
          try #require(send(descriptor, preface, preface.count, Int32(MSG_NOSIGNAL)) == preface.count)
          return true
        }

        /// Waits until the server has answered with its settings, and with that it has ours.
        func waitForSettings() throws {
          for descriptor in descriptors {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 256)
            // The last nine bytes are the acknowledgement: settings, with its flag, of no length.
            while bytes.suffix(9) != [0, 0, 0, 4, 1, 0, 0, 0, 0] {
              let count = recv(descriptor, &buffer, buffer.count, 0)
              try #require(count > 0, "\(bytes), \(String(cString: strerror(errno)))")
              bytes += buffer[..<count]
            }
          }
        }
      }

      /// Raises the limit of descriptors as far as it goes.
      ///
      /// - Returns: how many there may be.
      private static func raiseDescriptors() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        var raised = limit
        raised.rlim_cur = min(limit.rlim_max, 1 << 16)
        if setrlimit(resource, &raised) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
      }

      @Test(
        "many idle connections take little memory each, and calls go on beside them; 10,000 with `make bench-server`")
      func many() async throws {
        // Both ends are in this process.
        let wanted = ProcessInfo.processInfo.environment["CLUTCH_CONNECTIONS"].flatMap { Int($0) } ?? 1_500
        let count = min(wanted, (Self.raiseDescriptors() - 200) / 2)
        try await serving { server, probe, _ in
          let port = try #require(server.address.port)
          // What the first connections take stays, whether there are few or many.
          let first = Sockets()
          for _ in 0..<50 { try #require(try first.connect(port: port)) }
          try first.waitForSettings()
          let before = try residentBytes()
          let sockets = Sockets()
          for _ in 50..<count { try #require(try sockets.connect(port: port)) }
          try sockets.waitForSettings()
          try await eventually("the connections") { server.connectionCount == count }
          let each = (try residentBytes() - before) / (count - 50)
          print("\(count) idle connections: \(each) bytes each")
          #expect(each < 64 << 10)
          #expect(try await clientSays(server.addressText, "echo") == ["b'hello'"])
          _ = (first, sockets)
        }
      }
    }
  }
#endif
