import DuckDBEngine
import Foundation

/// A folder that goes away with the object.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "clutch-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }
}

extension DuckDBConnection {
  /// What a writer makes of the first statement's result.
  func written(_ sql: String, by writer: (OutputSink) -> any ResultWriter) throws -> String {
    let folder = try TemporaryFolder()
    let file = try FileOutput(path: "\(folder.path)/out")
    var writer = writer(file.sink)
    if let result = try execute(sql).next() {
      try writer.begin(result.columns)
      while let rows = try result.nextRows() { try writer.write(rows) }
      try writer.end()
    }
    try file.commit()
    return try folder.text("out")
  }
}
