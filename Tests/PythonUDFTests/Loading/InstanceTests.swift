import Columnar
import Foundation
import PythonUDF
import TestSupport
import Testing

/// Classes whose instances are functions: set up once in each interpreter, and closed with it.
@Suite(.timeLimit(.minutes(30))) struct InstanceTests {
  private func values(_ pool: UDFPool, _ name: String, _ numbers: Int64...) async throws -> [String] {
    try await pool.call(name, batch(Column(numbers.map(Optional.some)))).logicalRows()
  }

  @Test func `an instance is made once, and its state outlives a batch`() async throws {
    let source = """
      made = 0
      @udf
      class counter:
        \"\"\"Counts.\"\"\"
        def __init__(self):
          global made
          made += 1
          self.calls = 0
        def __call__(self, x: int) -> int:
          self.calls += 1
          return self.calls * 100 + made
      """
    try await withPool(of: source) { pool in
      let (first, second) = (try await values(pool, "counter", 1, 2), try await values(pool, "counter", 3))
      #expect(first == ["101", "201"])
      #expect(second == ["301"])
      let signature = try pool.signature(of: "counter")
      #expect(signature.sqlDescription == "counter(x BIGINT) -> BIGINT")
      #expect(signature.documentation == "Counts.")
      #expect(signature.line == 4)
    }
  }

  @Test(arguments: [
    ("class f:\n  def __call__(self, x: int) -> int: return x + 1", "2"),
    ("class f:\n  @staticmethod\n  def __call__(x: int) -> int: return x + 2", "3"),
    ("class f:\n  n = 3\n  @classmethod\n  def __call__(cls, x: int) -> int: return x + cls.n", "4"),
    ("class f(Base): pass", "5"), ("class f(Base):\n  def __init__(self): self.n = 5", "6"),
    ("class f:\n  def __call__(self, x: int, y: int = 6) -> int: return x + y", "7"),
    ("class f:\n  def __call__(self, *xs: int) -> int: return sum(xs) + 7", "8"),
    ("class f:\n  def __init__(self, n=8): self.n = n\n  def __call__(self, x: int) -> int: return x + self.n", "9"),
    ("class f(metaclass=Meta):\n  def __call__(self, x: int) -> int: return x + 9", "10"),
    ("class f:\n  def __init__(self): self.__call__ = None\n  def __call__(self, x: int) -> int: return x + 10", "11"),
    ("class f:\n  __slots__ = ()\n  def __call__(self, x: 'int') -> 'int': return x + 11", "12"),
    ("class f:\n  def __new__(cls): return Other()\n  def __call__(self, x: int) -> int: return 0", "13"),
  ])
  func `every way to be called is taken`(source: String, value: String) async throws {
    let prelude = """
      class Base:
        n = 4
        def __call__(self, x: int) -> int: return x + self.n
      class Other:
        def __call__(self, x): return x + 12
      class Meta(type):
        def __call__(cls, *args): return super().__call__(*args)
      @udf

      """
    try await withPool(of: prelude + source) { pool in
      let found = try await values(pool, "f", 1)
      #expect(found == [value])
    }
  }

  @Test func `a table function may be an instance`() async throws {
    let source = """
      from collections.abc import Iterator
      from clutch import udtf
      @udtf(name="words")
      class Words:
        def __init__(self): self.by = ","
        def __call__(self, text: str) -> Iterator[str]: yield from text.split(self.by)
      """
    try await withPool(of: source) { pool in
      var words: [String?] = []
      for try await batch in pool.table("words", try batch(Column(["a,b"]))) {
        words += try batch.columns[1].toArray(of: String.self)
      }
      #expect(words == ["a", "b"])
    }
  }

  @Test(arguments: [
    (
      "class f:\n  def __init__(self): raise ValueError('no model')\n  def __call__(self, x: int) -> int: return x",
      "ValueError: no model"
    ),
    ("class f:\n  def __init__(self, path): pass\n  def __call__(self, x: int) -> int: return x", "'path'"),
    ("class f: pass", "a class is no function unless its instances can be called: give it a method __call__"),
    ("class f:\n  def __call__(self, x) -> int: return x", "parameter 'x' has no annotation"),
    ("class f:\n  def __call__(self, x: int): return x", "no return annotation"),
    ("class f:\n  def __call__(self, x: int) -> int: yield x", "mark it with @udtf"),
    ("class f:\n  async def __call__(self, x: int) -> int: yield x", "mark it with @udtf"),
    ("class f:\n  def __call__() -> int: return 1", "no readable signature"),
    (
      "class f:\n  def __new__(cls): return 5\n  def __call__(self, x: int) -> int: return x",
      "its class gives 5 for an instance"
    ),
    (
      "class f:\n  def __init__(self, y): pass\n  def __call__(self, x: int) -> int: return x",
      "<udf>, line 3: function 'f': no instance can be made: TypeError: f.__init__() missing 1 required positional argument: 'y'"
    ),
  ])
  func `what makes no function is refused when it is loaded`(source: String, problem: String) throws {
    let error = try loadError("from clutch import udf\n@udf\n" + source)
    #expect("\(error)".contains(problem), "\(error)")
  }

  @Test func `an instance is closed with its interpreter, and one that raises is told`() async throws {
    let folder = try TemporaryFolder()
    let source = """
      import os, uuid
      @udf
      class f:
        def __call__(self, x: int) -> int: return x
        def close(self): open(os.path.join(\(String(reflecting: folder.path)), uuid.uuid4().hex), "w").close()
      @udf
      class g:
        def __call__(self, x: int) -> int: return x
        def close(self): raise ValueError("not now")
      """
    let pool = try UDFPool(
      UDFSource("from clutch import udf\n" + source), HostOptions(interpreters: 2, startsAll: true))
    let records = pool.logRecords()
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    pool.close()
    let after = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(before.isEmpty && after.count == 2)
    var said = ""
    for await record in records { said += record.message }
    #expect(said.contains("not now"), "\(said)")
  }

  @Test func `an instance may have a thread, which its close ends`() async throws {
    let source = """
      import threading
      @udf(threads=True)
      class f:
        def __init__(self):
          self.asked, self.answer, self.over = threading.Event(), 0, False
          self.thread = threading.Thread(target=self.work)
          self.thread.start()
        def work(self):
          self.answer = 42
          self.asked.wait(60)
          self.over = True
        def __call__(self, x: int) -> int: return x
        def close(self):
          self.asked.set()
          self.thread.join()
          print("joined", self.answer, self.over)
      """
    let pool = try UDFPool(UDFSource("from clutch import udf\n" + source), HostOptions(interpreters: 1))
    let records = pool.logRecords()
    let values = try await values(pool, "f", 1)
    #expect(values == ["1"])
    pool.close()
    var said: [String] = []
    for await record in records { said.append(record.message) }
    #expect(said == ["joined 42 True"])
  }

  @Test func `a list that is being filled can be looked into by code that makes its elements`() async throws {
    let source = """
      import gc
      from dataclasses import dataclass
      @dataclass
      class Part:
        n: int
        def __post_init__(self):
          for each in gc.get_objects():
            if type(each) is list and len(each) == 3: [*each]
      @udf
      def f(parts: list[Part]) -> int: return sum(part.n for part in parts)
      @udf(batch=True)
      def g(part: list[Part]) -> list[int]: return [each.n for each in part]
      """
    try await withPool(of: source) { pool in
      let numbers = Column([1, 2, 3] as [Int64?])
      var rows = StructBuilder()
      for _ in 0..<3 { rows.append() }
      let parts = try rows.finish(fields: [Field(name: "n", type: .int64)], columns: [numbers])
      let all = try await pool.call("g", batch(parts)).logicalRows()
      #expect(all == ["1", "2", "3"])
      var lists = LargeListBuilder()
      try lists.append(elementCount: 3)
      let list = try lists.finish(elements: parts, field: Field(name: "item", type: parts.type))
      let sum = try await pool.call("f", batch(list)).logicalRows()
      #expect(sum == ["6"])
    }
  }
}
