public import ArgumentParser
public import Clutch
import Essentials

/// The options of every command that calls functions: which, how many at once, and what becomes of rows that fail.
struct FunctionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A file of Python functions marked with @udf. May be given several times.", valueName: "file"))
  var udf: [String] = []
  @OptionGroup var loading: LoadOptions
  @Option(
    help: ArgumentHelp(
      "What a row does whose function fails: raise (the query fails), null, or collect (a struct of value and error).",
      discussion: "Default: what @udf(on_error=...) of the function says, which is raise."))
  var onError: UDFErrorMode?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many seconds a function may take for one row; then the query fails.",
      discussion: "Default: what @udf(timeout=...) of the function says, which is any time.", valueName: "seconds"),
    transform: seconds)
  var udfTimeout: Duration?
  @Option(
    help: ArgumentHelp("Append every row that fails to this file, as JSON lines with the arguments.", valueName: "file")
  )
  var deadLetters: String?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Threads of the database, and Python interpreters per UDF file: 1 to 256. Default: the number of cores.",
      valueName: "count"), transform: wholeNumber(1...256))
  var threads: Int?

  /// How many threads there are.
  var threadCount: Int { threads ?? min(ProcessInfo.processInfo.activeProcessorCount, 256) }

  /// Loads the files that `sources` of `loading` has read.
  ///
  /// - Parameters:
  ///   - profiler: what looks where the functions' time goes.
  ///   - problems: what else is wrong with functions, those of files that do not load too; asked if one does not.
  /// - Throws: everything that is wrong with all files.
  func load(
    _ sources: [UDFSource], profiler: FunctionProfiler? = nil, problems: ([any FunctionProvider]) throws -> [any Error]
  ) throws -> LoadedFunctions {
    // With a timeout no file shares its threads with the database.
    let group = sources.isEmpty || udfTimeout != nil ? nil : try ThreadGroup(count: threadCount, name: "udf")
    var options = loading.options(interpreters: threadCount, on: group)
    options.profiler = profiler
    let outcomes = try loading.load(sources, options)
    var (pools, failures, providers): ([UDFPool], [UDFError], [any FunctionProvider]) = ([], [], [])
    for outcome in outcomes {
      switch outcome {
      case .success(let pool):
        pools.append(pool)
        providers.append(pool)
      case .failure(let error):
        failures.append(error)
        if let functions = UnloadedFunctions(error) { providers.append(functions) }
      }
    }
    guard failures.isEmpty else {
      // What cannot be asked hides nothing of what is known.
      let further = providers.isEmpty ? [] : (try? problems(providers)) ?? []
      throw CommandError.joining(failures + further)
    }
    let letters = try deadLetters.map { try DeadLetters(path: $0) }
    return LoadedFunctions(pools, on: group, onError: onError, timeouts: UDFTimeouts(row: udfTimeout), letters)
  }
}

extension UDFErrorMode: ExpressibleByArgument {}
