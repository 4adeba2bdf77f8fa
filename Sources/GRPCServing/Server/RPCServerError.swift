#if Server
  import Essentials
  import NIOCore

  /// Why a server cannot start.
  package struct RPCServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure.
    package enum Code: String, Sendable {
      /// Somebody else listens there.
      case portTaken
      /// The host's name has no address, or the address is not this machine's.
      case badAddress
      /// The system does not allow this user to listen there.
      case notAllowed
      /// Anything else that the system says.
      case system
    }

    package let code: Code
    /// For people, with the address, and what to do.
    package let message: String

    package var description: String { message }

    init(code: Code, message: String) {
      self.code = code
      self.message = message
    }

    /// Of what the system said to listening at an address.
    init(_ error: any Error, host: String, port: Int) {
      let place = "\(host):\(port)"
      guard let error = error as? IOError else {
        self.init(code: .system, message: "cannot listen at \(place): \(error)")
        return
      }
      switch error.errnoCode {
      case EADDRINUSE:
        self.init(
          code: .portTaken, message: "cannot listen at \(place): the port is taken; choose another, or 0 for any")
      case EADDRNOTAVAIL:
        self.init(code: .badAddress, message: "cannot listen at \(place): \(host) is no address of this machine")
      case EACCES, EPERM:
        self.init(
          code: .notAllowed,
          message: "cannot listen at \(place): this user may not; choose a port of 1024 or above")
      default:
        self.init(code: .system, message: "cannot listen at \(place): \(error)")
      }
    }
  }
#endif
