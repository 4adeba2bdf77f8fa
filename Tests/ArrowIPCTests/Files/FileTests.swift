@testable import ArrowIPC
import Columnar
import Foundation
import TestSupport
import Testing

@Suite("Files", .timeLimit(.minutes(30))) struct FileTests {
  private static func sample() throws -> (bytes: [UInt8], batches: [RecordBatch]) {
    let batch = try Samples.dictionaries()
    let batches = [batch, batch.slice(2..<5), batch.slice(0..<0)]
    return (try writeFile(batch.schema, batches), batches)
  }

  @Test("batches of a file are read in any order, from disk and from memory")
  func anyOrder() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/rows.arrow"
    let (nested, plain) = (try Samples.nested(), try Samples.nested().slice(1..<4))
    var writer = try ArrowFileWriter(path: path, schema: nested.schema, metadata: ["made": "here"])
    try writer.write(nested)
    try writer.write(plain)
    #expect(!FileManager.default.fileExists(atPath: path))
    try writer.finish()
    try writer.finish()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["rows.arrow"])
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    for reader in [try ArrowFileReader(path: path), try ArrowFileReader(bytes: bytes)] {
      #expect(reader.batchCount == 2)
      #expect(reader.schema == nested.schema)
      #expect(reader.metadata == ["made": "here"])
      #expect(try reader.batch(at: 1).canonicalColumns() == plain.canonicalColumns())
      #expect(try reader.batch(at: 0).canonicalColumns() == nested.canonicalColumns())
      #expect(try reader.batches().map(\.rowCount) == [11, 3])
      for index in [-1, 2, .max, .min] {
        #expect { try reader.batch(at: index) } throws: { ($0 as? IPCError)?.code == .misuse }
      }
    }
  }

  @Test("a file that is not finished leaves no trace, and an existing one its content")
  func unfinished() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("rows.arrow", "before")
    do {
      var writer = try ArrowFileWriter(path: path, schema: Samples.plain().schema)
      try writer.write(Samples.plain())
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["rows.arrow"])
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "before")
  }

  @Test("files that cannot be opened or made are said to be")
  func noFile() throws {
    let folder = try TemporaryFolder()
    func code(_ body: () throws(IPCError) -> Void) -> IPCError? {
      do throws(IPCError) { try body() } catch { return error }
      return nil
    }
    let missing = folder.path + "/no/rows.arrow"
    let read = code { () throws(IPCError) in _ = try ArrowFileReader(path: missing) }
    #expect(read?.code == .file)
    #expect(read?.message == "\(missing) cannot be opened: No such file or directory")
    let written = code { () throws(IPCError) in _ = try ArrowFileWriter(path: missing, schema: Schema([])) }
    #expect(written?.message == "\(missing) cannot be created: No such file or directory")
    let path = folder.path
    #expect(code { () throws(IPCError) in _ = try ArrowFileReader(path: path) }?.message.contains("is no file") == true)
    #expect(mkfifo(path + "/pipe", 0o600) == 0)
    #expect(code { () throws(IPCError) in _ = try ArrowFileReader(path: path + "/pipe") }?.code == .file)
  }

  @Test("a file has one dictionary for a column")
  func dictionaries() throws {
    let folder = try TemporaryFolder()
    func batch(_ words: [String?]) throws -> RecordBatch {
      try Samples.batch([
        ("c", try .dictionaryEncoded(indices: Column([0, 0] as [Int8?]), dictionary: Column(words)))
      ])
    }
    var writer = try ArrowFileWriter(path: folder.path + "/rows.arrow", schema: batch(["a"]).schema)
    try writer.write(batch(["a"]))
    // The same words in other memory are the same dictionary.
    try writer.write(batch(["a"]))
    var failure: IPCError?
    let other = try batch(["b"])
    do throws(IPCError) { try writer.write(other) } catch { failure = error }
    #expect(failure?.code == .unsupported)
    #expect(failure?.message.hasPrefix("column 'c': the dictionary is not the one of the batch before") == true)
    try writer.finish()
    #expect(try ArrowFileReader(path: folder.path + "/rows.arrow").batches().count == 2)
  }

  @Test("a file that ends anywhere is refused")
  func truncations() throws {
    let (bytes, _) = try Self.sample()
    for count in bytes.indices {
      #expect { try ArrowFileReader(bytes: Array(bytes[..<count])) } throws: { error in
        [.truncated, .invalidMessage].contains((error as? IPCError)?.code)
      }
    }
  }

  @Test("every changed bit of a file gives batches that can be read, or an error")
  func bits() throws {
    let (bytes, batches) = try Self.sample()
    let options = IPCReadOptions(maxBodyBytes: 1 << 20, maxDecompressedBytes: 1 << 20, maxRows: 1000)
    let footer =
      bytes.count - 10
      - Int(
        Int32(
          littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: bytes.count - 10, as: Int32.self) }))
    var refused = 0
    // The messages have tests of their own: of them, one bit in each byte.
    for index in bytes.indices {
      for bit in index < footer ? [index % 8] : Array(0..<8) {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        var accepted: [RecordBatch] = []
        do throws(IPCError) {
          accepted = try ArrowFileReader(bytes: changed, options: options).batches()
        } catch {
          #expect(error.message != "")
          refused += 1
        }
        for batch in accepted {
          #expect(try batch.canonicalColumns().allSatisfy { $0.count == batch.rowCount })
        }
      }
    }
    #expect(refused > 100)
    #expect(try ArrowFileReader(bytes: bytes).batches().count == batches.count)
  }

  @Test("a stream is said to be no file")
  func stream() throws {
    let bytes = try writeStream(Samples.plain().schema, [])
    #expect { try ArrowFileReader(bytes: bytes) } throws: {
      "\($0)".contains("a stream is read with ArrowStreamReader")
    }
  }

  @Test("blocks that lie elsewhere are refused")
  func blocks() throws {
    let blocks: [[Int64]] = [
      [.max, 8, 8], [8, .max, 8], [8, 8, .max], [-8, 16, 0], [8, -1, 0], [8, 8, -1], [0, 4, 0], [1 << 40, 8, 0],
      [0, 0x7FFF_FFFF, 0], [8, 8, 0],
    ]
    let schema = Schema([Field(name: "x", type: .int8)])
    let table = FlatNode.schema(try IPCField.numbered(schema), metadata: [:])
    for block in blocks {
      for slot in [Slot.Footer.dictionaries, Slot.Footer.batches] {
        let footer = FlatWriter.message(
          .table([
            Slot.Footer.version: .int16(MetadataVersion.v5), Slot.Footer.schema: .node(table),
            slot: .node(.structs([block])),
          ]))
        let bytes = Array("ARROW1\0\0".utf8) + Array(repeating: 0, count: 64) + footer
        let file = bytes + FlatWriter.bytes(Int32(footer.count)) + Array("ARROW1".utf8)
        #expect(throws: IPCError.self, "\(block)") { try ArrowFileReader(bytes: file).batches() }
      }
    }
  }
}
