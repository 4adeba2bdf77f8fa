import HostSupport

/// An exception that Python code raised, copied as text.
///
/// It holds no Python object, so it may be kept, sent and shown after its interpreter has ended. Python makes texts of
/// any size, so each is shortened, and then ends with how much was left out, as in "… (29,999,000 more characters)".
public struct PythonError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
  /// A line of Python that the exception passed through.
  public struct Frame: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The file as Python names it.
    public let file: String
    /// Counted from 1.
    public let line: Int
    /// The function's qualified name; at most 200 characters of it.
    public let function: String
    /// The text of the line without its indentation, when the file can be read; at most 200 characters of it.
    public let source: String?
    /// Which characters of `source` were at work, where that is known and is not the whole line.
    public let columns: Range<Int>?

    init(file: String, line: Int, function: String, source: String?, columns: Range<Int>? = nil) {
      self.file = file
      self.line = line
      self.function = function
      self.source = source
      self.columns = columns
    }

    /// The same in words.
    public var description: String {
      let place = "File \"\(file)\", line \(line), in \(function)"
      return source.map { "\(place)\n    \($0)" } ?? place
    }
  }

  /// Where a `SyntaxError` stands.
  public struct SyntaxLocation: Sendable, Hashable, Codable {
    /// The file as Python names it.
    public let file: String
    /// Counted from 1.
    public let line: Int
    /// Counted from 1, in characters.
    public let column: Int?
    /// The text of the line; at most 200 characters of it.
    public let source: String?
  }

  /// How an earlier exception led to this one.
  public enum Origin: String, Sendable, Hashable, Codable {
    /// Given with `raise ... from`.
    case cause
    /// Being handled when this one was raised.
    case context
  }

  /// The exception's type, with its module unless that is `builtins` or `__main__`.
  public let typeName: String
  /// `str()` of the exception; may be empty. At most 1,000 characters of it.
  public let message: String
  /// What `add_note` added: at most 1,000 characters of each of the first 20, and how many more there are.
  public let notes: [String]
  /// The lines passed through, outermost first; of a very deep recursion the first and the last ones.
  public let traceback: [Frame]
  /// How many frames were left out of the middle of `traceback`.
  public let omittedFrames: Int
  /// The place of a `SyntaxError`, else nil.
  public let syntax: SyntaxLocation?
  /// How `earlier` led to this exception, or nil.
  public let origin: Origin?
  private let chain: [PythonError]
  /// The exceptions of an `ExceptionGroup`, which may be groups too: at most 20 in all. Empty for any other exception.
  public let exceptions: [PythonError]
  /// How many exceptions of a group were left out of `exceptions`.
  public let omittedExceptions: Int

  /// The exception that led to this one, or nil.
  public var earlier: PythonError? { chain.first }

  package init(
    typeName: String, message: String, notes: [String] = [], traceback: [Frame] = [], omittedFrames: Int = 0,
    syntax: SyntaxLocation? = nil, earlier: (origin: Origin, error: PythonError)? = nil,
    exceptions: [PythonError] = [], omittedExceptions: Int = 0
  ) {
    self.typeName = typeName
    self.message = message
    self.notes = notes
    self.traceback = traceback
    self.omittedFrames = omittedFrames
    self.syntax = syntax
    origin = earlier?.origin
    chain = earlier.map { [$0.error] } ?? []
    self.exceptions = exceptions
    self.omittedExceptions = omittedExceptions
  }

  /// The type and the message in one line, as the last line of a Python traceback.
  public var summary: String { message.isEmpty ? typeName : "\(typeName): \(message)" }

  /// The whole exception, much as Python prints it: earlier exceptions, traceback, summary, notes, the exceptions of a group.
  public var description: String { described(\.description) }

  /// The same with frames as somebody else writes them.
  package func described(_ text: (Frame) -> String) -> String {
    var lines: [String] = []
    if let earlier, let origin {
      lines.append(earlier.described(text))
      lines.append(
        origin == .cause
          ? "\nThe above exception was the direct cause of the following exception:\n"
          : "\nDuring handling of the above exception, another exception occurred:\n")
    }
    if !traceback.isEmpty {
      lines.append("Traceback (most recent call last):")
      for (index, frame) in traceback.enumerated() {
        if omittedFrames > 0, index == traceback.count / 2 { lines.append("  [\(omittedFrames) frames left out]") }
        lines.append("  \(text(frame))")
      }
    }
    if let syntax { lines.append(syntax.picture) }
    lines.append(summary)
    lines += notes
    for (index, exception) in exceptions.enumerated() {
      lines.append("  +---------------- \(index + 1) ----------------")
      lines += exception.described(text).split(separator: "\n", omittingEmptySubsequences: false).map { "  | \($0)" }
    }
    if omittedExceptions > 0 {
      let leftOut = "\(omittedExceptions) more exception\(omittedExceptions == 1 ? "" : "s")"
      lines.append("  +---------------- … (\(leftOut)) ----------------")
    } else if !exceptions.isEmpty {
      lines.append("  +------------------------------------")
    }
    return lines.joined(separator: "\n")
  }
}

extension PythonError.SyntaxLocation {
  /// The file, the line and a caret under the column.
  var picture: String {
    // Under a line that is cut before the place there is nothing to point at.
    let column = column.flatMap { $0 <= TextLimit.sourceLine ? $0 : nil }
    let place = column == nil ? self.column.map { ", column \($0)" } ?? "" : ""
    var lines = ["  File \"\(file)\", line \(line)\(place)"]
    if let source {
      let shown = source.drop { $0 == " " || $0 == "\t" }
      lines.append("    \(shown)")
      if let column {
        let indentation = source.count - shown.count
        lines.append("    " + String(repeating: " ", count: max(0, column - 1 - indentation)) + "^")
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension PythonError.Frame {
  /// The file that the frames of our own Python code stand under, which no file is called.
  package static let ownFile = "<clutch>"

  /// Whether a person who wrote a file has no use for it: our own code, and Python's import machinery.
  package var isHidden: Bool { file == Self.ownFile || file.hasPrefix("<frozen ") }
}

extension PythonError {
  /// The same without some frames, here and in the exceptions before it.
  package func droppingFrames(where isDropped: (Frame) -> Bool) -> PythonError {
    PythonError(
      typeName: typeName, message: message, notes: notes, traceback: traceback.filter { !isDropped($0) },
      omittedFrames: omittedFrames, syntax: syntax,
      earlier: earlier.flatMap { earlier in
        origin.map { (origin: $0, error: earlier.droppingFrames(where: isDropped)) }
      }, exceptions: exceptions.map { $0.droppingFrames(where: isDropped) }, omittedExceptions: omittedExceptions)
  }
}
