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
  private let probe: TraceProbe
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
    /// What was found, what guards it, and by the number of arguments a program, or that there is none.
    case read(String, FunctionGuard, [Int: Ready?])
    /// Left to Python for so many batches.
    indirect case resting(batches: Int, then: Phase)
    /// Left to Python for good.
    case never
  }

  /// A program with what it runs in.
  final class Ready {
    let program: VectorProgram
    let workspace = VectorWorkspace()
    private let watch: FunctionGuard
    private let probe: TraceProbe

    init(_ program: VectorProgram, _ watch: FunctionGuard, _ probe: TraceProbe) {
      (self.program, self.watch, self.probe) = (program, watch, probe)
    }

    /// Whether Python would still run what the program was made of, and nobody watches it.
    var holds: Bool { watch.holds && !probe.isTraced }
  }

  init(_ function: Int, _ signature: UDFSignature, _ probe: TraceProbe) {
    (self.function, self.signature, self.probe) = (function, signature, probe)
  }

  /// Reading a function takes as long as calling it for some thousands of rows.
  private static let enoughRows = 64
  /// How often it is read again after what it relies on has changed, before it rests.
  private static let mostAttempts = 4
  /// Row timeouts under this are watched by the row, which programs have no such thing as.
  private static let shortTimeout = Duration.milliseconds(100)

  /// What runs a batch; nil when Python does.
  func ready(for batch: RecordBatch, _ call: CallContext, of module: LoadedModule, in py: borrowing Python) -> Ready? {
    switch phase {
    case .never: return nil
    case .resting(let batches, let next):
      phase = batches > 1 ? .resting(batches: batches - 1, then: next) : next
      return nil
    case .waiting:
      seenRows += batch.rowCount
      guard seenRows >= Self.enoughRows else { return nil }
    case .read(_, let watch, let programs):
      if case .some(.none) = programs[batch.columns.count], watch.holds { return nil }
    }
    if let timeout = call.timeouts.row, timeout < Self.shortTimeout { return nil }
    let fields = batch.schema.fields
    guard (call.options.resultType?(signature.result) ?? signature.result.resolved(for: fields)) == signature.result,
      (try? signature.check(fields)) != nil, !probe.isTraced
    else { return nil }
    switch phase {
    case .read(_, let watch, _) where watch.holds: break
    default: read(module, py)
    }
    guard case .read(let syntax, let watch, var programs) = phase else { return nil }
    let count = fields.count
    if let known = programs[count] { return known.flatMap { $0.holds ? $0 : nil } }
    let program = try? VectorProgram(syntax, signature, argumentCount: count)
    let ready = program.flatMap { Self.isExact($0, module, py) ? Ready($0, watch, probe) : nil }
    programs[count] = .some(ready)
    phase = .read(syntax, watch, programs)
    return ready.flatMap { $0.holds ? $0 : nil }
  }

  private func read(_ module: LoadedModule, _ py: borrowing Python) {
    attempts += 1
    if attempts > Self.mostAttempts {
      // It changes all the time.
      phase = .resting(batches: Self.rest * attempts, then: .waiting)
    } else if case .found(let syntax, let watch)? = try? module.vectorSyntax(function, in: py) {
      phase = .read(syntax, watch, [:])
    } else {
      phase = .never
    }
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
    phase = .resting(batches: Self.rest, then: phase)
  }

  /// Of about so many rows Python computes one too.
  private static let samplePeriod = 9_973
  private var untilSample = samplePeriod / 2

  /// The row of a batch that Python is to compute too, so that a difference, which would be a fault of Clutch, does not go on
  /// for long; nil for none.
  func sample(of rows: Int) -> Int? {
    guard untilSample < rows else {
      untilSample -= rows
      return nil
    }
    defer { untilSample = Self.samplePeriod }
    return untilSample
  }

  /// Leaves the function to Python.
  func giveUp() { phase = .never }

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
