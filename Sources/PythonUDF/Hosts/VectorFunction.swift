import Columnar
import Functions
import PythonFunctions
import PythonRuntime
import Synchronization
import VectorizedPython

/// What is known of a function's programs in one interpreter.
final class VectorFunction {
  private let function: Int
  private let signature: UDFSignature
  private var phase = Phase.waiting
  private var seenRows = 0
  private var attempts = 0
  /// Of the batches since the last look.
  private var batches = 0
  private var rows = 0
  private var rerun = 0

  private enum Phase {
    /// Not read yet: until some rows have come that is not worth it.
    case waiting
    case read(String, FunctionGuard, [Int: Ready?])
    /// Left to Python for so many batches; nil for good.
    case resting(batches: Int?)
  }

  /// A program with what it runs in.
  final class Ready {
    let program: VectorProgram
    let workspace = VectorWorkspace()
    private let watch: FunctionGuard

    init(_ program: VectorProgram, _ watch: FunctionGuard) { (self.program, self.watch) = (program, watch) }

    /// Whether Python would still run what the program was made of, and nobody watches it.
    var holds: Bool { watch.holds && watch.isUntraced() }
  }

  init(_ function: Int, _ signature: UDFSignature) { (self.function, self.signature) = (function, signature) }

  /// Reading a function takes as long as calling it for some thousands of rows.
  private static let enoughRows = 64
  /// How often it is read again after what it relies on has changed.
  private static let mostAttempts = 4
  /// Row timeouts under this are watched by the row, which programs have no such thing as.
  private static let shortTimeout = Duration.milliseconds(100)

  /// What runs a batch; nil when Python does.
  func ready(for batch: RecordBatch, _ call: CallContext, of module: LoadedModule, in py: borrowing Python) -> Ready? {
    seenRows += batch.rowCount
    if let timeout = call.timeouts.row, timeout < Self.shortTimeout { return nil }
    let fields = batch.schema.fields
    guard (call.options.resultType?(signature.result) ?? signature.result.resolved(for: fields)) == signature.result,
      (try? signature.check(fields)) != nil
    else { return nil }
    switch phase {
    case .resting(nil): return nil
    case .resting(let batches?):
      phase = batches > 1 ? .resting(batches: batches - 1) : .waiting
      return nil
    case .waiting:
      guard seenRows >= Self.enoughRows else { return nil }
      read(module, py)
    case .read(_, let watch, _):
      if !watch.holds { read(module, py) }
    }
    guard case .read(let syntax, let watch, var programs) = phase else { return nil }
    let count = fields.count
    if let known = programs[count] { return known.flatMap { $0.holds ? $0 : nil } }
    let program = try? VectorProgram(syntax, signature, argumentCount: count)
    let ready = program.flatMap { Self.isExact($0, module, py) ? Ready($0, watch) : nil }
    programs[count] = .some(ready)
    phase = .read(syntax, watch, programs)
    return ready.flatMap { $0.holds ? $0 : nil }
  }

  private func read(_ module: LoadedModule, _ py: borrowing Python) {
    attempts += 1
    guard attempts <= Self.mostAttempts,
      case .found(let syntax, let watch)? = try? module.vectorSyntax(function, in: py)
    else {
      phase = .resting(batches: nil)
      return
    }
    phase = .read(syntax, watch, [:])
  }

  /// What share of a function's rows may be Python's before all are, how many batches decide that, and how many later it
  /// is tried again.
  private static let (mostRerun, trial, rest) = (0.75, 64, 1024)

  /// Notes how many rows of a batch were left to Python.
  func note(rows: Int, rerun: Int) {
    batches += 1
    self.rows += rows
    self.rerun += rerun
    guard batches >= Self.trial else { return }
    let isInVain = Double(self.rerun) > Double(self.rows) * Self.mostRerun
    (batches, self.rows, self.rerun) = (0, 0, 0)
    guard isInVain else { return }
    phase = .resting(batches: Self.rest)
    attempts = 0
  }

  // MARK: The C library

  /// Functions of the C library that have been compared with Python's, and whether they are the same.
  private static let compared = Mutex<[String: Bool]>([:])

  private static func isExact(_ program: VectorProgram, _ module: LoadedModule, _ py: borrowing Python) -> Bool {
    program.libraryFunctions.allSatisfy { name in
      if let known = compared.withLock({ $0[name] }) { return known }
      let samples = VectorProgram.samples(of: name)
      let differs = (try? module.differs(name, samples.arguments, samples.results, in: py)) ?? true
      compared.withLock { $0[name] = !differs }
      return !differs
    }
  }
}
