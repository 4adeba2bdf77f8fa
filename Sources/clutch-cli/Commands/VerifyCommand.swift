import ArgumentParser
import Clutch
import Columnar
import DuckDBEngine
import Essentials
import PythonUDF

/// `clutch verify`: whether what runs without Python gives what Python gives.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compare what runs without Python with what Python gives, bit for bit.",
    discussion: """
      Each function of the file that runs without Python is called twice for the same rows, and what it gives, or raises, is \
      compared. The rows are made up, with many that arithmetic and text handling trip over, or are those of a query.

      Example:
        clutch verify scores.py --data "SELECT dep_delay, arr_delay FROM 'flights.csv'"
      """)

  @Argument(help: "The UDF file.") var file: String
  @Option(
    help: ArgumentHelp("How many rows are made up for each function.", valueName: "count"),
    transform: wholeNumber(1...1_000_000_000))
  var rows = 100_000
  @Option(help: ArgumentHelp("Which rows are made up: the same for the same number.", valueName: "number"))
  var seed: UInt64 = 1
  @Option(
    help: ArgumentHelp(
      "A query whose columns are the arguments of the file's functions that take as many.", valueName: "query"))
  var data: String?
  @OptionGroup var duckdb: DuckDBOptions
  @OptionGroup var loading: LoadOptions

  /// What Python may take for a batch: some functions never end for values that nobody gives them.
  private static let limit = Duration.seconds(20)
  private static let batchRows = [2048, 1, 7, 1023, 1024, 1025, 2047, 2049, 5000]

  func run() throws { try Signals.handled { signals in try run(signals) } }

  private func run(_ signals: Signals) throws {
    let sources = try loading.sources([file])
    let installation = try loading.python.start()
    guard let source = sources.first else { return }
    let comparison = try VectorComparison(source, loading.options(interpreters: 1))
    defer { comparison.close() }
    // What is no text has no texts.
    let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    var (differences, compared) = (0, 0)
    for (index, signature) in comparison.signatures.enumerated() where signature.kind == .rows {
      do {
        guard let count = try compare(index, signature, comparison, text, installation) else { continue }
        guard count.rows > 0 else {
          say("\(signature.name): no rows, so nothing was compared")
          continue
        }
        compared += count.rows
        let share = (Double(count.vectorized) / Double(count.rows) * 1_000).rounded() / 10
        let rows = "\(count.rows) row\(count.rows == 1 ? "" : "s")"
        guard count.vectorized > 0 else {
          say("\(signature.name): \(rows), all of which Python runs; see clutch inspect for why")
          continue
        }
        say("\(signature.name): \(rows), \(count.vectorized) (\(share) %) without Python, all the same")
      } catch let difference as VectorComparison.Difference {
        differences += 1
        say("\(signature.name): DIFFERENT: \(difference)")
      } catch let long as VectorComparison.TooLong {
        say(
          "\(signature.name): left out, as Python takes longer than \(long.limit) for \(long.rows) of the rows; give it others "
            + "with --data, or a timeout with @udf(timeout=...)")
      }
    }
    if differences > 0 { throw ExitCode.failure }
    if compared == 0 { throw CommandError("nothing was compared") }
  }

  /// A line as soon as it is known, for a pipe too: the next function may take long.
  private func say(_ line: String) {
    print(line)
    fflush(nil)
  }

  /// Nil for a function that has been left out, which is said.
  private func compare(
    _ index: Int, _ signature: UDFSignature, _ comparison: VectorComparison, _ text: String,
    _ installation: PythonInstallation
  ) throws -> VectorComparison.Count? {
    var total = VectorComparison.Count()
    guard let data else {
      var columns = GeneratedColumns(seed: seed, source: text)
      var turn = 0
      while total.rows < rows {
        let size = min(Self.batchRows[turn % Self.batchRows.count], rows - total.rows)
        let nulls = [0, 0.02, 0.3, 0, 1][turn % 5]
        guard let batch = try columns.batch(for: signature, rows: size, nullShare: turn == 0 ? 0 : nulls)
        else {
          say("\(signature.name): left out, as no values are made up for its parameters; give it rows with --data")
          return nil
        }
        total.add(try comparison.compareToSmallest(index, batch, within: Self.limit))
        turn += 1
      }
      return total
    }
    let connection = try DuckDBDatabase(path: nil, library: duckdb.load(installation)).connect()
    let statements = try connection.execute(data)
    while let result = try statements.next() {
      guard result.kind == .rows else { continue }
      while let batch = try result.nextBatch() {
        guard signature.takes(batch) else {
          say("\(signature.name): left out, as the query's columns are not its arguments")
          return nil
        }
        total.add(try comparison.compareToSmallest(index, batch, within: Self.limit))
      }
    }
    return total
  }
}
