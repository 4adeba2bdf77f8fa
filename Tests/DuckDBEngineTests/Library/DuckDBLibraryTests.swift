import DuckDBEngine
import Foundation
import TestSupport
import Testing

@Suite struct DuckDBLibraryTests {
  @Test("Both Python packages bring a library", arguments: TestLibrary.allCases)
  func packages(library: TestLibrary) throws {
    let loaded = try library.load()
    #expect(loaded.version.hasPrefix("v"))
    let expected = try URL(filePath: library.path()).resolvingSymlinksInPath().path()
    #expect(loaded.path == expected)
  }

  @Test("Loading a file again gives the same library, under any of its names")
  func twice() throws {
    let library = try TestLibrary.bareduckdbWheel.load()
    let folder = try TemporaryFolder()
    let link = "\(folder.path)/link.so"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: library.path)
    #expect(try DuckDBLibrary.load(explicitPath: link, environment: [:]) === library)
    #expect(try DuckDBLibrary.load(environment: ["CLUTCH_DUCKDB": library.path]) === library)
  }

  @Test("The explicit path comes before the environment, which comes before the search")
  func order() throws {
    let path = try TestLibrary.bareduckdbWheel.path()
    let explicit = DuckDBLibrary.candidates(explicitPath: path, environment: ["CLUTCH_DUCKDB": "/nowhere"])
    #expect(explicit.map(\.origin) == [.explicit])
    let environment = try DuckDBLibrary.candidates(
      environment: ["CLUTCH_DUCKDB": path], sitePackages: [TestLibrary.sitePackages()])
    #expect(environment.map(\.origin) == [.environment])
  }

  @Test("The search names every place, the refused and the accepted one")
  func search() throws {
    let candidates = try DuckDBLibrary.candidates(
      environment: ["CLUTCH_DUCKDB": ""], sitePackages: ["/nowhere", TestLibrary.sitePackages()],
      pythonLibrary: TestLibrary.pythonLibrary())
    let accepted = try #require(candidates.last)
    guard case .accepted(let version) = accepted.outcome else {
      Issue.record("\(accepted)")
      return
    }
    #expect(version.hasPrefix("v"))
    #expect(accepted.origin == .duckdbWheel)
    #expect(
      candidates.dropLast().contains {
        $0.description == "/usr/local/lib/libduckdb.so (system): there is no such file"
      })
  }

  @Test("Without libpython the package duckdb is refused, and bareduckdb is taken")
  func noPython() throws {
    let folder = try TemporaryFolder()
    // A broken file in the package's place, because this process has loaded libpython already.
    try "not a library".write(toFile: "\(folder.path)/_duckdb.abi3.so", atomically: false, encoding: .utf8)
    let candidates = try DuckDBLibrary.candidates(
      environment: [:], sitePackages: [folder.path, TestLibrary.sitePackages()],
      pythonLibrary: "/no/libpython.so")
    let wheels = candidates.filter { $0.origin == .duckdbWheel }
    #expect(wheels.count == 2)
    #expect(wheels[0].description.contains("libpython, which it needs, does not load"))
    #expect(candidates.last?.origin == .bareduckdbWheel)
    let hinted = DuckDBLibrary.candidates(environment: [:], sitePackages: [folder.path])
    #expect(hinted.contains { $0.description.contains("no libpython is known") })
  }

  @Test("When nothing is found, the error lists everything and says what to do")
  func nothing() throws {
    let error = #expect(throws: DuckDBError.self) {
      try DuckDBLibrary.load(environment: [:], sitePackages: ["/nowhere"])
    }
    #expect(error?.code == .libraryNotFound)
    for part in [
      "pip install duckdb", "CLUTCH_DUCKDB", "/usr/lib/libduckdb.so",
      "/nowhere/bareduckdb/_libs/libduckdb.so",
    ] {
      #expect(error?.message.contains(part) == true, "\(part)")
    }
  }

  static let source = "const char *duckdb_library_version(void) { return VERSION; }"

  @Test(
    "A named file that does not do is an error, not a reason to search on",
    arguments: [
      (nil, DuckDBError.Code.libraryNotFound, "there is no such file"),
      ("int unrelated;", .missingSymbol, "no function duckdb_library_version"),
      (source.replacing("VERSION", with: "\"v1.4.4\""), .libraryTooOld, "v1.4.4, and 1.5 is the oldest"),
      (source.replacing("VERSION", with: "\"\""), .libraryTooOld, "of an unknown version"),
      (
        source.replacing("VERSION", with: "\"v10.0.0\""), .missingSymbol,
        "it lacks the function duckdb_vector_size"
      ),
    ] as [(String?, DuckDBError.Code, String)])
  func refusals(source: String?, code: DuckDBError.Code, reason: String) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/libduckdb.so"
    if let source { try compile(source, to: path) }
    for (explicit, environment) in [(path, [:]), (nil, ["CLUTCH_DUCKDB": path])] {
      let error = #expect(throws: DuckDBError.self) {
        try DuckDBLibrary.load(
          explicitPath: explicit, environment: environment, sitePackages: [TestLibrary.sitePackages()])
      }
      #expect(error?.code == code)
      #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
      #expect(error?.message.contains(path) == true)
    }
  }

  private func compile(_ source: String, to path: String) throws {
    let file = path + ".c"
    try source.write(toFile: file, atomically: false, encoding: .utf8)
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = ["clang", "-shared", "-fPIC", "-o", path, file]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
  }
}
