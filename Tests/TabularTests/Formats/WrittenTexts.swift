import Columnar
import Tabular
import TestSupport

/// What a format makes of batches with one schema.
func written(
  _ batches: [RecordBatch], as format: TabularFormat, maxRows: Int = 40, timeZones: TimeZoneLookup? = nil
) throws -> String {
  let folder = try TemporaryFolder()
  let file = try FileOutput(path: "\(folder.path)/out")
  var writer = format.writer(to: file.sink, maxRows: maxRows, timeZones: timeZones)
  try writer.begin(batches.first?.schema ?? Schema([]))
  for batch in batches { try writer.write(batch) }
  try writer.end()
  try file.commit()
  return try folder.text("out")
}

/// The rows of one column in a format that has a line for each.
func rows(
  _ column: Column, _ field: Field? = nil, as format: TabularFormat = .csv, timeZones: TimeZoneLookup? = nil
) throws -> [String] {
  let field = field ?? Field(name: "x", type: column.type)
  let batch = try RecordBatch(schema: Schema([field]), columns: [column])
  let lines = try written([batch], as: format, timeZones: timeZones).split(
    separator: "\n", omittingEmptySubsequences: false)
  return lines.dropFirst(format == .csv ? 1 : 0).dropLast().map(String.init)
}
