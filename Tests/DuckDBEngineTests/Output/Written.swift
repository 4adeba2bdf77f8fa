import DuckDBEngine
import Tabular
import TestSupport

extension DuckDBConnection {
  /// What a format makes of the first statement's result.
  func written(_ sql: String, as format: TabularFormat, maxRows: Int = 40, width: Int? = nil) throws -> String {
    let folder = try TemporaryFolder()
    let file = try FileOutput(path: "\(folder.path)/out")
    var writer = format.writer(to: file.sink, maxRows: maxRows, width: width, timeZones: database.timeZoneSpan)
    if let result = try execute(sql).next() {
      try writer.begin(result.exactSchema)
      while let batch = try result.nextExactBatch() { try writer.write(batch) }
      try writer.end()
    }
    try file.commit()
    return try folder.text("out")
  }
}
