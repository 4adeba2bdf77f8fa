import ArgumentParser
import Clutch
import Columnar
import Essentials
import Tabular

/// `clutch test`: the doctests of UDF files.
struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Run the doctests of UDF files where their functions run.",
    discussion: """
      The examples in the documentation of a file, its functions and its classes run in an isolated interpreter, or where \
      the file's packages need it in a worker process, under the policy and the limits that hold for its functions. Exits \
      with 1 if an example fails.

      Example:
        clutch test delays.py
      """)

  @Argument(help: "The UDF files.") var files: [String]
  @Option(
    help: ArgumentHelp(
      "How many seconds the examples of one text may take; 0 for any time.", valueName: "seconds"),
    transform: loadSeconds)
  var timeout = 60.0
  @Flag(name: .shortAndLong, help: "Also say which texts pass.") var verbose = false
  @OptionGroup var loading: LoadOptions

  func run() throws { try Signals.handled { signals in try run(signals) } }

  private func run(_ signals: Signals) throws {
    signals.tidy { RunningPrograms.end() }
    let doctests = UDFSource.Doctests(timeout: timeout > 0 ? timeout : nil)
    let sources = try loading.sources(files).map { $0.running(doctests) }
    _ = try loading.startPython(for: sources)
    let outcomes = try loading.load(sources, loading.options(interpreters: 1))
    let pools = outcomes.compactMap { try? $0.get() }
    defer { for pool in pools { pool.close() } }
    defer { reportDenials(of: pools) }
    signals.show { reportStacks(of: pools) }
    signals.stop { for pool in pools { pool.interrupt() } }
    let sink = OutputSink(descriptor: STDOUT_FILENO, name: "standard output")
    var total = Total()
    for (source, outcome) in zip(sources, outcomes) {
      switch outcome {
      case .success(let pool): try test(pool, &total, sink)
      case .failure(let error):
        total.broken += 1
        for problem in SourceProblem.all(in: source.name, source, error) { try sink.write("\(problem)\n") }
      }
    }
    try sink.write("\(total)\n")
    try sink.flush()
    if total.isFailure || outcomes.count < sources.count { throw ExitCode.failure }
  }

  private func test(_ pool: UDFPool, _ total: inout Total, _ sink: OutputSink) throws {
    let function = UDFSource.Doctests.function
    guard let index = pool.signatures.firstIndex(where: { $0.name == function }) else { return }
    // One that takes too long ends the call, and the others are run by another one.
    var done = 0
    while let problem = try run(index, of: pool, &done, &total, sink) {
      total.unfinished += 1
      try sink.write("\(pool.source.name): \(problem)\n")
      try sink.flush()
      done += 1
    }
  }

  /// Runs the doctests of a file from one on.
  ///
  /// - Returns: why one was not run to its end; nil when all have been run.
  private func run(
    _ function: Int, of pool: UDFPool, _ done: inout Int, _ total: inout Total, _ sink: OutputSink
  ) throws -> String? {
    let schema = Schema([Field(name: "first", type: .int64)])
    let batch = try RecordBatch(schema: schema, columns: [Column([Int64(done)])], rowCount: 1)
    let cursor = try pool.open(function, batch, CallOptions())
    do {
      while let drawn = try cursor.nextAndWait(1) {
        for tested in try Tested.rows(of: drawn.values) {
          done += 1
          total.add(tested)
          try report(tested, of: pool, sink)
        }
        if let failure = drawn.failures.first { return failure.traceback.isEmpty ? failure.summary : failure.traceback }
      }
      return nil
    } catch let error as UDFError where [.deadlineExceeded, .memoryExceeded, .workerDied].contains(error.code) {
      guard let place = error.exception?.traceback.last(where: { $0.file.hasPrefix("<doctest ") }) else {
        return error.message
      }
      let what = error.code == .deadlineExceeded ? "ran longer than \(timeout) s" : "failed: \(error.message)"
      return "\(place.file) \(what)"
    }
  }

  private func report(_ tested: Tested, of pool: UDFPool, _ sink: OutputSink) throws {
    let place = "\(pool.source.name):\(max(tested.line, 1)): \(tested.name)"
    if tested.failures > 0 {
      try sink.write("\(place): \(counted(tested.failures, "example")) failed\n\(tested.report)")
    } else if verbose, tested.examples > 0 {
      try sink.write("\(place): \(counted(tested.examples, "example")) passed\n")
    }
    try sink.flush()
  }

  /// What all files gave.
  private struct Total: CustomStringConvertible {
    private var texts = 0
    private var examples = 0
    private var failures = 0
    /// Files that do not load.
    var broken = 0
    /// Texts whose examples came to no end.
    var unfinished = 0

    var isFailure: Bool { failures > 0 || broken > 0 || unfinished > 0 }

    mutating func add(_ tested: Tested) {
      if tested.examples > 0 { texts += 1 }
      examples += tested.examples
      failures += tested.failures
    }

    var description: String {
      guard isFailure else {
        guard examples > 0 else { return "no doctests" }
        return "\(counted(examples, "example")) in \(counted(texts, "doctest")) passed"
      }
      var parts: [String] = []
      if examples > 0 { parts.append("\(failures) of \(counted(examples, "example")) failed") }
      if unfinished > 0 { parts.append("\(counted(unfinished, "doctest")) came to no end") }
      if broken > 0 { parts.append("\(counted(broken, "file")) could not be tested") }
      return parts.joined(separator: ", ")
    }
  }

  /// The examples of one text.
  private struct Tested {
    let name: String
    let line, examples, failures: Int
    let report: String

    static func rows(of batch: RecordBatch) throws -> [Tested] {
      func numbers(_ name: String) throws -> [Int64?] { try batch.column(named: name)?.toArray(of: Int64.self) ?? [] }
      func texts(_ name: String) throws -> [String?] { try batch.column(named: name)?.toArray(of: String.self) ?? [] }
      let (names, reports) = (try texts("name"), try texts("report"))
      let (lines, examples, failures) = (try numbers("line"), try numbers("examples"), try numbers("failures"))
      // A row of an error has no values.
      return names.indices.compactMap { row in
        guard let name = names[row], let line = lines[row], let count = examples[row], let failed = failures[row] else {
          return nil
        }
        return Tested(
          name: name, line: Int(line), examples: Int(count), failures: Int(failed), report: reports[row] ?? "")
      }
    }
  }
}
