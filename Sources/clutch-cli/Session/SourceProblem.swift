import Clutch
import Environments
import PythonRuntime

/// One thing that is wrong with a UDF file, where an editor finds it.
struct SourceProblem: Encodable, CustomStringConvertible {
  let file: String
  /// Counted from 1; the column in characters. Both 1 where nothing says.
  let line, column: Int
  /// What went wrong, for programs.
  let code: String
  let message: String

  /// As compilers say it; further lines of the message are indented.
  var description: String {
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    return "\(file):\(line):\(column): \(lines.joined(separator: "\n    "))"
  }

  private init(_ file: String, _ line: Int, _ column: Int, _ code: String, _ message: String, _ source: UDFSource?) {
    self.file = file
    let line = max(line, 1)
    let indented = source.map { Self.firstColumn(of: line, in: $0.text) } ?? 1
    self.line = line
    self.column = column > 0 ? column : indented
    self.code = code
    self.message = message
  }

  /// All that is wrong with a file, of which an error says that it does not load.
  ///
  /// - Parameter source: what was read of it; nil if it could not be.
  static func all(in file: String, _ source: UDFSource?, _ error: any Error) -> [SourceProblem] {
    if let error = error as? EnvironmentError {
      return [
        SourceProblem(
          file, error.place?.line ?? 0, error.place?.column ?? 0, "\(error.code)",
          Placed(error.message, in: file)?.message ?? error.message, source)
      ]
    }
    guard let error = error as? UDFError else { return [SourceProblem(file, 0, 0, "other", "\(error)", source)] }
    let code = "\(error.code)"
    if let problems = error.refused?.problems, !problems.isEmpty {
      return problems.map { problem in
        let isOwn = problem.file.isEmpty || problem.file == file
        return SourceProblem(
          isOwn ? file : problem.file, problem.line, problem.column, code, problem.message, isOwn ? source : nil)
      }
    }
    if let exception = error.exception { return [SourceProblem(file, exception, code, source)] }
    let placed = Placed(error.message, in: file)
    return [SourceProblem(file, placed?.line ?? 0, 0, code, placed?.message ?? error.message, source)]
  }

  /// The place of an exception: where it is raised in the file itself, else in what that has imported.
  private init(_ file: String, _ exception: PythonError, _ code: String, _ source: UDFSource?) {
    let message = exception.message.isEmpty ? exception.typeName : "\(exception.typeName): \(exception.message)"
    if let syntax = exception.syntax {
      self.init(syntax.file, syntax.line, syntax.column ?? 0, code, message, syntax.file == file ? source : nil)
      return
    }
    let frame = exception.traceback.last { $0.file == file } ?? exception.traceback.last
    self.init(frame?.file ?? file, frame?.line ?? 0, 0, code, message, frame?.file == file ? source : nil)
  }

  /// A message that begins with its place, as Clutch writes it: "FILE, line 3: what is wrong".
  private struct Placed {
    let line: Int
    let message: String

    init?(_ text: String, in file: String) {
      guard text.hasPrefix(file) else { return nil }
      var rest = text.dropFirst(file.count)
      var line = 0
      if rest.hasPrefix(", line ") {
        let digits = rest.dropFirst(", line ".count).prefix(while: \.isNumber)
        line = Int(digits) ?? 0
        rest = rest[digits.endIndex...]
        // A column is known apart.
        if rest.hasPrefix(", column ") {
          rest = rest.dropFirst(", column ".count).drop(while: \.isNumber)
        }
      }
      guard rest.hasPrefix(": ") else { return nil }
      self.line = line
      message = String(rest.dropFirst(2))
    }
  }

  /// Where the text of a line begins.
  private static func firstColumn(of line: Int, in text: String) -> Int {
    let lines = text.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
    guard lines.indices.contains(line - 1) else { return 1 }
    return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.count + 1
  }
}
