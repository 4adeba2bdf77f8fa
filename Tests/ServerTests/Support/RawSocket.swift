#if Server
  import Foundation

  /// A connection to a port of this machine that says what a test likes.
  final class RawSocket {
    struct Failure: Error { let code: Int32 }

    private let descriptor: Int32

    init(port: Int) throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { throw Failure(code: errno) }
      var patience = timeval(tv_sec: 60, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(UInt16(port)).bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let result = withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard result == 0 else { throw Failure(code: errno) }
    }

    deinit { close(descriptor) }

    /// A peer that has closed is no error here: what came before can still be read.
    func send(_ text: String) {
      let bytes = Array(text.utf8)
      _ = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// What comes, up to a text or the end.
    ///
    /// - Throws: when neither comes within a minute.
    func read(until text: String? = nil) throws -> String {
      var received: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4_096)
      while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EINTR { continue }
        if count < 0, errno != ECONNRESET { throw Failure(code: errno) }
        let soFar = String(decoding: received, as: UTF8.self)
        guard count > 0 else { return soFar }
        received += buffer[..<count]
        if let text, String(decoding: received, as: UTF8.self).contains(text) {
          return String(decoding: received, as: UTF8.self)
        }
      }
    }
  }
#endif
