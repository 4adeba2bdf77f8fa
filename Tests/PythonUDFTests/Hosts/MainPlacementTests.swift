import Columnar
import Foundation
import PythonRuntime
import PythonUDF
import TestSupport
import Testing
import ThreadConfinement

/// Functions in the main interpreter, each test in a process of its own: what runs there stays for the process's life.
@Suite(.timeLimit(.minutes(30))) struct MainPlacementTests {
  private static let source = UDFSource(
    """
    import numpy
    from clutch import udf
    @udf
    def norm(x: float, y: float) -> float: return float(numpy.hypot(x, y))
    @udf
    def fail(x: int) -> int: return int(numpy.array([1])[x])
    @udf(timeout=0.05)
    def spin(x: int) -> int:
        while x: numpy.arange(10) + 1
        return x
    @udf
    def write(path: str) -> int: open(path, "w").close(); return 1
    @udf
    def start(x: int) -> int:
        import threading
        thread = threading.Thread(target=lambda: None)
        thread.start(); thread.join()
        return x
    @udf
    def grow(x: int) -> int: return len([0] * x)
    """)

  @Test func `a package that isolated interpreters refuse runs there, and CPython ends cleanly`() async {
    await #expect(processExitsWith: .success) {
      let options = try MainProcess.begin()
      let pool = try UDFPool(Self.source, options)
      try await pool.expect(
        "norm", batch(Column([3, nil, 5] as [Double?]), Column([4, 1, 12] as [Double?])), givesFloats: [5, nil, 13])
      #expect(pool.options.interpreters == 1)
      let error = try await pool.failure(of: "fail", integers([0, 7]))
      #expect(error.exception?.typeName == "IndexError")
      #expect(error.exception?.traceback.last?.source == "def fail(x: int) -> int: return int(numpy.array([1])[x])")
      let thread = try await pool.failure(of: "start", integers([1]))
      #expect(thread.message.contains("may not start threads"))
      pool.close()
      try CPython.shutDown()
    }
  }

  @Test func `sources with different packages are not loaded there beside each other`() async {
    await #expect(processExitsWith: .success) {
      var options = try MainProcess.begin()
      let folder = try TemporaryFolder()
      for name in ["one", "two"] { try folder.write("\(name)/tiny.py", "VERSION = '\(name)'\n") }
      let text = "import tiny\nfrom clutch import udf\n@udf\ndef f(x: int) -> str: return tiny.VERSION\n"
      func pool(_ name: String, _ packages: String?) throws -> UDFPool {
        options.environment = packages.map { UDFEnvironment(sitePackages: ["\(folder.path)/\($0)"]) }
        return try UDFPool(
          UDFSource(packages == nil ? text.replacing("import tiny", with: "") : text, name: name), options)
      }
      let first = try pool("a.py", "one")
      let values = try await first.call("f", integers([1])).toArray(of: String.self)
      #expect(values == ["one"])
      for name in ["b.py", "a.py"] {
        let error = try #require(throws: UDFError.self) { _ = try pool(name, "two") }
        #expect(error.code == .incompatible)
        #expect(error.message.hasPrefix("\(name) cannot be loaded in the main interpreter: "), "\(error)")
        #expect(
          error.message.contains(name == "a.py" ? "an earlier version of it" : "a.py, which runs there too"), "\(error)"
        )
        #expect(error.message.contains("placement = \"worker\""), "\(error)")
      }
      // The same packages, and none that Python has in another version, are no matter.
      let same = try pool("c.py", "one")
      let none = try pool("d.py", nil)
      for pool in [first, same, none] { pool.close() }
      try CPython.shutDown()
    }
  }

  @Test func `packages that Python itself has in another version are not loaded there beside a source that has these`()
    async
  {
    await #expect(processExitsWith: .success) {
      var options = try MainProcess.begin()
      let text = "from clutch import udf\n@udf\ndef f(x: int) -> int: return x\n"
      let folder = try TemporaryFolder()
      let first = try UDFPool(UDFSource(text, name: "a.py"), options)
      for (package, isRefused) in [("numpy", true), ("tiny", false)] {
        options.environment = UDFEnvironment(
          sitePackages: [folder.path],
          distributions: [UDFEnvironment.Distribution(name: package, version: "0.1")])
        guard isRefused else {
          try UDFPool(UDFSource(text, name: "b.py"), options).close()
          continue
        }
        let error = try #require(throws: UDFError.self) { _ = try UDFPool(UDFSource(text, name: "b.py"), options) }
        #expect(error.code == .incompatible)
        #expect(error.message.contains("a.py, which runs there too, has numpy "), "\(error)")
        #expect(error.message.contains("where b.py has 0.1"), "\(error)")
      }
      first.close()
      try CPython.shutDown()
    }
  }

  @Test func `a deadline stops it, and it goes on`() async {
    await #expect(processExitsWith: .success) {
      let pool = try UDFPool(Self.source, try MainProcess.begin())
      let error = try await pool.failure(of: "spin", integers([0, 1]))
      #expect(error.code == .deadlineExceeded || error.exception?.typeName == "clutch.DeadlineExceeded", "\(error)")
      try await pool.expect("spin", integers([0]), gives: [0])
      pool.close()
      try CPython.shutDown()
    }
  }

  @Test func `its policy holds, and another one cannot follow`() async {
    await #expect(processExitsWith: .success) {
      var options = try MainProcess.begin()
      let pool = try UDFPool(Self.source, options)
      let path = FileManager.default.currentDirectoryPath + "/clutch-main-placement"
      // What numpy does without, when it is imported.
      let before = pool.denials.count
      let error = try await pool.failure(of: "write", batch(Column([path])))
      #expect(error.message.contains("denies writing files"), "\(error)")
      #expect(pool.denials.count == before + 1)
      pool.close()
      options.policy = .open
      let refused = try #require(throws: PythonRuntimeError.self) { try UDFPool(Self.source, options) }
      #expect(refused.code == .badPolicy)
      #expect(refused.message.contains("another policy"))
      // Isolated interpreters may have any.
      options.placement = nil
      try UDFPool(UDFSource("from clutch import udf\n@udf\ndef one() -> int: return 1"), options).close()
      try CPython.shutDown()
    }
  }

  @Test func `its memory limit counts what it allocates`() async {
    await #expect(processExitsWith: .success) {
      let limit = 96 << 20
      let pool = try UDFPool(Self.source, try MainProcess.begin(memoryLimit: limit))
      let used = try #require(pool.memoryUsage.first)
      #expect(used.current > 1 << 20 && used.current < 64 << 20, "\(used)")
      #expect(used.limit == limit)
      try await pool.expect("grow", integers([1_000_000]), gives: [1_000_000])
      let error = try await pool.failure(of: "grow", integers([50_000_000]))
      #expect(error.code == .memoryExceeded, "\(error)")
      try await pool.expect("grow", integers([1_000]), gives: [1_000])
      // What others do meanwhile is not charged to it.
      let before = try #require(pool.memoryUsage.first).current
      let other = try SubInterpreter()
      try other.withGIL { py in try py.run("import json, decimal; x = [bytes(1000) for i in range(20_000)]") }
      #expect(try #require(pool.memoryUsage.first).current - before < 1 << 20)
      other.close()
      pool.close()
      try CPython.shutDown()
    }
  }

  @Test func `a new version takes the place of the old one, with the modules beside it`() async {
    await #expect(processExitsWith: .success) {
      let options = try MainProcess.begin()
      let folder = try TemporaryFolder()
      func write(_ version: Int) throws -> UDFSource {
        try folder.write("beside_it.py", "version = \(version)")
        let path = try folder.write(
          "versioned.py",
          """
          import atexit, numpy, beside_it
          from clutch import udf
          @udf
          def version(x: int) -> int:
              print("version", beside_it.version)
              return beside_it.version * 10 + \(version) + int(numpy.zeros(1)[0])
          """)
        return try UDFSource(file: path)
      }
      let registry = UDFRegistry()
      try await registry.add("s", write(1), options)
      for version in 1...5 {
        if version > 1 { try await registry.replace("s", with: write(version)) }
        let found = try await registry.source("s").evaluate("version", integers([1])).values.toArray(of: Int64.self)
        #expect(found == [Int64(version * 11)])
      }
      try registry.remove("s")
      try CPython.shutDown()
    }
  }

  @Test func `an old version goes on while the new one is there`() async {
    await #expect(processExitsWith: .success) {
      let options = try MainProcess.begin()
      func version(_ number: Int) -> UDFSource {
        UDFSource(
          """
          from clutch import udf
          import numpy
          @udf
          async def later(x: int) -> int:
              import asyncio
              await asyncio.sleep(0)
              return x + \(number)
          @udf
          def plain(x: int) -> int: return 1 // x + \(number)
          """)
      }
      let old = try UDFPool(version(100), options)
      try await old.expect("later", integers([1, 2]), gives: [101, 102])
      let new = try UDFPool(version(200), options)
      for _ in 0..<3 {
        try await old.expect("later", integers([1, 2]), gives: [101, 102])
        try await new.expect("later", integers([1, 2]), gives: [201, 202])
        let error = try await old.failure(of: "plain", integers([0]))
        #expect(error.exception?.traceback.last?.source == "def plain(x: int) -> int: return 1 // x + 100")
      }
      old.close()
      try await new.expect("later", integers([1, 2]), gives: [201, 202])
      try await new.expect("plain", integers([1]), gives: [201])
      new.close()
      try CPython.shutDown()
    }
  }

  @Test func `others run, are made and end beside it`() async {
    await #expect(processExitsWith: .success) {
      let options = try MainProcess.begin(allowsThreads: true)
      let pool = try UDFPool(Self.source, options)
      var isolated = options
      (isolated.placement, isolated.interpreters, isolated.startsAll) = (nil, 2, true)
      let busy = try UDFPool(
        UDFSource(
          """
          from clutch import udf
          import json, decimal
          @udf
          def work(x: int) -> int: return len(json.dumps([decimal.Decimal(i).is_nan() for i in range(x)]))
          """), isolated)
      let points = try batch(
        Column([Double?](repeating: 3, count: 2_000)), Column([Double?](repeating: 4, count: 2_000)))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
          group.addTask { for _ in 0..<20 { _ = try await busy.call("work", integers([5_000])) } }
        }
        group.addTask {
          for _ in 0..<20 {
            try await pool.expect("norm", points, givesFloats: [Double?](repeating: 5, count: 2_000))
            try await pool.expect("start", integers([1]), gives: [1])
          }
        }
        group.addTask {
          for _ in 0..<5 {
            let other = try await SubInterpreter.make()
            #expect(throws: PythonError.self) { try other.withGIL { py in try py.run("import numpy") } }
            await other.closeAsync()
          }
        }
        try await group.waitForAll()
      }
      busy.close()
      pool.close()
      try CPython.shutDown()
    }
  }

  @Test func `a database's threads do not run it`() async {
    await #expect(processExitsWith: .success) {
      var options = try MainProcess.begin()
      options.threads = try ThreadGroup(count: 2, name: "query")
      let pool = try UDFPool(Self.source, options)
      #expect(pool.options.threads == nil)
      try await pool.expect("norm", batch(Column([3] as [Double?]), Column([4] as [Double?])), givesFloats: [5])
      pool.close()
    }
  }
}
