import Columnar
import Functions
import PythonUDF
import Testing

@testable import VectorizedPython

/// That the values of `OperationTests` notice a kernel which forgets what it has to leave to Python.
extension OperationTests {
  /// Those that are NaN for NaN only, as in Python, and marked there all the same.
  private static let neverWrong: Set<String> = [
    "math.atan", "math.tanh", "math.asinh", "math.erf", "math.erfc", "math.cbrt",
  ]

  @Test func `an operation that marked no rows would be noticed`() throws {
    let python = try UDFPool(UDFSource(Self.source), HostOptions(interpreters: 1, vectorizes: false))
    defer { python.close() }
    for (index, operation) in Self.known.enumerated()
    where operation.marks != nil && operation.marks != TextMakingKernels.full
      && !Self.neverWrong.contains(operation.name)
    {
      let batch = try Self.batch(of: operation)
      let expected = try python.evaluateAndWait(index, batch, CallOptions(errorMode: .collect))
      let failed = Set(expected.failures.map(\.row))
      let program = Lone(operation)
      var wouldDiffer = 0
      for first in stride(from: 0, to: batch.rowCount, by: Lanes.rows) {
        let count = min(Lanes.rows, batch.rowCount - first)
        let (column, marked) = try program.run(batch, first, count)
        for row in marked {
          let mine = VectorComparison.text(column, row)
          if failed.contains(first + row) || mine != VectorComparison.text(expected.values, first + row) {
            wouldDiffer += 1
          }
        }
      }
      #expect(wouldDiffer > 0, "\(operation.name) of \(operation.operands): \(operation.marks ?? "")")
    }
  }
}

/// One operation, as a program of nothing else.
private final class Lone {
  private let operation: VectorizedPython.Operation
  private let lanes: Lanes
  private let kernel: Kernel
  private var registers: [Int] = []

  init(_ operation: VectorizedPython.Operation) {
    self.operation = operation
    // The result has the first two.
    for place in operation.operands.indices { registers.append(2 + place * 2) }
    lanes = Lanes(registers: 2 + operation.operands.count * 2, exits: 0, hasTexts: true)
    kernel = operation.make(Slots(result: 0, operands: registers))
  }

  /// The results, and the rows that were marked.
  func run(_ batch: RecordBatch, _ first: Int, _ count: Int) throws -> (Column, marked: [Int]) {
    lanes.begin(rows: count)
    for register in 0..<2 + operation.operands.count * 2 { lanes.isASCII[register] = true }
    for (place, register) in registers.enumerated() {
      let parameter = ProgramParameter(
        kind: operation.operands[place], type: Self.type(operation.operands[place]), register: register, validity: nil)
      ArgumentColumn(batch.columns[place], parameter)?.bind(lanes, first: first, count: count)
    }
    let rows = lanes.list()
    _ = kernel(lanes, Selection(rows: rows, count: count, isDense: true))
    let marked = (0..<count).filter { lanes.marks[$0] != 0 }
    let column: Column
    switch operation.result {
    case .text:
      let texts = Texts(lanes, 0)
      column = Column(
        (0..<count).map { row in
          String(decoding: UnsafeBufferPointer(start: texts[row].start, count: texts[row].count), as: UTF8.self)
        } as [String?])
    case .date:
      column = try OperationTests.temporal(
        .date32, (0..<count).map { Int32(truncatingIfNeeded: lanes.values(0, as: Int64.self)[$0]) })
    case .moment:
      column = try OperationTests.temporal(
        .timestamp(.microsecond, timeZone: nil), (0..<count).map { lanes.values(0, as: Int64.self)[$0] })
    case .float: column = Column((0..<count).map { lanes.values(0, as: Double.self)[$0] } as [Double?])
    case .bool: column = Column((0..<count).map { lanes.values(0, as: Int64.self)[$0] != 0 } as [Bool?])
    default: column = Column((0..<count).map { lanes.values(0, as: Int64.self)[$0] } as [Int64?])
    }
    return (column, marked)
  }

  private static func type(_ kind: Kind) -> UDFType {
    switch kind {
    case .int: .int
    case .float: .float
    case .bool: .bool
    case .date: .date
    case .moment: .timestamp(.microsecond, timeZone: nil)
    case .text, .none, .real, .span: .string
    }
  }
}
