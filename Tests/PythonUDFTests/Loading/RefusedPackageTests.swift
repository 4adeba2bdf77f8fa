import Foundation
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct RefusedPackageTests {
  private static let refusal = "does not support loading in subinterpreters"

  /// Packages that fail as the real ones do: the text of the file, what imports it, and what is told.
  private static let packages: [(files: [String: String], use: String, name: String)] = [
    (
      [
        "numpy/__init__.py":
          "try: from . import core\nexcept ImportError as e: raise ImportError('bad install') from e",
        "numpy/core.py": "raise ImportError('module numpy._core \(refusal)')",
      ],
      "import numpy", "numpy"
    ),
    (
      ["pandas/__init__.py": "raise ImportError('Unable to import required dependency') from None"], "import pandas",
      "pandas"
    ),
    (["polars/__init__.py": "import ctypes"], "import polars", "polars"),
    (["polars/__init__.py": "def DataFrame(): return PyDataFrame()"], "import polars; polars.DataFrame()", "polars"),
    (
      ["regex/__init__.py": "def compile(): raise ImportError('module _regex \(refusal)')"],
      "import regex; regex.compile()", "regex"
    ),
    (
      ["unheard.py": "raise ImportError(\"couldn't import: module unheard._speed \(refusal)\")"], "import unheard",
      "unheard"
    ),
  ]

  @Test(arguments: packages)
  func `a package that isolated interpreters refuse is told in one line, when loading and when called`(
    files: [String: String], use: String, name: String
  ) async throws {
    try await withTemporaryFolder { folder in
      for (file, text) in files {
        let place = folder.appending(path: file)
        try FileManager.default.createDirectory(
          at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: place)
      }
      let path = folder.appending(path: "uses.py").path
      let start = "\(name) does not support isolated interpreters"
      func load(_ text: String) throws -> UDFSource {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return try UDFSource(file: path)
      }
      let failure = try loadError(
        load("from clutch import udf\n\(use)\n@udf(placement='interpreter')\ndef f(x: int) -> int: return x\n"))
      #expect(failure.code == .needsWorker)
      #expect(failure.description.hasPrefix("\(path) cannot be loaded: \(path), line 2: \(start)"), "\(failure)")
      #expect(failure.description.contains("@udf(placement=\"worker\")"))
      #expect(!failure.description.contains("\n"))
      try await withPool(
        load("from clutch import udf\n@udf\ndef f(x: int) -> int:\n  \(use)\n  return x\n")
      ) { pool in
        let failure = try await pool.failure(of: "f", integers([1]))
        #expect(failure.code == .rowFailed)
        #expect(failure.description.contains("\(path), line 4: \(start)"), "\(failure)")
        #expect(failure.description.contains("@udf(placement=\"worker\"), or pass --placement worker"), "\(failure)")
        #expect(!failure.description.contains("\n"))
      }
    }
  }

  @Test(arguments: ["import nowhere", "print(undefined)", "from os import nothing", "raise ImportError('mine')"])
  func `other errors keep their own words`(code: String) throws {
    let error = try loadError("from clutch import udf\n\(code)")
    #expect(!error.description.contains("isolated interpreters"))
    #expect(error.exception != nil)
  }
}
