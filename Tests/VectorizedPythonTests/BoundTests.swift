import Columnar
import Functions
import PythonUDF
import TestSupport
import Testing

/// What a program may take: time, memory, and a machine's patience.
@Suite(.serialized, .timeLimit(.minutes(30))) struct BoundTests {
  private static func texts(_ count: Int, _ text: (Int) -> String) throws -> RecordBatch {
    try batch(Column((0..<count).map { text($0) as String? }))
  }

  @Test func `texts of any width are Python's to refuse`() throws {
    for width in ["9223372036854775807", "1 << 62"] {
      let source = """
        @udf
        def f(x: int) -> int:
          return len(str(x).ljust(\(width) if x == 90 else 10)) + len("ab".zfill(3))
        """
      try withPool(source) { pool in
        let error = try #require(throws: UDFError.self) { try pool.rows("f", counting(100)) }
        #expect(error.message.contains("row 90"), "\(error)")
        let found = try pool.integers("f", counting(80))
        #expect(found == Array(repeating: 13, count: 80))
      }
    }
  }

  @Test func `what is looked for takes the lengths of both texts, and not their product`() throws {
    let source = """
      @udf
      def f(s: str) -> int:
        part = s[:100_000] + "b"
        return s.find(part) + s.rfind(part) + s.count(part) + (part in s) + len(s.replace(part, "")) + len(s.strip(s))
      """
    // In the time of the product this would take hours.
    try withPool(source) { pool in
      let result = try pool.rows("f", Self.texts(100) { String(repeating: "a", count: $0 == 50 ? 400_000 : 10) })
      #expect(result.vectorizedRows >= 99)
      let found = try result.values.toArray(of: Int64.self)
      #expect(found[50] == 399_998)
      #expect(found[51] == 8)
    }
  }

  @Test func `long texts are found where Python finds them`() throws {
    let source = """
      @udf
      def first(s: str, part: str) -> int: return s.find(part)
      @udf
      def last(s: str, part: str) -> int: return s.rfind(part)
      @udf
      def number(s: str, part: str) -> int: return s.count(part)
      """
    let comparison = try VectorComparison(UDFSource("from clutch import udf\n" + source))
    defer { comparison.close() }
    let parts = [
      "abababababababababab", "abababababababababababac", "ababababababababababb", "caaaaaaaaaaaaaaaaaaaaaab", "",
    ]
    var (texts, wanted): ([String?], [String?]) = ([], [])
    for place in 0..<100 {
      let part = parts[place % parts.count]
      let filling = String(repeating: place % 2 == 0 ? "ab" : "a", count: 2000 + place)
      texts.append(filling + (place % 3 == 0 ? part : "") + filling + (place % 7 == 0 ? part + part : "x"))
      wanted.append(part)
    }
    for function in 0..<3 {
      let count = try comparison.compareToSmallest(function, batch(Column(texts), Column(wanted)))
      #expect(count.vectorized == 100)
    }
  }

  @Test func `a text of more than a megabyte is made by Python, whose memory is bounded`() throws {
    let source = """
      @udf(memory="60MB")
      def f(s: str) -> int:
        while len(s) < 1 << 40:
          s = s + s
        return len(s)
      """
    try withPool(source) { pool in
      let error = try #require(throws: UDFError.self) { try pool.rows("f", Self.texts(100) { _ in "abc" }) }
      #expect(error.code == .memoryExceeded)
      #expect(error.message.contains("row 0"), "\(error)")
    }
  }

  @Test func `what a thousand rows take together is no row's own time`() throws {
    let source = """
      @udf(timeout=0.2)
      def f(x: int) -> int:
        y = x
        for i in range(2000):
          y = (y * 3 + i) % 1000003
        return y
      """
    try withPool(source) { pool in
      let result = try pool.rows("f", counting(1024))
      #expect(result.vectorizedRows == 1024)
    }
  }

  @Test func `a loop that goes on for long is Python's, which ends it`() throws {
    let source = """
      @udf
      def f(x: int) -> int:
        n = 0
        while n < x * 1_000_000:
          n += 1
        return n
      """
    try withPool(source) { pool in
      var values = (0..<100).map { _ in Int64(0) }
      values[70] = 5
      let result = try pool.rows("f", batch(Column(values as [Int64?])))
      #expect(result.rerunRows == 1)
      let found = try result.values.toArray(of: Int64.self)
      #expect(found[70] == 5_000_000)
    }
  }
}
