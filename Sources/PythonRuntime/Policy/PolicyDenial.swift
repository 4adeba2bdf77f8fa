import Synchronization

/// Something that a policy did not let happen; the Python code got a `PermissionError`.
public struct PolicyDenial: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The policy's name.
  public let policy: String
  /// What the policy denies, such as "writing files outside TMP".
  public let rule: String
  /// What was tried, such as "open('/etc/hosts', 'w')".
  public let operation: String

  /// The message of the `PermissionError`.
  public var description: String { "the policy '\(policy)' denies \(rule): \(operation)" }
}

/// What has been denied so far.
public struct PolicyDenials: Sendable, Hashable {
  /// How many operations.
  public private(set) var count = 0
  /// The first of them, at most ``mostKept``.
  public private(set) var first: [PolicyDenial] = []

  /// How many are kept in full.
  public static let mostKept = 100

  /// Nothing.
  package init() {}

  package mutating func add(_ denial: PolicyDenial) {
    count += 1
    if first.count < Self.mostKept { first.append(denial) }
  }

  /// Both together, of which this comes first.
  package func joined(with other: PolicyDenials) -> PolicyDenials {
    var all = self
    all.count += other.count
    all.first += other.first.prefix(Self.mostKept - first.count)
    return all
  }
}

/// Where one interpreter's denials are written, under its GIL, and read, from anywhere.
final class DenialLog: Sendable {
  private let log = Mutex(PolicyDenials())
  private let observer = Mutex<(@Sendable (PolicyDenial) -> Void)?>(nil)

  var denials: PolicyDenials { log.withLock { $0 } }

  func add(_ denial: PolicyDenial) {
    log.withLock { $0.add(denial) }
    observer.withLock { $0 }?(denial)
  }

  func observe(with observer: @escaping @Sendable (PolicyDenial) -> Void) { self.observer.withLock { $0 = observer } }
}
