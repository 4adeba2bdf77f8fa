import ArgumentParser
import Clutch
import Essentials
import Tabular

/// `clutch check`: everything that is wrong with UDF files.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say everything that is wrong with UDF files, as FILE:LINE:COLUMN: MESSAGE.",
    discussion: """
      Each file is loaded where its functions would run, so its top-level code runs. Exits with 1 if anything is wrong.

      Example:
        clutch check delays.py geo.py
      """)

  /// How problems are shown.
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  @Argument(help: "The UDF files.") var files: [String]
  @Option(help: "The output format.") var format = Format.text
  @OptionGroup var loading: LoadOptions

  func run() throws { try Signals.handled { signals in try run(signals) } }

  private func run(_ signals: Signals) throws {
    signals.tidy { RunningPrograms.end() }
    var problems: [SourceProblem] = []
    var functions = 0
    let sources = try readable(&problems)
    if !sources.isEmpty {
      _ = try loading.startPython(for: sources)
      let outcomes = try loading.load(sources, loading.options(interpreters: 1))
      for (source, outcome) in zip(sources, outcomes) {
        switch outcome {
        case .success(let pool):
          functions += pool.signatures.count
          pool.close()
        case .failure(let error): problems += SourceProblem.all(in: source.name, source, error)
        }
      }
      for source in sources.dropFirst(outcomes.count) { complain("\(source.name) was not checked") }
    }
    let sink = OutputSink(descriptor: STDOUT_FILENO, name: "standard output")
    switch format {
    case .text: for problem in problems { try sink.write("\(problem)\n") }
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try sink.write(String(decoding: try encoder.encode(problems), as: UTF8.self) + "\n")
    }
    try sink.flush()
    if !problems.isEmpty {
      let files = Set(problems.map(\.file)).count
      complain("\(counted(problems.count, "problem")) in \(counted(files, "file"))")
      throw ExitCode.failure
    }
    if format == .text { complain("\(counted(files.count, "file")), \(counted(functions, "function")): no problems") }
  }

  /// The files that can be read, and whose block says nothing wrong.
  private func readable(_ problems: inout [SourceProblem]) throws -> [UDFSource] {
    // A declared function is looked for in all files.
    let groups = loading.declared.function.isEmpty ? files.map { [$0] } : [files]
    var sources: [UDFSource] = []
    for group in groups {
      do { sources += try loading.sources(group) } catch let error as UDFError {
        let named = group.first { error.message.contains($0) } ?? group[0]
        problems += SourceProblem.all(in: named, nil, error)
      }
    }
    return sources.filter { source in
      do {
        _ = try loading.discovery(for: [source])
        return true
      } catch {
        problems += SourceProblem.all(in: source.name, source, error)
        return false
      }
    }
  }
}

/// A number with what it counts: "1 file", "2 files".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
