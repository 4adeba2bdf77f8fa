import Essentials

/// Why the system did not do something.
package struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A number of `errno`.
  package let code: Int32

  package init(_ code: Int32) { self.code = code }

  /// In the system's words.
  package var description: String { String(cString: strerror(code)) }
}

extension SystemError {
  /// Why FileManager, or Data, could not do something with a file; nil when it does not say.
  package init?(behind error: any Error) {
    guard let problem = (error as? CocoaError)?.underlying as? POSIXError else { return nil }
    self.init(problem.code.rawValue)
  }
}
