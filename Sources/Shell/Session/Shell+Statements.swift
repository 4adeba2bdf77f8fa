import DuckDBEngine
import Tabular

extension Shell {
  /// Runs one statement and prints its rows.
  func run(_ statement: String) throws {
    let (connection, interruption) = (connection, functions.interruption)
    completer.forget()
    functions.notes.forget()
    // Rows that are printed as they come would be mixed up with it.
    let progress = output.isOnTerminal && output.format != .table ? nil : host.showProgress(of: connection)
    defer { progress?.stop() }
    let start = ContinuousClock.now
    let statements = try connection.execute(statement)
    activity.set {
      connection.interrupt()
      interruption()
    }
    defer { activity.set(stop: nil) }
    while let result = try statements.next() {
      switch result.kind {
      case .rows:
        _ = try output.write(result, of: connection) { progress?.pause() }
        progress?.resume()
      case .changedRows(let count):
        progress?.pause()
        if isInteractive { say(palette.pale("\(count) \(count == 1 ? "row" : "rows") changed")) }
      case .nothing: break
      }
    }
    progress?.stop()
    if showsTime { say(palette.pale("\(Self.seconds(ContinuousClock.now - start)) s")) }
  }

  private static func seconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let thousandths = String(attoseconds / 1_000_000_000_000_000)
    return "\(seconds)." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
  }

  /// Loads a UDF file and says what has changed.
  func load(_ file: String) throws {
    defer { for (path, stamp) in functions.stamps { watch?.watch(path, since: stamp) } }
    let change = try functions.load(file, on: connection) { [activity] in activity.set(stop: $0) }
    completer.forget()
    guard isInteractive else { return }
    let count = "\(change.functionCount) \(change.functionCount == 1 ? "function" : "functions")"
    guard let names = change.names else { return say("\(change.file): \(count)") }
    let details = [("new", names.new), ("changed", names.changed), ("gone", names.gone)]
      .filter { !$1.isEmpty }.map { "\($0): \($1.joined(separator: ", "))" }
    say("\(change.file): loaded again, \(([count] + details).joined(separator: "; "))")
  }

  /// Loads those files again that have changed on disk.
  func loadChanged() {
    for path in watch?.takeChanged() ?? [] {
      guard let name = functions.name(of: path) else { continue }
      activity.begin()
      do { try load(name) } catch { show(error) }
    }
  }
}
