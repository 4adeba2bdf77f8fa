import HostSupport
import PythonRuntime

/// The SQL of a command.
enum SQLText {
  /// More than any dump that makes sense, and less than memory.
  private static let limit = 1 << 30

  /// - Parameters:
  ///   - query: the SQL itself, or "-" for standard input.
  ///   - file: where it is otherwise.
  /// - Throws: `CommandError`.
  static func read(_ query: String?, file: String?) throws -> String {
    do throws(FileText.Problem) {
      if let file { return try FileText.read(file, atMost: limit) }
      guard let query, query != "-" else { return try FileText.readStandardInput(atMost: limit) }
      return query
    } catch {
      throw CommandError("\(file.map { "The SQL file \($0)" } ?? "The SQL on standard input") \(error).")
    }
  }
}
