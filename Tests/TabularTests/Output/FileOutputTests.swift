import Foundation
import Tabular
import TestSupport
import Testing

@Suite struct FileOutputTests {
  let folder: TemporaryFolder
  var path: String { "\(folder.path)/out.csv" }

  init() throws { folder = try TemporaryFolder() }

  private func permissions() throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test("A committed file is there, with usual permissions, and nothing else")
  func commit() throws {
    let output = try FileOutput(path: path)
    try output.sink.write("content")
    try output.commit()
    output.discard()
    #expect(try folder.names() == ["out.csv"])
    #expect(try folder.text("out.csv") == "content")
    let mask = umask(0)
    umask(mask)
    #expect(try permissions() == 0o666 & ~Int(mask))
  }

  @Test("A file that is not committed leaves no trace")
  func discard() throws {
    do {
      let output = try FileOutput(path: path)
      try output.sink.write(String(repeating: "x", count: 1_000_000))
      #expect(try folder.names().count == 1)
    }
    #expect(try folder.names().isEmpty)
  }

  @Test("An existing file keeps its content until the commit, and its permissions after")
  func existing() throws {
    try "old".write(toFile: path, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try FileOutput(path: path).sink.write("lost")
    #expect(try folder.text("out.csv") == "old")
    let output = try FileOutput(path: path)
    try output.sink.write("new")
    try output.sink.flush()
    #expect(try folder.text("out.csv") == "old")
    try output.commit()
    #expect(try folder.text("out.csv") == "new")
    #expect(try permissions() == 0o640)
    #expect(try folder.names() == ["out.csv"])
  }

  @Test("A symbolic link stays one")
  func link() throws {
    try "old".write(toFile: path, atomically: false, encoding: .utf8)
    let link = "\(folder.path)/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    let output = try FileOutput(path: link)
    try output.sink.write("new")
    try output.commit()
    #expect(try folder.text("out.csv") == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
  }

  @Test("What is not a regular file is written to directly")
  func device() throws {
    let output = try FileOutput(path: "/dev/null")
    try output.sink.write("gone")
    try output.commit()
    #expect(FileManager.default.isWritableFile(atPath: "/dev/null"))
  }

  @Test("A failing disk is an error, and a missing folder says so")
  func failures() throws {
    #if os(Linux)
      let full = try FileOutput(path: "/dev/full")
      try full.sink.write("x")
      let error = #expect(throws: OutputError.self) { try full.commit() }
      #expect(error?.isClosedPipe == false)
      #expect(error?.message == "cannot write /dev/full: No space left on device")
    #endif
    let missing = #expect(throws: OutputError.self) { try FileOutput(path: "\(folder.path)/no/out.csv") }
    #expect(missing?.message.hasSuffix("No such file or directory") == true)
  }

  @Test("A closed pipe is told from other errors")
  func closedPipe() throws {
    OutputSink.ignoreClosedPipeSignal()
    let pipe = Pipe()
    let sink = OutputSink(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    try sink.write("x")
    try pipe.fileHandleForReading.close()
    let error = #expect(throws: OutputError.self) { try sink.flush() }
    #expect(error?.isClosedPipe == true)
  }
}
