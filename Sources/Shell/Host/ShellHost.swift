public import DuckDBEngine
public import PythonUDF

/// What a shell needs of the program that it is a part of. Called on the shell's thread only.
public protocol ShellHost: AnyObject {
  /// What a row does whose function fails; nil for what each function says.
  var errorMode: UDFErrorMode? { get }
  /// How long calls may take; where nothing is said, what each function says.
  var timeouts: UDFTimeouts { get }
  /// The first line that is shown.
  var greeting: String { get }

  /// Opens a database.
  ///
  /// - Parameter path: the file; nil for a database in memory.
  func open(_ path: String?) throws -> DuckDBConnection
  /// Reads a UDF file, starts Python if none runs yet, and says how the functions are to be run: on threads of their own.
  ///
  /// - Parameter files: all files that the shell knows, with this one.
  func prepare(_ file: String, among files: [String]) throws -> (source: UDFSource, options: HostOptions)
  /// Is told of each file's pool, also when the file has been loaded anew.
  func observe(_ pool: UDFPool)
  /// Writes whole lines for a person to standard error.
  func say(_ lines: String)
  /// Shows how far a query is until `stop`; nil where there is nothing to show it on.
  func showProgress(of connection: DuckDBConnection) -> (any ShellProgress)?
  /// Sets what signals do from now on.
  func setSignals(_ signals: ShellSignals)
}

/// A sign of how far a query is.
public protocol ShellProgress {
  /// Takes it off the screen, so that rows can be printed.
  func pause()
  /// Lets it come back.
  func resume()
  /// Takes it off the screen for good.
  func stop()
}

/// What signals do to a shell. Called on any thread; neither waits.
public struct ShellSignals: Sendable {
  /// Ctrl-C: stops the statement, or drops the line that is being typed. Nil where it ends the program as any other signal.
  public let interrupt: (@Sendable () -> Void)?
  /// The program is to end: stops what is under way, and lets the shell return.
  public let end: @Sendable () -> Void
}

/// An error of a shell's own; the message says what to do.
public struct ShellError: Error, Sendable, CustomStringConvertible {
  /// For a person.
  public let description: String

  init(_ description: String) { self.description = description }
}
