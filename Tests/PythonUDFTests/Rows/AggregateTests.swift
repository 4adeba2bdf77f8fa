import Columnar
import Functions
import PythonUDF
import Testing

/// Aggregate functions from the library: rows of groups into states, and values out of them.
@Suite("Aggregate functions", .timeLimit(.minutes(2)))
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
}
