import Foundation
import PythonRuntime
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct UDFSourceTests {
  private static let function = Data("from clutch import udf\n@udf\ndef f(x: int) -> int: return x\n".utf8)

  @Test(arguments: [
    ("missing.py", nil, "does not exist"),
    ("folder", nil, "is a folder"),
    ("latin1.py", Data([0x23, 0x20, 0xE9]), "is not UTF-8 text"),
    ("zero.py", Data([0x78, 0x3D, 0x31, 0, 0x0A]), "is not Python source: it has a zero byte"),
  ])
  func `a file that is no source is named with the reason`(name: String, content: Data?, reason: String)
    async throws
  {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: name)
      if let content { try content.write(to: file) }
      if name == "folder" {
        try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
      }
      let error = try #require(throws: UDFError.self) { try UDFSource(file: file.path) }
      #expect(error.code == .sourceNotReadable)
      #expect(error.message == "The UDF file \(file.path) \(reason).")
      #expect(error.exception == nil)
    }
  }

  @Test func `a byte order mark is not part of the source`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "marked.py")
      try (Data([0xEF, 0xBB, 0xBF]) + Self.function).write(to: file)
      let names = try await withPool(UDFSource(file: file.path)) { $0.signatures.map(\.name) }
      #expect(names == ["f"])
    }
  }

  @Test func `a path may hold spaces, quotes and other scripts`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "größe 米 \"%41'.py")
      try Self.function.write(to: file)
      let source = try UDFSource(file: file.path)
      #expect(source.name == file.path)
      #expect(source.path == file.path)
      let lines = try await withPool(source) { $0.signatures.map(\.line) }
      #expect(lines == [3])
    }
  }

  @Test func `text has a name and no path`() {
    #expect(UDFSource("x").name == "<udf>")
    #expect(UDFSource("x", name: "query 7").name == "query 7")
    #expect(UDFSource("x").path == nil)
    #expect(UDFSource("x").text == "x")
  }

  @Test func `the name of a text is in messages and tracebacks`() throws {
    let error = try loadError(UDFSource("\n1 / 0", name: "query 7"))
    #expect(error.message == "query 7 raised an exception when it was loaded:")
    #expect(error.exception?.traceback.map(\.file) == ["query 7"])
    #expect(error.exception?.traceback.map(\.source) == ["1 / 0"])
  }
}
