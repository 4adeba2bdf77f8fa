import Clutch
import HostSupport
import PythonUDF
import Shell

/// What is told of the functions of a run when it is over: `--stats` and `--profile`.
final class RunReport {
  let profiler: FunctionProfiler?
  private let counts: FunctionCounts?
  private let stats: Bool
  /// Where the profile goes, open from the start: a file that cannot be written is told before the query runs.
  private let file: FileOutput?

  /// - Parameter profile: the profile's file; empty for none, nil for no profile.
  init(stats: Bool, profile: String?, _ signals: Signals) throws {
    self.stats = stats
    counts = stats || profile != nil ? FunctionCounts() : nil
    profiler = profile == nil ? nil : try FunctionProfiler()
    file = try profile.flatMap { $0.isEmpty ? nil : try signals.outputFile($0) }
  }

  /// Counts what functions do that are loaded in `body`.
  func counting<Value>(_ body: () throws -> Value) throws -> Value {
    try counts.map { try $0.counting(body) } ?? body()
  }

  /// Writes the profile's file.
  func writeProfile(of sql: String) throws {
    guard let profiler, let file else { return }
    let profile = SpeedscopeProfile(
      profiler.profiles, name: String(sql.prefix(200)), program: "clutch \(clutchVersion)")
    try file.sink.write(profile.text())
    try file.commit()
  }

  /// Shows the tables on standard error.
  func show(_ pools: [UDFPool]) {
    profiler?.stop()
    guard let counts else { return }
    if stats { StandardError.write(FunctionReport(of: pools, counts).lines.joined()) }
    if let profiler { StandardError.write(ProfileReport(of: pools, counts, profiler).lines.joined()) }
  }
}
