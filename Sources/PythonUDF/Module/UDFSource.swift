import Foundation

/// The Python source of one or more UDFs.
public struct UDFSource: Sendable, Hashable {
  /// What tracebacks and messages call it.
  public let name: String
  /// The Python source text.
  public let text: String
  /// The file's absolute path; its folder can be imported from. Nil for text that is in no file.
  public let path: String?

  /// Source that is in no file.
  ///
  /// - Parameters:
  ///   - text: Python source text.
  ///   - name: what tracebacks and messages call it.
  public init(_ text: String, name: String = "<udf>") {
    self.text = text
    self.name = name
    path = nil
  }

  /// Reads a UDF file.
  ///
  /// - Parameter file: its path, relative to the working directory or absolute; messages show it as given.
  /// - Throws: `UDFError` with code `sourceNotReadable`.
  public init(file: String) throws {
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
    path = url.standardizedFileURL.path
  }
}
