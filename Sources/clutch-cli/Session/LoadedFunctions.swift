import Clutch
import DuckDBEngine

/// The functions of a run, loaded, with what holds for all of them.
struct LoadedFunctions {
  let pools: [UDFPool]
  private let group: ThreadGroup?
  private let onError: UDFErrorMode?
  private let timeouts: UDFTimeouts
  private let letters: DeadLetters?

  /// - Parameters:
  ///   - group: the threads that the functions' interpreters live on, for the database's queries to run there too.
  ///   - onError: what a row does whose function fails; nil for what the function says. So it is with `timeouts`.
  ///   - letters: where rows that fail are written to.
  init(
    _ pools: [UDFPool], on group: ThreadGroup?, onError: UDFErrorMode?, timeouts: UDFTimeouts, _ letters: DeadLetters?
  ) {
    self.pools = pools
    self.group = group
    self.onError = onError
    self.timeouts = timeouts
    self.letters = letters
    if let letters { for pool in pools { pool.observeFailures { letters.write($0) } } }
  }

  /// Makes the functions SQL functions. The database is theirs alone.
  ///
  /// - Parameter names: the functions that it has, if that is known.
  /// - Throws: everything that keeps functions from being SQL functions.
  func register(on connection: DuckDBConnection, beside names: FunctionNames?) throws {
    var names = names
    for (index, pool) in pools.enumerated() {
      do throws(DuckDBError) {
        try connection.register(pool, onError: onError, timeouts: timeouts, beside: &names)
      } catch {
        let problems = try connection.registrationProblems(of: Array(pools[index...]), onError: onError, beside: names)
        throw CommandError.joining(problems.isEmpty ? [error] : problems)
      }
    }
    if let group, pools.contains(where: { $0.options.threads != nil }) { try connection.database.runQueries(on: group) }
  }

  /// What signals do to the functions: SIGUSR1 shows what they do, and the others leave whole lines of dead letters. What
  /// hangs in a query and cannot be left ends the tool.
  func watch(_ signals: Signals) {
    for pool in pools { pool.observeHangs { signals.end(with: $0) } }
    signals.show { [pools] in reportStacks(of: pools) }
    if let letters { signals.tidy { letters.seal() } }
  }

  /// Ends the functions that have something to do then, and says on standard error what became of the calls.
  func end() {
    for pool in pools { pool.closeIfNeeded() }
    for pool in pools { pool.settleLog() }
    reportFailures(of: pools)
    reportDenials(of: pools)
  }

  /// - Throws: `CommandError` when not all rows that failed could be written.
  func check() throws { try letters?.check() }
}
