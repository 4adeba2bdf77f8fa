import ArrowIPC
import Columnar
import TestSupport
import Testing

@Suite("IPC with PyArrow", .timeLimit(.minutes(30)))
struct PyArrowTests {
  @Test(
    "streams and files of PyArrow are read as they are, and written so that PyArrow reads the same",
    arguments: [1, 2, 3])
  func thereAndBack(seed: Int) throws {
    let cases = try PyArrow.generateIPC(seed: seed, count: 300)
    #expect(cases.count == 300)
    try check(cases)
  }

  @Test("dictionaries of every type, nested, shared, growing and replaced are read and written")
  func dictionaries() throws {
    let cases = try PyArrow.generateDictionaries()
    #expect(cases.count > 200)
    try check(cases)
  }

  /// Every fourth batch is written as a slice of it, and every third stream compressed.
  private func check(_ cases: [IPCCase]) throws {
    var sent: [(form: String, bytes: [UInt8])] = []
    var expected: [[[[Canonical]]]] = []
    var sources: [IPCCase] = []
    for (index, source) in cases.enumerated() {
      do {
        let (schema, batches) = try read(source, pieces: [.max, 1, 7, 64, 1000][index % 5])
        #expect(batches.map(\.rowCount) == source.rowCounts)
        #expect(schema?.fields.map(\.name) == source.names)
        #expect(schema?.metadata == source.metadata)
        let values = try batches.map { try $0.canonicalColumns() }
        #expect(values == source.values, "case \(index), \(source.variant): \(source.types)")
        guard let schema else { continue }
        let compression: IPCCompression? = [nil, .lz4, nil, .zstd, nil, nil][index % 6]
        let slices = batches.map { batch in
          index % 4 == 1 ? batch.slice(batch.rowCount / 3..<batch.rowCount - batch.rowCount / 4) : batch
        }
        let write = source.form == "file" ? writeFile : writeStream
        sent.append((source.form, try write(schema, slices, IPCWriteOptions(compression: compression))))
        expected.append(try slices.map { try $0.canonicalColumns() })
        sources.append(source)
      } catch {
        Issue.record("case \(index), \(source.form), \(source.variant), \(source.types): \(error)")
      }
    }
    let findings = try PyArrow.checkIPC(sent)
    #expect(findings.count == cases.count)
    for (index, (source, finding)) in zip(sources, findings).enumerated() {
      #expect(finding.error == nil, "\(source.types)")
      #expect(finding.types == source.types)
      #expect(finding.names == source.names)
      #expect(finding.nullable == source.nullable)
      #expect(finding.metadata == source.metadata)
      #expect(finding.values == expected[index], "case \(index): \(source.types)")
    }
    // What was written is read here as well, and is the same there.
    for (index, (form, bytes)) in sent.enumerated() {
      let batches = form == "file" ? try ArrowFileReader(bytes: bytes).batches() : try readStream(bytes).batches
      #expect(try batches.map { try $0.canonicalColumns() } == expected[index])
    }
  }
}
