package import ArrowIPC
import Columnar
package import Functions

/// Why a request cannot be answered, in the terms of Flight: a code of gRPC, and one line or a few for a person.
package struct FlightError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The codes that are used, named as gRPC names them.
  package enum Code: Sendable, Hashable {
    case cancelled, invalidArgument, deadlineExceeded, notFound, resourceExhausted, unimplemented, `internal`,
      unavailable
  }

  package let code: Code
  /// What the client is told.
  package let message: String
  /// What the log is told: the message, and the traceback if there is one.
  package let description: String

  package init(_ code: Code, _ message: String, description: String? = nil) {
    self.code = code
    self.message = message
    self.description = description ?? message
  }

  /// What any error is to a client.
  package init(_ error: any Error) {
    switch error {
    case let error as FlightError: self = error
    case let error as UDFError: self.init(error)
    case let error as IPCError: self.init(error)
    case let error as ColumnError: self.init(.invalidArgument, error.message)
    case is CancellationError: self.init(.cancelled, "the call was cancelled")
    default: self.init(.internal, "\(error)")
    }
  }

  /// The function's own errors are the caller's business: engines try again what is UNAVAILABLE, on another server, and that
  /// would compute the same error again.
  package init(_ error: UDFError) {
    let code: Code =
      switch error.code {
      case .deadlineExceeded: .deadlineExceeded
      case .interrupted: .cancelled
      case .memoryExceeded: .resourceExhausted
      case .busy, .closed, .notAvailable, .handedOver: .unavailable
      case .unknownFunction: .notFound
      case .incompatible: .unavailable
      default: .invalidArgument
      }
    self.init(code, error.message, description: error.description)
  }

  package init(_ error: IPCError) {
    let code: Code =
      switch error.code {
      case .limitExceeded: .resourceExhausted
      case .unsupported, .missingLibrary: .unimplemented
      default: .invalidArgument
      }
    self.init(code, error.message)
  }
}
