import HostSupport
public import PythonRuntime

/// Why UDFs could not be loaded, or a call failed.
public struct UDFError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// What went wrong, for programs.
  public struct Code: Sendable, Hashable, Codable, CustomStringConvertible {
    private enum Value: String, Codable {
      case sourceNotReadable, loadFailed, badSignature, noFunction, unknownFunction, wrongArguments, rowFailed,
        wrongResult, interrupted, deadlineExceeded, closed, handedOver, notAvailable, busy, nameTaken, incompatible,
        memoryExceeded, environmentMissing, workerDied, needsWorker
    }
    private let value: Value

    /// The file is missing, not readable or not text.
    public static let sourceNotReadable = Code(value: .sourceNotReadable)
    /// The source does not compile, or raised an exception when it ran.
    public static let loadFailed = Code(value: .loadFailed)
    /// The annotations of a function do not make a signature, or two functions have one name.
    public static let badSignature = Code(value: .badSignature)
    /// The source has no `@udf`, or not exactly one where one is asked for.
    public static let noFunction = Code(value: .noFunction)
    /// There is no function of that name.
    public static let unknownFunction = Code(value: .unknownFunction)
    /// The number or the types of the columns do not fit the parameters.
    public static let wrongArguments = Code(value: .wrongArguments)
    /// The function raised an exception.
    public static let rowFailed = Code(value: .rowFailed)
    /// The function returned a value that is not of its result type, or out of its range.
    public static let wrongResult = Code(value: .wrongResult)
    /// The call, or the loading, was stopped by `UDFPool.interrupt`.
    public static let interrupted = Code(value: .interrupted)
    /// The call took longer than the function's timeouts, or those it was called with, allow; or a source took longer to
    /// load than it may.
    public static let deadlineExceeded = Code(value: .deadlineExceeded)
    /// Too many calls wait already, or another version of the source is being loaded: try again later.
    public static let busy = Code(value: .busy)
    /// The interpreters' threads have been lent to a database, whose queries alone can call them.
    public static let handedOver = Code(value: .handedOver)
    /// No interpreter is left, and another one could not be made.
    public static let notAvailable = Code(value: .notAvailable)
    /// A registry has a source of that name already, or is loading one for it.
    public static let nameTaken = Code(value: .nameTaken)
    /// A new version of a source lacks a function of the old one, or has it with another signature.
    public static let incompatible = Code(value: .incompatible)
    /// The interpreter reached its memory limit. It can be called again: what the call held has been given back.
    public static let memoryExceeded = Code(value: .memoryExceeded)
    /// A folder of the packages that the source is to be loaded with is not there, or they are for another CPython.
    public static let environmentMissing = Code(value: .environmentMissing)
    /// The source, or a function of it, imports a package whose compiled part does not load in isolated interpreters: it
    /// belongs in worker processes.
    public static let needsWorker = Code(value: .needsWorker)
    /// The worker process that ran the function died: of a fault in native code, of `os._exit`, or because the system
    /// killed it. Another one takes its place.
    public static let workerDied = Code(value: .workerDied)
    /// The pool or the interpreter has been closed.
    public static let closed = Code(value: .closed)

    /// The same in words.
    public var description: String { value.rawValue }
  }

  /// Where in a batch a call failed.
  public struct Row: Sendable, Hashable, Codable {
    /// The function.
    public let function: String
    /// The row in its batch, counted from 0.
    public let index: Int
    /// The arguments by parameter name, as Python shows them, each shortened to about 100 characters.
    public let arguments: [String]

    /// How many rows failed together, from that one on: those of a batch that a function is called for at once, else 1.
    public let count: Int

    /// What of an aggregate function was called, `merge` or `finish`, for the group of which the row is the place in its call;
    /// nil for what takes rows.
    public let step: String?

    package init(function: String, index: Int, count: Int = 1, arguments: [String], step: String? = nil) {
      self.step = step
      self.function = function
      self.index = index
      self.count = count
      self.arguments = arguments
    }
  }

  /// What is known of a function that was not loaded.
  public struct Function: Sendable, Hashable, Codable {
    /// What SQL would call it.
    public let name: String
    /// The line of its `def`, or where it is marked; counted from 1, 0 where nothing says.
    public let line: Int
    /// How many parameters it has, 1 if that cannot be read.
    public let parameterCount: Int

    package init(name: String, line: Int, parameterCount: Int) {
      self.name = name
      self.line = line
      self.parameterCount = parameterCount
    }
  }

  /// One thing that is wrong with a source, and where.
  public struct Problem: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The file as Python names it; of several, the source may import the one that is meant. Empty where nothing says.
    public let file: String
    /// The line and the column in characters, both counted from 1; 0 where nothing says.
    public let line, column: Int
    /// What is wrong and what to do, without the place.
    public let message: String

    package init(file: String, line: Int, column: Int, message: String) {
      self.file = file
      self.line = line
      self.column = column
      self.message = message
    }

    /// The same in words.
    public var description: String {
      let place = line > 0 ? "\(file), line \(line)" : file
      return place.isEmpty ? message : "\(place): \(message)"
    }
  }

  /// A source that was not loaded.
  public struct Source: Sendable, Hashable, Codable {
    /// What messages call it.
    public let name: String
    /// All its functions that have names, those with problems last.
    public let functions: [Function]
    /// Everything that is wrong with these, in order.
    public let problems: [Problem]

    package init(name: String, functions: [Function], problems: [Problem]) {
      self.name = name
      self.functions = functions
      self.problems = problems
    }
  }

  /// A package that does not load in isolated interpreters.
  package struct Refusal: Sendable, Hashable, Codable {
    /// In one sentence, without a full stop: "numpy does not support isolated interpreters".
    package let reason: String
    /// Where the marks of the source, which did not get so far, say that it is to run.
    package let written: Placement?

    package init(reason: String, written: Placement?) {
      self.reason = reason.cut(to: TextLimit.message)
      self.written = written
    }
  }

  /// What went wrong, for programs.
  public let code: Code
  /// One line or a few for a person.
  public let message: String
  /// The row that failed, when one did.
  public let row: Row?
  /// The exception behind it, when there is one; its traceback begins in the user's own code.
  public let exception: PythonError?
  /// The source that does not load because of some of its functions (`badSignature`), with these and the others:
  /// ``UnloadedFunctions`` lets an engine say what else is wrong with them. Nil for other errors.
  public let refused: Source?
  /// The package that does not load where the functions were to run (`needsWorker`); nil for other errors.
  package let refusal: Refusal?

  /// An error from its parts.
  public init(
    _ code: Code, _ message: String, row: Row? = nil, exception: PythonError? = nil, refused: Source? = nil
  ) {
    self.code = code
    self.message = message.cut(to: TextLimit.ownMessage)
    self.row = row
    self.exception = exception
    self.refused = refused
    refusal = nil
  }

  /// An error of a package that isolated interpreters refuse.
  package init(_ message: String, refusal: Refusal) {
    code = .needsWorker
    self.message = message.cut(to: TextLimit.ownMessage)
    self.refusal = refusal
    (row, exception, refused) = (nil, nil, nil)
  }

  /// The message, and below it the exception with the user's own traceback frames.
  public var description: String {
    guard let exception else { return message }
    return "\(message)\n\(exception)"
  }
}

extension UDFError {
  /// A call that failed in one row.
  package static func failed(_ code: Code, in row: Row, because reason: String, exception: PythonError? = nil)
    -> UDFError
  {
    var shown = Array(row.arguments.prefix(TextLimit.arguments))
    if row.arguments.count > shown.count { shown.append("… (\(row.arguments.count - shown.count) more arguments)") }
    let arguments = shown.isEmpty ? "" : " (\(shown.joined(separator: ", ")))"
    if let step = row.step {
      return UDFError(
        code, "UDF \(row.function) failed in \(step), at place \(row.index) of its groups\(arguments): \(reason)",
        row: row,
        exception: exception)
    }
    let rows = row.count == 1 ? "row \(row.index)" : "rows \(row.index) to \(row.index + row.count - 1)"
    return UDFError(
      code, "UDF \(row.function) failed at \(rows) of its batch\(arguments): \(reason)", row: row,
      exception: exception)
  }
}
