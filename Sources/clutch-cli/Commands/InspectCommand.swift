import ArgumentParser
import Clutch
import DuckDBEngine
import Environments
import Essentials
import HostSupport
import PythonUDF

/// `clutch inspect`: the functions of a UDF file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show the functions of a UDF file: SQL signature, null behaviour, documentation.",
    discussion: "The file is loaded where its functions would run, so its top-level code runs.")

  /// How the functions are shown.
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Argument(help: "The UDF file.") var file: String
  @Option(help: "The output format.") var format = Format.text
  @OptionGroup var loading: LoadOptions

  func run() throws { try Signals.handled { signals in try run(signals) } }

  private func run(_ signals: Signals) throws {
    signals.tidy { RunningPrograms.end() }
    let sources = try loading.sources([file])
    _ = try loading.startPython(for: sources)
    let pools = try loading.load(sources, loading.options(interpreters: 1)).map { try $0.get() }
    defer { for pool in pools { pool.close() } }
    defer { reportDenials(of: pools) }
    signals.show { reportStacks(of: pools) }
    let sink = OutputSink(descriptor: STDOUT_FILENO, name: "standard output")
    let functions = try pools.flatMap { pool in
      try pool.signatures.enumerated().map { (pool, $1, try pool.vectorReport(of: $0)) }
    }
    switch format {
    case .text: try sink.write(functions.map { describe($1, $2, in: $0) }.joined(separator: "\n\n") + "\n")
    case .json: try sink.write(try json(functions.map { entry($1, $2, in: $0) }) + "\n")
    }
    try sink.flush()
  }

  private func describe(_ signature: UDFSignature, _ report: VectorReport, in pool: UDFPool) -> String {
    var lines = ["\(signature.name)  (line \(signature.line))"]
    lines.append("  SQL    \(signature.sqlDescription)")
    lines.append("  nulls  \(signature.nullBehavior)")
    if let kind = signature.kindSummary { lines.append("  kind   \(kind)") }
    if let aggregate = signature.aggregate { lines.append("  states \(aggregate.summary)") }
    if let rows = signature.batchForm?.rows { lines.append("  rows   at most \(rows) in a call") }
    if let calls = signature.determinism.summary { lines.append("  calls  \(calls)") }
    if signature.errorMode != .raise { lines.append("  errors \(signature.errorMode.summary)") }
    if signature.result.hasPlainDecimal { lines.append("  digits \(signature.decimalSummary)") }
    if let limits = signature.timeouts.summary { lines.append("  time   at most \(limits)") }
    if let place = pool.placementSummary { lines.append("  runs   \(place)") }
    if let limit = signature.memoryLimit { lines.append("  memory at most \(ByteCount(limit))") }
    if signature.kind == .rows, pool.placement != .worker { lines += report.lines }
    if let summary = signature.summary { lines.append("  doc    \(summary.cut(to: TextLimit.message))") }
    return lines.joined(separator: "\n")
  }

  private func entry(_ signature: UDFSignature, _ report: VectorReport, in pool: UDFPool) -> Entry {
    Entry(
      name: signature.name, kind: signature.kind.rawValue, sql: signature.sqlDescription, line: signature.line,
      parameters: signature.parameters.map {
        Entry.Parameter(
          name: $0.name, type: $0.type.description, sqlType: $0.type.sqlName, optional: $0.isOptional,
          hasDefault: $0.hasDefault, variadic: $0.isVariadic)
      },
      columns: signature.kind == .table
        ? zip(signature.columns, signature.columnTypes).map {
          Entry.Column(name: $0.name, type: $1.type.description, sqlType: $1.type.sqlName)
        } : nil,
      aggregate: signature.aggregate.map {
        Entry.Aggregate(roles: $0.roles, state: $0.state?.description, movable: $0.isMovable)
      },
      result: Entry.Result(type: signature.result.description, sqlType: signature.result.sqlName),
      nulls: signature.nullBehavior, onError: signature.errorMode.rawValue,
      determinism: signature.determinism.rawValue, deterministic: signature.determinism == .deterministic,
      timeout: signature.timeouts.row?.inSeconds, batchTimeout: signature.timeouts.batch?.inSeconds,
      memoryLimit: signature.memoryLimit, retryRows: signature.retriesRows,
      batchRows: signature.batchForm?.rows, concurrency: signature.concurrency,
      declaredPlacement: signature.placement?.rawValue, placement: pool.placement.rawValue,
      placementReason: pool.placementReason, documentation: signature.documentation,
      vectorized: signature.kind != .rows
        ? nil
        : Entry.Vectorized(
          status: report.status.rawValue,
          reasons: report.reasons.map {
            Entry.Vectorized.Reason(line: $0.line, column: $0.column, construct: $0.construct, hint: $0.hint)
          })
    )
  }

  private func json(_ entries: [Entry]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(entries), as: UTF8.self)
  }

  /// One function in the JSON output, whose names stay even when those of the library change.
  private struct Entry: Encodable {
    struct Parameter: Encodable {
      let name, type, sqlType: String
      /// Whether a null is passed as None; whether the argument may be left out; whether it may be repeated.
      let optional, hasDefault, variadic: Bool
    }
    struct Column: Encodable { let name, type, sqlType: String }
    struct Aggregate: Encodable {
      /// What it can do: create, accumulate, retract, merge, finish.
      let roles: [String]
      /// The type of its states, if create_state says one.
      let state: String?
      /// Whether its states can be pickled.
      let movable: Bool
    }
    struct Result: Encodable { let type, sqlType: String }
    let name, kind, sql: String
    let line: Int
    let parameters: [Parameter]
    /// Of a table function.
    let columns: [Column]?
    /// Of an aggregate function.
    let aggregate: Aggregate?
    let result: Result
    let nulls, onError: String
    let determinism: String
    /// Whether `determinism` says so, as it was told before there were three states.
    let deterministic: Bool
    /// In seconds.
    let timeout, batchTimeout: Double?
    /// In bytes.
    let memoryLimit: Int?
    /// Whether the rows of a batch that failed are tried one by one.
    let retryRows: Bool
    /// How many rows of a batch a call gets at most.
    let batchRows: Int?
    /// How many rows of an async function may be under way at the same time.
    let concurrency: Int?
    /// Where the function says that its file runs: interpreter, worker, main.
    let declaredPlacement: String?
    /// Where it runs here, and why, if not in isolated interpreters as usual.
    let placement: String
    let placementReason: String?
    let documentation: String?
    /// Of a function that is called for each row.
    let vectorized: Vectorized?

    /// What of it runs without Python.
    struct Vectorized: Encodable {
      struct Reason: Encodable {
        let line, column: Int
        let construct: String
        let hint: String?
      }
      /// vectorized, partly (but for rows that reach one of the reasons), or python.
      let status: String
      let reasons: [Reason]
    }
  }
}

extension VectorReport {
  /// What is said of a function, if anything is to be.
  fileprivate var lines: [String] {
    switch status {
    case .vectorized: ["  vector without Python"]
    case .partly: ["  vector without Python, but for rows that reach"] + reasons.map { "         \($0.summary)" }
    case .python: reasons.map { "  vector no: \($0.summary)" }
    }
  }
}

extension UDFPool {
  /// Where its functions run and why; nil for where they usually do.
  fileprivate var placementSummary: String? {
    let place = "in \(placement.summary)"
    guard let placementReason else { return placement == .interpreter ? nil : place }
    return "\(place): \(placementReason)"
  }
}

extension UDFSignature {
  fileprivate var kindSummary: String? {
    concurrency.map { "async, at most \($0) row\($0 == 1 ? "" : "s") under way at the same time" } ?? kind.summary
  }

  fileprivate var decimalSummary: String {
    let (digits, rule) = (UDFType.Digits.standard, decimals ?? .exact)
    let excess = rule.rounds ? "more are rounded" : "more are an error"
    return "in SQL always \(digits.scale) after the point, whatever the arguments have, \(excess); else \(rule.advice)"
  }
}

extension FunctionKind {
  fileprivate var summary: String? {
    switch self {
    case .rows: nil
    case .batch: "called once for a batch of rows, with all values of each column"
    case .batches: "called once for all batches of a query, and gives a result for each"
    case .table: "gives rows of a table, as they are asked for"
    case .aggregate: "takes the rows of a group into a state, and gives a value for it"
    case .concurrent: rawValue
    }
  }
}

extension UDFSignature.Aggregate {
  fileprivate var summary: String {
    guard canMerge else {
      return "keep their rows in SQL, as it has no merge, and are made of them at the end"
    }
    let rows = canRetract ? "are merged, and rows can be taken back" : "are merged"
    guard !isMovable else { return rows }
    return state == nil
      ? "\(rows); they cannot be pickled, so all are in one interpreter"
      : "\(rows); they move as \(state?.description ?? "")"
  }
}

extension UDFDeterminism {
  fileprivate var summary: String? {
    switch self {
    case .unspecified: nil
    case .deterministic: "deterministic: rows with equal arguments share a call"
    case .volatile: "volatile: equal arguments may give other results"
    }
  }
}

extension UDFErrorMode {
  fileprivate var summary: String {
    switch self {
    case .raise: "an exception fails the query"
    case .null: "a row that fails is null, and is counted"
    case .collect: "the result is a struct of value and error"
    }
  }
}

extension UDFTimeouts {
  fileprivate var summary: String? {
    let limits = [row.map { "\($0.inSeconds) s for a row" }, batch.map { "\($0.inSeconds) s for a batch" }]
    return isEmpty ? nil : limits.compactMap { $0 }.joined(separator: ", ")
  }
}
