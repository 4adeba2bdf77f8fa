import Columnar
import Functions
import PythonUDF
import TestSupport
import Testing

/// Aggregate functions from the library: rows of groups into states, and values out of them.
@Suite(.timeLimit(.minutes(30)))
struct AggregateTests {
  static let average = """
    from clutch import udaf

    @udaf
    class WeightedAverage:
        def create_state(self) -> tuple[float, float]:
            return (0.0, 0.0)
        def accumulate(self, state, value: float, weight: float):
            return (state[0] + value * weight, state[1] + weight)
        def retract(self, state, value, weight):
            return (state[0] - value * weight, state[1] - weight)
        def merge(self, state, other):
            return (state[0] + other[0], state[1] + other[1])
        def finish(self, state) -> float | None:
            return state[0] / state[1] if state[1] else None
    """

  static let rows: RecordBatch = {
    // swift-format-ignore: NeverUseForceTry
    try! RecordBatch(
      schema: Schema([Field(name: "value", type: .float64), Field(name: "weight", type: .float64)]),
      columns: [Column([1, 2, 3, nil, 5] as [Double?]), Column([1, 1, 3, 4, nil] as [Double?])])
  }()

  static func values(_ states: AggregateStates, _ groups: [Int]) async throws -> [Double?] {
    try await states.finish(groups).values.toArray(of: Double.self)
  }

  @Test("Rows go to their groups, a row with a null is left out, and a group without rows has the value of a new state")
  func groups() async throws {
    let pool = try UDFPool(UDFSource(Self.average), HostOptions(interpreters: 1))
    defer { pool.close() }
    #expect(pool.signatures[0].sqlDescription == "WeightedAverage(value DOUBLE, weight DOUBLE) -> DOUBLE")
    let states = try pool.aggregate("WeightedAverage", of: Self.rows.schema.fields)
    try await states.accumulate(Self.rows, groups: [0, 0, 1, 0, 1])
    let values = try await Self.values(states, [0, 1, 2])
    #expect(values == [1.5, 3, nil])
    try states.accumulateAndWait(Self.rows, groups: [2, 1, 2, 2, 2])
    let more = try states.finishAndWait([0, 1, 2]).values.toArray(of: Double.self)
    #expect(more == [1.5, 2.75, 2.5])
  }

  @Test("Rows are taken back by their signs")
  func retraction() async throws {
    let pool = try UDFPool(UDFSource(Self.average), HostOptions(interpreters: 1))
    defer { pool.close() }
    let states = try pool.aggregate("WeightedAverage", of: Self.rows.schema.fields)
    try await states.accumulate(Self.rows, groups: [0, 0, 0, 0, 0])
    try await states.accumulate(Self.rows, groups: [0, 0, 0, 0, 0], signs: [-1, 1, 1, -1, 1])
    let values = try await Self.values(states, [0])
    #expect(values == [22 / 8])
  }

  @Test("A state is merged into another, exported as its annotated type, and imported in another interpreter")
  func moving() async throws {
    let pool = try UDFPool(UDFSource(Self.average), HostOptions(interpreters: 2))
    defer { pool.close() }
    let states = try pool.aggregate("WeightedAverage", of: Self.rows.schema.fields)
    try await states.accumulate(Self.rows, groups: [0, 1, 2, 0, 1])
    try await states.merge([1, 2, 9], into: [0, 1, 2])
    let values = try await Self.values(states, [0, 1, 2])
    #expect(values == [1.5, 2.75, 3])
    let exported = try await states.exportStates([2, 0, 7])
    #expect(
      exported.schema.fields.map(\.type) == [
        .struct([Field(name: "f0", type: .float64), Field(name: "f1", type: .float64)])
      ])
    let others = try pool.aggregate("WeightedAverage", of: Self.rows.schema.fields)
    try await others.importStates(exported, groups: [0, 1, 2])
    try await others.accumulate(Self.rows, groups: [0, 1, 1, 0, 0])
    let moved = try await Self.values(others, [0, 1, 2])
    #expect(moved == [2.5, 14.0 / 6, nil])
    try await states.drop([0, 5])
    let dropped = try await Self.values(states, [0, 1])
    #expect(dropped == [nil, 2.75])
  }

  // MARK: Forms

  /// Forms of the same function: a sum of x, weighted with y.
  static let forms: [(name: String, source: String, functions: [String])] = [
    (
      "a class that changes its state",
      """
      @udaf
      class f:
        def create_state(self): return [0]
        def accumulate(self, state, x: int, y: int): state[0] += x * y
        def retract(self, state, x: int, y: int): state[0] -= x * y
        def merge(self, state, other): state[0] += other[0]
        def finish(self, state) -> int: return state[0]
      """, []
    ),
    (
      "a class of static and class methods, without finish",
      """
      @udaf
      class f:
        @staticmethod
        def create_state() -> int: return 0
        @staticmethod
        def accumulate(state, x: int, y: int): return state + x * y
        @classmethod
        def retract(cls, state, x, y): return state - x * y
        @staticmethod
        def merge(state, other): return state + other
      """, []
    ),
    (
      "Flink's names",
      """
      @udaf
      class f:
        def create_accumulator(self): return [0]
        def accumulate(self, accumulator, x: int, y: int): accumulator[0] += x * y
        def retract(self, accumulator, x: int, y: int): accumulator[0] -= x * y
        def merge(self, accumulator, accumulators):
          for other in accumulators: accumulator[0] += other[0]
        def get_value(self, accumulator) -> int: return accumulator[0]
      """, []
    ),
    (
      "Snowflake's handler",
      """
      @udaf(name="f")
      class Handler:
        def __init__(self): self._sum = 0
        @property
        def aggregate_state(self): return self._sum
        def accumulate(self, x: int, y: int): self._sum += x * y
        def retract(self, x: int, y: int): self._sum -= x * y
        def merge(self, other): self._sum += other
        def finish(self) -> int: return self._sum
      """, []
    ),
    (
      "the functions of a file",
      """
      class State:
        def __init__(self): self.sum = 0
      def create_state(): return State()
      def accumulate(state, x, y): state.sum += x * y; return state
      def retract(state, x, y): state.sum -= x * y; return state
      def merge(state, other): state.sum += other.sum; return state
      def finish(state): return state.sum
      """, ["AGGREGATE f(BIGINT, BIGINT) -> BIGINT"]
    ),
    (
      "a declared class",
      """
      class Handler:
        def create_state(self): return 0
        def accumulate(self, state, x, y): return state + x * y
        def retract(self, state, x, y): return state - x * y
        def merge(self, state, other): return state + other
        def finish(self, state): return state
      """, ["AGGREGATE f(BIGINT, BIGINT) RETURNS BIGINT LANGUAGE python HANDLER = 'Handler'"]
    ),
  ]

  @Test(arguments: 0..<6) func `Every form does the same`(place: Int) async throws {
    let form = Self.forms[place]
    let source = UDFSource("from clutch import udaf\n" + form.source, functions: form.functions)
    try await withPool(source) { pool in
      let rows = try batch(Column([1, 2, 3, 4] as [Int64?]), Column([1, 10, 100, 1000] as [Int64?]))
      let states = try pool.aggregate("f", of: rows.schema.fields)
      try await states.accumulate(rows, groups: [0, 1, 0, 1])
      try await states.accumulate(rows, groups: [0, 0, 1, 1], signs: [1, -1, 1, 1])
      try await states.merge([0], into: [2])
      let values = try await states.finish([0, 1, 2, 3]).values.toArray(of: Int64.self)
      #expect(values == [282, 8320, 282, 0], "\(form.name)")
      let exported = try await states.exportStates([1, 2])
      try await states.importStates(exported, groups: [7, 8])
      try await states.accumulate(rows, groups: [7, 7, 7, 7])
      let moved = try await states.finish([7, 8, 1, 2]).values.toArray(of: Int64.self)
      #expect(moved == [12641, 282, 8320, 282], "\(form.name)")
    }
  }

  // MARK: Faults

  static let problems: [(source: String, message: String)] = [
    (
      "class f:\n  items = []\n  def create_state(self): return self.items\n  def accumulate(self, state, x: int): pass\n  def finish(self, state) -> int: pass",
      "create_state gives the same list each time"
    ),
    (
      "class f:\n  def create_state(self, items={}): return items\n  def accumulate(self, state, x: int): pass\n  def finish(self, state) -> int: pass",
      "create_state gives the same dict each time"
    ),
    (
      "class f:\n  items = [0, 0]\n  def accumulate(self, x: int): pass\n  def finish(self) -> int: pass",
      "the class of its states has 'items', a list that all groups would share"
    ),
    (
      "class f:\n  def __init__(self, items=[0]): self.items = items\n  def accumulate(self, x: int): pass\n  def finish(self) -> int: pass",
      "two states have the same list as 'items'"
    ),
    (
      "class f:\n  def create_state(self): return 0\n  def accumulate(self, state, x: int): pass\n  def retract(self, state, x, y): pass\n  def finish(self, state) -> int: pass",
      "its accumulate takes (x) and its retract (x, y)"
    ),
    (
      "class f:\n  def create_state(self): return 0\n  def accumulate(self, state, x: int): pass\n  def retract(self, state, x: str): pass\n  def finish(self, state) -> int: pass",
      "its accumulate takes another type for 'x' than its retract for 'x'"
    ),
    (
      "class f:\n  def create_state(self): return 0\n  def accumulate(self, state, x: int): yield 1\n  def finish(self, state) -> int: pass",
      "its accumulate is a generator"
    ),
    (
      "class f:\n  def create_state(self): return 0\n  async def accumulate(self, state, x: int): pass\n  def finish(self, state) -> int: pass",
      "its accumulate is async"
    ),
    (
      "class f:\n  def create_state(self): return 0\n  def finish(self, state) -> int: pass",
      "an aggregate function needs accumulate; it has create_state, finish"
    ),
    (
      "class f:\n  def create_state(self): return 0\n  def accumulate(self, state, x): pass\n  def finish(self, state): pass",
      "its finish has no return annotation"
    ),
    (
      "class f:\n  def create_state(self): return 0\n  def accumulate(self, state, x: int): pass\n  def merge(self, state): pass\n  def finish(self, state) -> int: pass",
      "its merge does not take two states"
    ),
    ("def f(x: int) -> int: return x", "@udaf marks a class with accumulate and finish"),
  ]

  @Test(arguments: 0..<12) func `A class that is no aggregate function is refused when it is loaded`(place: Int) {
    let (source, message) = Self.problems[place]
    let error = #expect(throws: UDFError.self) {
      try UDFPool(UDFSource("from clutch import udaf\n@udaf\n" + source), HostOptions(interpreters: 1)).close()
    }
    #expect(error?.code == .badSignature)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  static let sharing = """
    from clutch import udaf
    from typing import ClassVar
    class State:
      known: ClassVar[dict] = {}
      LIMITS = [1, 2]
      weights = {"a": 1}
      def __init__(self): self.values = []
    @udaf
    class f:
      def create_state(self): return State()
      def accumulate(self, state, x: int): state.values.append(x)
      def merge(self, state, other): return other if not state.values else state.values.extend(other.values)
      def finish(self, state) -> list[int]: return state.values
    """

  @Test func `Two groups never share a state, whatever merge returns`() async throws {
    try await withPool(UDFSource(Self.sharing)) { pool in
      let rows = try batch(Column([1, 2, 3] as [Int64?]))
      let states = try pool.aggregate("f", of: rows.schema.fields)
      try await states.accumulate(rows, groups: [0, 0, 0])
      // It gives back its second argument.
      try await states.merge([0], into: [1])
      try await states.accumulate(rows, groups: [1, 1, 2])
      let values = try await states.finish([0, 1, 2]).values.logicalRows()
      #expect(values == ["[1, 2, 3]", "[1, 2, 3, 1, 2]", "[3]"])
    }
  }

  static let failing = """
    from clutch import udaf
    @udaf
    class f:
      def create_state(self): return []
      def accumulate(self, state, x: int):
        if x < 0: raise ValueError(f"no {x}")
        state.append(x)
      def merge(self, state, other): state.extend(other)
      def finish(self, state) -> int:
        if len(state) == 3: raise KeyError("three")
        return len(state) if len(state) < 5 else "five"
    """

  @Test func `A row that fails ends the call, with the row and its arguments`() async throws {
    try await withPool(UDFSource(Self.failing)) { pool in
      let rows = try batch(Column([1, -2, 3] as [Int64?]))
      let states = try pool.aggregate("f", of: rows.schema.fields)
      let error = await #expect(throws: UDFError.self) { try await states.accumulate(rows, groups: [0, 1, 2]) }
      #expect(error?.message.contains("UDF f failed at row 1 of its batch (x=-2): ValueError: no -2") == true)
      let values = try await states.finish([0, 1, 2]).values.toArray(of: Int64.self)
      #expect(values == [1, 0, 0])
      try await states.accumulate(try batch(Column([1, 1, 1] as [Int64?])), groups: [5, 5, 5])
      let other = await #expect(throws: UDFError.self) { try await states.finish([0, 5]) }
      #expect(other?.message.contains("UDF f failed in finish, at place 1 of its groups: KeyError: 'three'") == true)
    }
  }

  @Test func `A group that failed has no value, nor has one that it is merged into, and its failure is exported`()
    async throws
  {
    try await withPool(UDFSource(Self.failing)) { pool in
      let rows = try batch(Column([1, -2, 3, 4] as [Int64?]))
      let states = try pool.aggregate("f", of: rows.schema.fields, onError: .collect)
      try await states.accumulate(rows, groups: [0, 1, 1, 2])
      try await states.merge([1], into: [2])
      try await states.accumulate(try batch(Column([1, 1, 1] as [Int64?])), groups: [4, 4, 4])
      try await states.accumulate(try batch(Column([1, 1, 1, 1, 1] as [Int64?])), groups: [5, 5, 5, 5, 5])
      let result = try await states.finish([0, 1, 2, 3, 4, 5])
      let values = try result.values.toArray(of: Int64.self)
      #expect(values == [1, nil, nil, 0, nil, nil])
      #expect(result.failures.map(\.row) == [1, 2, 4, 5])
      #expect(result.failures.map(\.errorType) == ["ValueError", "ValueError", "KeyError", "TypeError"])
      let exported = try await states.exportStates([1, 0])
      let others = try pool.aggregate("f", of: rows.schema.fields, onError: .collect)
      try await others.importStates(exported, groups: [0, 1])
      let moved = try await others.finish([0, 1])
      let found = try moved.values.toArray(of: Int64.self)
      #expect(found == [nil, 1])
      #expect(moved.failures.map(\.message) == ["no -2"])
    }
  }

  @Test func `Calls that make no sense are refused, and change nothing`() async throws {
    let source = """
      from clutch import udaf, udf
      @udaf
      class f:
        def create_state(self): return lambda: 0
        def accumulate(self, state, x: int): return state
        def finish(self, state) -> int: return 1
      @udf
      def g(x: int) -> int: return x
      """
    try await withPool(UDFSource(source)) { pool in
      let rows = try batch(Column([1, 2] as [Int64?]))
      let states = try pool.aggregate("f", of: rows.schema.fields)
      func refusal(_ body: () async throws -> Void) async -> String {
        do { try await body() } catch { return "\(error)" }
        return ""
      }
      let found = [
        await refusal { try await states.accumulate(rows, groups: [0]) },
        await refusal { try await states.accumulate(rows, groups: [0, -1]) },
        await refusal { try await states.accumulate(rows, groups: [0, 1 << 40]) },
        await refusal { try await states.accumulate(rows, groups: [0, 0], signs: [1, -1]) },
        await refusal { try await states.accumulate(rows, groups: [0, 0], signs: [1, 2]) },
        await refusal { try await states.merge([0], into: [1]) },
        await refusal { _ = try await states.exportStates([0]) },
        await refusal { _ = try pool.aggregate("g", of: rows.schema.fields) },
        await refusal { _ = try await pool.call("f", rows) },
        await refusal { for try await _ in pool.table("f", rows) {} },
      ]
      let expected = [
        "1 groups were given for 2 rows", "-1 is no group", "is no group; groups are numbers from 0 to 134217728",
        "UDF f has no retract, which is needed to take rows back; add it", "2 is no sign", "UDF f has no merge",
        "the state of group 0 cannot be exported", "UDF g is no aggregate function", "UDF f is an aggregate function",
        "UDF f is no table function",
      ]
      for (message, part) in zip(found, expected) { #expect(message.contains(part), "\(message)") }
      let values = try await states.finish([0]).values.toArray(of: Int64.self)
      #expect(values == [1])
    }
  }

  @Test func `A function that does not stop is given up with its states, and others go on`() async throws {
    let source = """
      import time
      from clutch import udaf
      @udaf
      class f:
        def create_state(self): return 0
        def accumulate(self, state, x: int):
          end = time.monotonic() + 15  # nobody waits for it, but others for there being none that was given up
          while x < 0 and time.monotonic() < end:
            try:
              while time.monotonic() < end: time.sleep(0.001)
            except BaseException: pass
          return state + x
        def finish(self, state) -> int: return state
      """
    try await withPool(UDFSource(source)) { pool in
      let (good, bad) = (try batch(Column([1] as [Int64?])), try batch(Column([-1] as [Int64?])))
      let states = try pool.aggregate("f", of: good.schema.fields, timeouts: UDFTimeouts(row: .milliseconds(200)))
      try await states.accumulate(good, groups: [0])
      let error = await #expect(throws: UDFError.self) { try await states.accumulate(bad, groups: [0]) }
      #expect(error?.code == .deadlineExceeded)
      let gone = await #expect(throws: UDFError.self) { try await states.finish([0]) }
      #expect(gone?.code == .closed)
      let others = try pool.aggregate("f", of: good.schema.fields)
      try await others.accumulate(good, groups: [0])
      let values = try await others.finish([0]).values.toArray(of: Int64.self)
      #expect(values == [1])
      #expect(pool.abandonedInterpreterCount == 1)
    }
  }

  @Test func `A source that is replaced keeps the version of states that there are`() async throws {
    func source(_ factor: Int) -> UDFSource {
      UDFSource(
        """
        from clutch import udaf
        @udaf
        class f:
          def create_state(self): return 0
          def accumulate(self, state, x: int): return state + x * \(factor)
          def finish(self, state) -> int: return state
        """)
    }
    let registry = UDFRegistry()
    try await registry.add("s", source(1), HostOptions(interpreters: 1))
    let registered = try registry.source("s")
    let rows = try batch(Column([1, 2] as [Int64?]))
    let old = try registered.aggregate("f", of: rows.schema.fields)
    try await old.accumulate(rows, groups: [0, 0])
    try await registry.replace("s", with: source(10))
    try await old.accumulate(rows, groups: [0, 0])
    let new = try registered.aggregate("f", of: rows.schema.fields)
    try await new.accumulate(rows, groups: [0, 0])
    let values = try await [old.finish([0]), new.finish([0])].map { try $0.values.toArray(of: Int64.self) }
    #expect(values == [[6], [30]])
    try registry.remove("s")
  }

  @Test func `States are dropped with their table, and counted against the memory limit until then`() async throws {
    let source = """
      from clutch import udaf, udf
      alive = set()
      class State:
        def __init__(self): alive.add(id(self))
        def __del__(self): alive.discard(id(self))
      @udf
      def living() -> int: return len(alive)
      @udaf(memory="200MB")
      class f:
        def create_state(self): return State()
        def accumulate(self, state, x: int): state.text = "x" * 1_000_000
        def finish(self, state) -> int: return 1
      """
    try await withPool(UDFSource(source)) { pool in
      let rows = try batch(Column([Int64?](repeating: 1, count: 300)))
      let none = try batch([], rowCount: 1)
      do {
        let states = try pool.aggregate("f", of: rows.schema.fields)
        try await states.accumulate(rows, groups: (0..<300).map { $0 % 50 })
        let living = try await pool.call("living", none).toArray(of: Int64.self)
        #expect(living == [50])
        try await states.drop(Array(0..<20))
        let left = try await pool.call("living", none).toArray(of: Int64.self)
        #expect(left == [30])
        let error = await #expect(throws: UDFError.self) { try await states.accumulate(rows, groups: Array(0..<300)) }
        #expect(error?.code == .memoryExceeded)
      }
      // The table's end is a step that comes before this one.
      let end = try await pool.call("living", none).toArray(of: Int64.self)
      #expect(end == [0])
    }
  }
}
