import Synchronization

/// The extension modules that did not load in an isolated interpreter: most are refused by CPython, and some fail where it begins
/// them. Where the exception is this interpreter's own, as since 3.14, the two look alike.
package final class RefusedModules: Sendable {
  private let refused = Mutex<[String]>([])
  /// As many as anybody looks at.
  private static let most = 256

  func add(_ file: String) {
    refused.withLock { if $0.count < Self.most, !$0.contains(file) { $0.append(file) } }
  }

  /// Their files, the first one first.
  package var files: [String] { refused.withLock { $0 } }
}
