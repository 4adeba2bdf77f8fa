import Foundation
import TestSupport
import Testing

/// What one run leaves for the next.
@Suite struct CacheTests {
  private let clutch: Clutch
  private let query = ["sql", "--udf", "twice.py", "--format", "csv", "SELECT twice(21) AS x"]

  init() throws {
    clutch = try Clutch()
    try clutch.write("twice.py", "from clutch import udf\n\n@udf\ndef twice(x: int) -> int:\n    return 2 * x\n")
  }

  private var cache: String { clutch.folder + "/cache" }

  private func answer() throws -> String {
    let end = try clutch.start(query, environment: ["CLUTCH_CACHE": cache]).end()
    return "\(end.status) \(end.output)\(end.errors)"
  }

  /// Which file each entry is: a new one is another.
  private func entries() throws -> [String: UInt64] {
    var found: [String: UInt64] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: cache) {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(cache)/\(name)")
      found[name] = attributes[.systemFileNumber] as? UInt64
    }
    return found
  }

  @Test func `A second run takes what the first has left, and writes nothing`() throws {
    let first = try answer()
    #expect(first.hasSuffix("x\n42\n"))
    let entries = try entries()
    #expect(entries.keys.contains { $0.hasPrefix("python-") })
    #expect(entries.keys.contains { $0.hasPrefix("module-_clutch_loader-") })
    #expect(try answer() == first)
    #expect(try self.entries() == entries)
  }

  @Test func `Names that are taken are refused, whether DuckDB is asked for them or they are remembered`() throws {
    try clutch.write("taken.py", "from clutch import udf\n\n@udf\ndef Abs(x: int) -> int:\n    return x\n")
    for _ in 0..<2 {
      let end = try clutch.start(["sql", "--udf", "taken.py", "SELECT 1"], environment: ["CLUTCH_CACHE": cache]).end()
      #expect(end.status == .exited(1))
      #expect(end.errors.contains("taken.py, line 4: DuckDB has a function named abs of its own"))
      #expect(try entries().keys.contains { $0.hasPrefix("functions-") })
    }
    try clutch.write("again.py", "from clutch import udf\n\n@udf\ndef TWICE(x: int) -> int:\n    return x\n")
    let end = try clutch.start(
      ["sql", "--udf", "twice.py", "--udf", "again.py", "SELECT 1"], environment: ["CLUTCH_CACHE": cache]
    ).end()
    #expect(end.status == .exited(1))
    #expect(end.errors.contains("two UDFs are named TWICE, one of twice.py and one of again.py"))
  }

  @Test func `What is damaged is made anew`() throws {
    let first = try answer()
    let old = try entries()
    for name in old.keys {
      let url = URL(fileURLWithPath: "\(cache)/\(name)")
      var data = try Data(contentsOf: url)
      data[data.count - 20] ^= 0xFF
      let file = try FileHandle(forWritingTo: url)
      try file.write(contentsOf: data)
      try file.close()
    }
    #expect(try answer() == first)
    let new = try entries()
    #expect(Set(new.keys) == Set(old.keys))
    for (name, number) in old { #expect(new[name] != number, "\(name)") }
  }

  @Test func `An entry of another text is not taken`() throws {
    let first = try answer()
    let modules = try entries().keys.filter { $0.hasPrefix("module-") }.sorted()
    let contents = try modules.map { try Data(contentsOf: URL(fileURLWithPath: "\(cache)/\($0)")) }
    for (name, content) in zip(modules, contents.dropFirst() + contents.prefix(1)) {
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(cache)/\(name)"))
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: content)
      try file.close()
    }
    #expect(try answer() == first)
  }

  @Test func `Doctor asks every Python, and leaves its answer`() throws {
    let environment: [String: String?] = ["CLUTCH_CACHE": cache]
    _ = try clutch.run("doctor", environment: environment)
    let first = try entries().filter { $0.key.hasPrefix("python-") }
    #expect(!first.isEmpty)
    _ = try clutch.run("doctor", environment: environment)
    for (name, number) in try entries() where first[name] != nil { #expect(number != first[name], "\(name)") }
  }
}
