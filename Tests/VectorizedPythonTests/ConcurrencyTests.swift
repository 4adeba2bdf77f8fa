import Columnar
import Functions
import PythonFunctions
import PythonRuntime
import PythonUDF
import Synchronization
import TestSupport
import Testing

@testable import VectorizedPython

/// One program on many threads, and many interpreters with programs of their own.
@Suite(.serialized, .timeLimit(.minutes(30))) struct ConcurrencyTests {
  private static let source = """
    from clutch import udf
    NAMES = {"a": "Anna", "b": "Berta"}
    def helper(x: int) -> int:
      if x < 10: return x
      return helper2(x)
    def helper2(x: int) -> int:
      return x * 2
    @udf
    def f(x: int, s: str) -> str:
      total = 0
      for i in range(x % 7):
        if i == 5: break
        total += helper(x + i)
      if x % 100 == 99:
        return str([total])
      return NAMES.get(s.strip().lower(), s.upper()) + str(total)
    """

  private static let names = ["a ", " B", "cc", "Ünï"]

  private static func batch(_ first: Int64, _ count: Int) throws -> RecordBatch {
    let numbers = (0..<count).map { first + Int64($0) }
    return try VectorizedPythonTests.batch(
      Column(numbers.map(Optional.some)), Column(numbers.map { names[Int($0 % 4)] as String? }))
  }

  /// The texts that a program alone has, and nil for rows that it leaves to Python.
  private static func texts(
    _ program: VectorProgram, _ workspace: VectorWorkspace, _ first: Int64
  ) throws -> [String?] {
    let batch = try batch(first, 3000)
    guard let run = VectorRun(program, batch, in: workspace, goesOn: { _ in true }) else { return [] }
    return try run.column(with: nil, of: [], reach: OffsetReach()).toArray(of: [UInt8].self).map {
      $0.map { String(decoding: $0, as: UTF8.self) }
    }
  }

  @Test func `eight threads run one program at once`() throws {
    let interpreter = try SubInterpreter()
    defer { interpreter.close() }
    let program = try interpreter.withGIL { py in
      let module = try LoadedModule(UDFSource(Self.source, name: "f.py"), .guarded, in: py)
      guard case .found(let syntax, _) = try module.vectorSyntax(0, in: py) else { return VectorProgram?.none }
      return try VectorProgram(syntax, module.functions[0].signature, argumentCount: 2)
    }
    let shared = try #require(program)
    let expected = try (0..<4).map { try Self.texts(shared, VectorWorkspace(), Int64($0 * 1000)) }
    #expect(expected[0][8] == "Anna8")
    let wrong = Atomic(0)
    let ended = onThreads(8, within: 300) { thread in
      let workspace = VectorWorkspace()
      for round in 0..<20 {
        let turn = (thread + round) % 4
        if (try? Self.texts(shared, workspace, Int64(turn * 1000))) != expected[turn] {
          wrong.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(ended)
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test func `calls of many interpreters at once give what Python gives`() throws {
    let source = UDFSource(Self.source, name: "f.py")
    let pools = try [true, false].map { try UDFPool(source, HostOptions(interpreters: 4, vectorizes: $0)) }
    defer { for pool in pools { pool.close() } }
    let expected = try (0..<4).map { turn in
      try pools[1].rows("f", Self.batch(Int64(turn * 1000), 1500)).values.toArray(of: [UInt8].self)
    }
    let wrong = Atomic(0)
    let ended = onThreads(8, within: 300) { thread in
      for round in 0..<10 {
        let turn = (thread + round) % 4
        let found = try? pools[0].rows("f", Self.batch(Int64(turn * 1000), 1500))
        if (try? found?.values.toArray(of: [UInt8].self)) != expected[turn] { wrong.add(1, ordering: .relaxed) }
      }
    }
    #expect(ended)
    #expect(wrong.load(ordering: .relaxed) == 0)
  }
}
