import Columnar
import Foundation
import PythonUDF
import Testing

@Suite(.timeLimit(.minutes(30))) struct FileTests {
  @Test func `a file may import a module beside it`() async throws {
    try await withPool(file("imports_beside.py")) { pool in
      #expect(pool.signatures.map(\.name) == ["tripled"])
      try await pool.expect("tripled", integers([4]), gives: [12])
    }
  }

  @Test(arguments: ["json.py", "csv.py"])
  func `a file named like a module of Python does not hide it`(name: String) async throws {
    try await withPool(file(name)) { pool in
      #expect(pool.signatures.map(\.name) == ["parsed"])
      try await pool.expect("parsed", integers([4]), gives: [4])
    }
  }

  @Test func `a file beside is not taken for a module of Python`() async throws {
    try await withPool(file("imports_python.py")) { pool in
      try await pool.expect("fields", batch(Column(["a,b,c"])), gives: [3])
    }
  }

  @Test func `the file is a module that its own code finds`() async throws {
    try await withPool(file("own_module.py")) { pool in
      try await pool.expect("module_name", rows(1), gives: ["own_module"])
      let place = try path("own_module.py")
      try await pool.expect("path", rows(1), gives: [place])
      try await pool.expect("pickled", integers([3]), gives: [4])
      try await pool.expect("hinted", integers([3]), gives: ["Point(x=3, y=0) int"])
    }
  }

  @Test func `what a function prints is not on standard output`() async throws {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent, \.standardErrorContent]
    ) {
      try await withPool(
        of: """
          print("printed on import")
          @udf
          def f(x: int) -> int:
            print("printed in call", x, flush=True)
            return x
          """
      ) { _ = try await $0.call("f", integers([7])) }
    }
    let output = String(decoding: result.standardOutputContent, as: UTF8.self)
    let errors = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(!output.contains("printed"))
    #expect(errors.contains("printed on import\n"))
    #expect(errors.contains("printed in call 7\n"))
  }
}
