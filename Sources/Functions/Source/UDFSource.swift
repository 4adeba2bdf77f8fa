import Essentials
import HostSupport
import PythonRuntime

/// The Python source of one or more UDFs.
public struct UDFSource: Sendable, Hashable, Codable {
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
  /// Whether there is a further function that runs the source's doctests.
  package private(set) var doctests: Doctests?

  /// How the doctests of a source are run: by a table function ``Doctests/function``, which gives for each text that may have
  /// examples, from the one whose place is its argument on, a row with the columns `name`, `line`, `examples`, `failures` and
  /// `report`.
  package struct Doctests: Sendable, Hashable, Codable {
    package static let function = "clutch_doctests"
    /// How many seconds the examples of one text may take; nil for any time.
    package let timeout: Double?

    package init(timeout: Double?) { self.timeout = timeout }
  }

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

  /// How large a UDF file may be: far more than anybody writes.
  private static let mostBytes = 64 << 20

  /// Reads a UDF file, or a pipe without a name (`<(COMMAND)` in a shell); the text is read once.
  ///
  /// - Parameters:
  ///   - file: its path, relative to the working directory or absolute; messages show it as given.
  ///   - functions: functions that the file does not mark, each as `"name(TYPE, TYPE) -> TYPE = handler"`.
  ///   - dialect: whose names of types `functions` uses, where systems differ.
  /// - Throws: `UDFError` with code `sourceNotReadable`.
  public init(file: String, functions: [String] = [], dialect: SQLDialect? = nil) throws {
    let content: String
    do { content = try FileText.read(file, atMost: Self.mostBytes) } catch {
      throw UDFError(.sourceNotReadable, "The UDF file \(file) \(error).")
    }
    // Some editors begin a file with a byte order mark, which is not Python.
    let text = content.unicodeScalars.first == "\u{FEFF}" ? String(content.unicodeScalars.dropFirst()) : content
    guard !text.utf8.contains(0) else {
      throw UDFError(.sourceNotReadable, "The UDF file \(file) is not Python source: it has a zero byte.")
    }
    self.text = text
    name = file
    self.functions = functions
    self.dialect = dialect
    path = URL(fileURLWithPath: file).standardizedFileURL.path
  }

  private init(_ other: UDFSource, functions: [String], dialect: SQLDialect?) {
    name = other.name
    text = other.text
    path = other.path
    self.functions = functions
    self.dialect = dialect
    doctests = other.doctests
  }

  /// The same source with a function that runs its doctests.
  package func running(_ doctests: Doctests) -> UDFSource {
    var source = self
    source.doctests = doctests
    return source
  }

  /// The same source with other functions that its text does not mark.
  package func declaring(_ functions: [String], _ dialect: SQLDialect?) -> UDFSource {
    UDFSource(self, functions: functions, dialect: dialect)
  }
}
