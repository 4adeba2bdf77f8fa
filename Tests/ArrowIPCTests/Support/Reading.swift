import ArrowIPC
import Columnar
import Foundation
import TestSupport

/// The batches of a stream whose bytes come in pieces of `size`.
func readStream(
  _ bytes: [UInt8], pieces size: Int = .max, options: IPCReadOptions = IPCReadOptions()
) throws(IPCError) -> (schema: Schema?, batches: [RecordBatch]) {
  var reader = ArrowStreamReader(options: options)
  var batches: [RecordBatch] = []
  var start = 0
  while start < bytes.count {
    let end = start + min(size, bytes.count - start)
    batches += try reader.read(Array(bytes[start..<end]))
    start = end
  }
  try reader.finish()
  return (reader.schema, batches)
}

func writeStream(
  _ schema: Schema, _ batches: [RecordBatch], _ options: IPCWriteOptions = IPCWriteOptions()
) throws(IPCError) -> [UInt8] {
  var writer = try ArrowStreamWriter(schema: schema, options: options)
  var bytes: [UInt8] = []
  for batch in batches { bytes += try writer.write(batch) }
  return bytes + writer.finish()
}

/// The bytes of a file.
func writeFile(
  _ schema: Schema, _ batches: [RecordBatch], _ options: IPCWriteOptions = IPCWriteOptions()
) throws -> [UInt8] {
  let folder = try TemporaryFolder()
  var writer = try ArrowFileWriter(path: folder.path + "/rows.arrow", schema: schema, options: options)
  for batch in batches { try writer.write(batch) }
  try writer.finish()
  return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/rows.arrow")))
}

func read(_ source: IPCCase, pieces: Int = .max) throws(IPCError) -> (schema: Schema?, batches: [RecordBatch]) {
  let bytes = Hexadecimal.bytes(source.bytes)
  guard source.form == "file" else { return try readStream(bytes, pieces: pieces) }
  let reader = try ArrowFileReader(bytes: bytes)
  return (reader.schema, try reader.batches())
}

extension RecordBatch {
  /// The values of each column.
  func canonicalColumns() throws -> [[Canonical]] { try columns.map { try $0.canonicalRows() } }
}
