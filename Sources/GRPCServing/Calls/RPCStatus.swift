#if Server
  /// How a call went, as gRPC's trailers say it.
  package struct RPCStatus: Sendable, Equatable {
    /// The codes of gRPC with their numbers.
    package enum Code: Int, Sendable, CaseIterable {
      case ok = 0
      case cancelled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists, permissionDenied
      case resourceExhausted, failedPrecondition, aborted, outOfRange, unimplemented, internalError, unavailable
      case dataLoss, unauthenticated

      /// As gRPC writes it: `INVALID_ARGUMENT`.
      package var name: String {
        if self == .internalError { return "INTERNAL" }
        return "\(self)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1)" : $1.uppercased() }
      }
    }

    package var code: Code
    /// For people, in any language and of any length: what is too long for a header is cut when it is sent.
    package var message: String

    package init(_ code: Code, _ message: String = "") {
      self.code = code
      self.message = message
    }

    package static let ok = RPCStatus(.ok)
  }
#endif
