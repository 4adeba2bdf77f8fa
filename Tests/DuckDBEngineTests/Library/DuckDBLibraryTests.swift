import DuckDBEngine
import Foundation
import Testing

@Suite struct DuckDBLibraryTests {
  @Test("Both Python packages bring a library", arguments: TestLibrary.allCases)
  func packages(library: TestLibrary) throws {
    let loaded = try library.load()
    #expect(loaded.version.hasPrefix("v"))
    #expect(try loaded.path == URL(filePath: library.path()).resolvingSymlinksInPath().path())
  }
}
