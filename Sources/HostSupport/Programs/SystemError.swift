import Essentials

/// Why the system did not do something.
package struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A number of `errno`.
  package let code: Int32

  package init(_ code: Int32) { self.code = code }

  /// In the system's words.
  package var description: String { String(cString: strerror(code)) }

  /// The same of a program that could not be started. What that needs are a few file descriptors, of which some at high
  /// numbers: where these are not allowed, the system's words say nothing of it.
  package var ofStarting: String {
    guard [EINVAL, EMFILE, ENFILE].contains(code) else { return description }
    return "\(description); it needs file descriptors up to about 80: allow more open files (ulimit -n 1024)"
  }
}

extension SystemError {
  /// Why FileManager, or Data, could not do something with a file; nil when it does not say.
  package init?(behind error: any Error) {
    guard let problem = (error as? CocoaError)?.underlying as? POSIXError else { return nil }
    self.init(problem.code.rawValue)
  }
}
