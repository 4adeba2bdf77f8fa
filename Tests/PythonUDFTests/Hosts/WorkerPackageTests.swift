import Columnar
import Foundation
import Functions
import PythonRuntime
import PythonUDF
import TestSupport
import Testing

/// Installed packages load native code by `ctypes` in worker processes; what the user has written does not.
@Suite(.timeLimit(.minutes(30))) struct WorkerPackageTests {
  private func withWorker<Result>(
    _ source: UDFSource, packages: [String], policy: InterpreterPolicy = .guarded,
    _ body: (UDFPool) async throws -> Result
  ) async throws -> Result {
    var options = HostOptions(interpreters: 1, policy: policy, placement: .worker, worker: try Checkout.clutch())
    options.environment = UDFEnvironment(sitePackages: packages)
    let pool = try UDFPool(source, options)
    defer { pool.close() }
    return try await body(pool)
  }

  @Test func `a package may, and a file may not, also when the package has`() async throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "packages/native_package.py",
      "import ctypes\ndef length(text):\n  return ctypes.CDLL(None).strlen(text)\nlibrary = ctypes.CDLL(None)\ndef self():\n  return ctypes"
    )
    try folder.write("beside.py", "def load():\n  import ctypes\n  return 1")
    let path = try folder.write(
      "user.py",
      """
      from clutch import udf
      import native_package
      @udf
      def length(x: str) -> int: return native_package.length(x.encode())
      @udf
      def own(x: int) -> int:
          import ctypes
          return 1
      @udf
      def named(x: int) -> int:
          import importlib
          return importlib.import_module("ctypes").sizeof(importlib.import_module("ctypes").c_int)
      @udf
      def part(x: int) -> int:
          from ctypes.util import find_library
          return 1
      @udf
      def load(x: int) -> int: native_package.self().CDLL(None); return 1
      @udf
      def symbol(x: int) -> int: return native_package.library.getpid()
      @udf
      def other(x: int) -> int:
          import beside
          return beside.load()
      """)
    try await withWorker(UDFSource(file: path), packages: ["\(folder.path)/packages"]) { pool in
      try await pool.expect("length", batch(Column(["four"])), gives: [4])
      // Nothing is said of what is allowed.
      #expect(pool.denials.count == 0)
      for (count, function) in ["own", "named", "part", "load", "symbol", "other"].enumerated() {
        let error = try await pool.failure(of: function, integers([1]))
        #expect(error.message.contains("the policy 'guarded' denies native code"), "\(function): \(error)")
        #expect(pool.denials.count == count + 1)
      }
      try await pool.expect("length", batch(Column(["four"])), gives: [4])
    }
  }

  @Test func `a package may set variables for its libraries, and a file may not`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("packages/setting_package.py", "import os\nos.environ['A'] = '1'\nos.putenv('B', '2')")
    let path = try folder.write(
      "user.py",
      """
      import os, setting_package
      from clutch import udf
      @udf
      def seen() -> str: return os.environ["A"]
      @udf
      def set() -> str:
          os.environ["A"] = "2"
          return "set"
      """)
    try await withWorker(UDFSource(file: path), packages: ["\(folder.path)/packages"], policy: .pure) { pool in
      #expect(pool.denials.count == 0)
      let error = try await pool.failure(of: "set", rows(1))
      #expect(error.message.contains("denies changing environment variables"), "\(error)")
      try await pool.expect("seen", rows(1), gives: ["1"])
    }
  }
}
