/// Why Python could not be started, or an interpreter not be made or used.
///
/// Exceptions raised by Python code are a `PythonError` instead.
public struct PythonRuntimeError: Error, Sendable, Codable, CustomStringConvertible {
  /// What went wrong, for programs.
  public struct Code: Sendable, Hashable, Codable, CustomStringConvertible {
    private enum Value: String, Codable {
      case notFound, notLoadable, startFailed, closed, wouldDeadlock, shutDown, conversion, memoryLimit, badPolicy
    }
    private let value: Value

    /// No usable CPython was found.
    public static let pythonNotFound = Code(value: .notFound)
    /// The library of the chosen CPython could not be loaded.
    public static let libraryNotLoadable = Code(value: .notLoadable)
    /// CPython, or one interpreter, did not start.
    public static let startFailed = Code(value: .startFailed)
    /// The interpreter has been ended.
    public static let interpreterClosed = Code(value: .closed)
    /// An interpreter was asked to wait for itself.
    public static let wouldDeadlock = Code(value: .wouldDeadlock)
    /// Python has been shut down in this process and cannot be started again.
    public static let shutDown = Code(value: .shutDown)
    /// The memory limit is too low for an interpreter, or memory cannot be counted in this process.
    public static let memoryLimit = Code(value: .memoryLimit)
    /// A value has no counterpart of the type asked for.
    public static let conversion = Code(value: .conversion)
    /// A policy cannot be read, or says what cannot be meant.
    public static let badPolicy = Code(value: .badPolicy)

    /// The same in words.
    public var description: String { value.rawValue }
  }

  /// What went wrong, for programs.
  public let code: Code
  /// One or more lines for a person, with what to do.
  public let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The same in words.
  public var description: String { message }
}
