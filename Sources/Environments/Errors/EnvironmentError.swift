/// Why the packages of a source are not there.
public struct EnvironmentError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What went wrong, for programs.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Value: String {
      case badBlock, badRequirement, pythonDoesNotFit, badLock, buildFailed, noInstaller, noSpace, cacheNotUsable,
        badFolder,
        interrupted
    }
    private let value: Value

    /// The block `# /// script` of a file is not right; the message says at which line and column.
    public static let badBlock = Code(value: .badBlock)
    /// A package that is asked for is none, is to be taken from an address that is relative, or would have to be built.
    public static let badRequirement = Code(value: .badRequirement)
    /// The CPython that runs, or is asked for, is none that the source requires.
    public static let pythonDoesNotFit = Code(value: .pythonDoesNotFit)
    /// The file with the hashes of packages is damaged, or was made for other dependencies.
    public static let badLock = Code(value: .badLock)
    /// The installer failed; the message has what it said.
    public static let buildFailed = Code(value: .buildFailed)
    /// There is neither uv nor pip.
    public static let noInstaller = Code(value: .noInstaller)
    /// The disk is full.
    public static let noSpace = Code(value: .noSpace)
    /// There is no folder for environments, or it cannot be written to.
    public static let cacheNotUsable = Code(value: .cacheNotUsable)
    /// A folder that was given is no environment, or one for another CPython.
    public static let badFolder = Code(value: .badFolder)
    /// The task was cancelled, the caller wanted it no more, or it took longer than it may.
    public static let interrupted = Code(value: .interrupted)

    /// The same in words.
    public var description: String { value.rawValue }
  }

  /// A place in a file, both counted from 1.
  public struct Place: Sendable, Hashable {
    /// The line.
    public let line: Int
    /// The column, in characters.
    public let column: Int
  }

  /// What went wrong, for programs.
  public let code: Code
  /// One or more lines for a person, with what to do; without passwords and tokens.
  public let message: String
  /// Where in the file, if what is wrong is there.
  public let place: Place?

  /// The message without what the installer said; nil where it said nothing.
  private let ownMessage: String?

  /// - Parameter ownMessage: what to say where somebody has shown already what the installer said.
  init(_ code: Code, _ message: String, at place: Place? = nil, ownMessage: String? = nil) {
    self.code = code
    self.message = message
    self.place = place
    self.ownMessage = ownMessage
  }

  /// The same for whoever has shown what the installer said while it said it.
  package var withoutOutput: EnvironmentError { EnvironmentError(code, ownMessage ?? message, at: place) }

  /// The same in words.
  public var description: String { message }
}
