#if Server
  import NIOHPACK

  /// What a request's headers say, as far as gRPC rules it.
  enum RequestHead {
    /// No gRPC: answered with a status of HTTP and with these headers.
    case http(Int, extra: [(String, String)])
    /// gRPC that is not served: answered with a status of gRPC and with these headers.
    case refused(RPCStatus, extra: [(String, String)])
    case accepted(path: String, timeout: Duration?)

    init(_ headers: HPACKHeaders) {
      guard headers.first(name: ":method") == "POST" else {
        self = .http(405, extra: [("allow", "POST")])
        return
      }
      guard let type = headers.first(name: "content-type"), Self.isGRPC(type) else {
        self = .http(415, extra: [("accept-post", "application/grpc")])
        return
      }
      let encoding = headers.first(name: "grpc-encoding") ?? "identity"
      guard encoding == "identity" else {
        self = .refused(
          RPCStatus(
            .unimplemented,
            "messages compressed with \(encoding.prefix(32)) are not supported: send them without compression"),
          extra: [("grpc-accept-encoding", "identity")])
        return
      }
      var timeout: Duration?
      if let text = headers.first(name: "grpc-timeout") {
        timeout = RequestTimeout.parse(text)
        guard timeout != nil else {
          self = .refused(
            RPCStatus(
              .invalidArgument,
              "the header grpc-timeout is \"\(text.prefix(32))\": expected are up to eight digits and one of H, M, S, m, u, n"
            ),
            extra: [])
          return
        }
      }
      self = .accepted(path: headers.first(name: ":path") ?? "", timeout: timeout)
    }

    /// `application/grpc`, with a message format after `+` or a parameter after `;`, and not `application/grpc-web`.
    private static func isGRPC(_ type: String) -> Bool {
      let name = "application/grpc"
      guard type.utf8.count >= name.utf8.count, type.prefix(name.count).lowercased() == name else { return false }
      let next = type.dropFirst(name.count).first
      return next == nil || next == "+" || next == ";" || next == " "
    }
  }
#endif
