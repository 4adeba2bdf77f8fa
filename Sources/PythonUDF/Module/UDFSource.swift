import Foundation

/// The Python source of one or more UDFs.
public struct UDFSource: Sendable, Hashable {
  /// What tracebacks and messages call it.
  public let name: String
  /// The Python source text.
  public let text: String
  /// The file's absolute path; its folder can be imported from. Nil for text that is in no file.
  public let path: String?
  /// Functions of the source that its text does not mark, each with its signature in SQL's terms:
  /// `"area(DOUBLE, DOUBLE) -> DOUBLE = rectangle_area"`, or without the last part when the names are the same.
  public let functions: [String]
  /// Whose names of types `functions` uses, where systems differ; nil for those that most have in common.
  public let dialect: SQLDialect?

  /// Source that is in no file.
  ///
  /// - Parameters:
  ///   - text: Python source text.
  ///   - name: what tracebacks and messages call it.
  ///   - functions: functions that the text does not mark, each as `"name(TYPE, TYPE) -> TYPE = handler"`.
  ///   - dialect: whose names of types `functions` uses, where systems differ.
  public init(_ text: String, name: String = "<udf>", functions: [String] = [], dialect: SQLDialect? = nil) {
    self.text = text
    self.name = name
    self.functions = functions
    self.dialect = dialect
    path = nil
  }

  /// Reads a UDF file.
  ///
  /// - Parameters:
  ///   - file: its path, relative to the working directory or absolute; messages show it as given.
  ///   - functions: functions that the file does not mark, each as `"name(TYPE, TYPE) -> TYPE = handler"`.
  ///   - dialect: whose names of types `functions` uses, where systems differ.
  /// - Throws: `UDFError` with code `sourceNotReadable`.
  public init(file: String, functions: [String] = [], dialect: SQLDialect? = nil) throws {
    let url = URL(fileURLWithPath: file)
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      let reason =
        FileManager.default.fileExists(atPath: file) ? "cannot be read" : "does not exist"
      throw UDFError(.sourceNotReadable, "The UDF file \(file) \(reason).")
    }
    // Some editors begin a file with a byte order mark, which is not Python.
    let content = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
    guard let text = String(validating: content, as: UTF8.self) else {
      throw UDFError(.sourceNotReadable, "The UDF file \(file) is not UTF-8 text.")
    }
    guard !data.contains(0) else {
      throw UDFError(.sourceNotReadable, "The UDF file \(file) is not Python source: it has a zero byte.")
    }
    self.text = text
    name = file
    self.functions = functions
    self.dialect = dialect
    path = url.standardizedFileURL.path
  }
}
