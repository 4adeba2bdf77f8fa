public import Columnar

/// The states of an aggregate function, one for each group that rows have been taken for, in one interpreter.
///
/// Groups are numbers from 0, which the caller gives: they are places in a table, so small ones are cheap. A call takes a
/// batch of rows for any number of groups, and crosses into Python once. A group without rows has the state that
/// `create_state` makes.
///
/// One caller at a time: calls wait for the interpreter, which other calls may be using, but two that overlap may run in
/// either order. Every call has two forms, one that suspends its task, and one that blocks the thread of an engine. When the
/// interpreter had to be given up, because a function did not stop, its states are lost: every call throws `closed`.
/// Dropping the last reference drops the states.
public final class AggregateStates: Sendable {
  /// The function.
  public let signature: UDFSignature
  private let run: @Sendable (AggregateStep) async throws -> AggregateAnswer
  private let runAndWait: @Sendable (AggregateStep) throws -> AggregateAnswer
  private let soon: @Sendable (AggregateStep, @escaping @Sendable () -> Void) -> Void

  private let home: @Sendable () -> ObjectIdentifier?

  /// - Parameters:
  ///   - soon: begins a step, and waits for nothing; calls what it is given when that is done.
  ///   - home: what tells whether two of these are in one interpreter; nil before the first step.
  package init(
    _ signature: UDFSignature, run: @escaping @Sendable (AggregateStep) async throws -> AggregateAnswer,
    runAndWait: @escaping @Sendable (AggregateStep) throws -> AggregateAnswer,
    soon: @escaping @Sendable (AggregateStep, @escaping @Sendable () -> Void) -> Void,
    home: @escaping @Sendable () -> ObjectIdentifier?
  ) {
    self.home = home
    self.signature = signature
    self.run = run
    self.runAndWait = runAndWait
    self.soon = soon
  }

  deinit { soon(.close) {} }

  /// Takes rows into groups.
  ///
  /// - Parameters:
  ///   - batch: one column per parameter, in order.
  ///   - groups: for each row its group.
  ///   - signs: for each row 1, or -1 to take it back; nil for 1 in all of them.
  /// - Throws: `UDFError`: `wrongArguments` for columns that do not fit, or another number of groups than rows, or -1 for a
  ///   function without `retract`; and as `FunctionProvider.evaluate`. Where a row fails in the mode `null` or `collect` its
  ///   group has no value, and the others go on.
  public func accumulate(_ batch: RecordBatch, groups: [Int], signs: [Int8]? = nil) async throws {
    _ = try await run(try accumulating(batch, groups, signs))
  }

  /// The same while the calling thread waits.
  public func accumulateAndWait(_ batch: RecordBatch, groups: [Int], signs: [Int8]? = nil) throws {
    _ = try runAndWait(try accumulating(batch, groups, signs))
  }

  /// Merges the state of each group into that of another, pair by pair; those that are taken stay as they are.
  ///
  /// - Throws: `UDFError`: `wrongArguments` for lists of two lengths, or a function without `merge`.
  public func merge(_ groups: [Int], into targets: [Int]) async throws {
    _ = try await run(try Self.merging(groups, targets))
  }

  /// The same while the calling thread waits.
  public func mergeAndWait(_ groups: [Int], into targets: [Int]) throws {
    _ = try runAndWait(try Self.merging(groups, targets))
  }

  /// Gives the value of each group; the states stay as `finish` leaves them, so rows can be taken into them afterwards.
  public func finish(_ groups: [Int]) async throws -> UDFResult { try values(await run(.finish(groups, shared: []))) }

  /// The same while the calling thread waits.
  public func finishAndWait(_ groups: [Int]) throws -> UDFResult { try values(runAndWait(.finish(groups, shared: []))) }

  /// The states as a batch with a column `state`, for a checkpoint or another process: of the type that `create_state` is
  /// annotated with, else pickled. Where a group has failed, in the mode `null` or `collect`, a second column `error` says
  /// how.
  ///
  /// - Throws: `UDFError` with code `wrongResult` for a state that cannot be written so.
  public func exportStates(_ groups: [Int]) async throws -> RecordBatch {
    try states(await run(.export(groups, .annotated)))
  }

  /// The same while the calling thread waits.
  public func exportStatesAndWait(_ groups: [Int]) throws -> RecordBatch {
    try states(runAndWait(.export(groups, .annotated)))
  }

  /// Makes states of what `exportStates` gave, in this interpreter or another one; those that the groups had are lost. Pickled
  /// states can do anything when they are read, so take none from a stranger.
  public func importStates(_ states: RecordBatch, groups: [Int]) async throws {
    _ = try await run(.importing(states, groups: groups, .annotated))
  }

  /// The same while the calling thread waits.
  public func importStatesAndWait(_ states: RecordBatch, groups: [Int]) throws {
    _ = try runAndWait(.importing(states, groups: groups, .annotated))
  }

  /// Forgets states; a group that is used again begins anew.
  public func drop(_ groups: [Int]) async throws { _ = try await run(.drop(groups)) }

  /// The same while the calling thread waits.
  public func dropAndWait(_ groups: [Int]) throws { _ = try runAndWait(.drop(groups)) }

  // MARK: For engines

  /// What tells whether two of these are in one interpreter; nil before the first step.
  package var interpreter: ObjectIdentifier? { home() }

  package func performAndWait(_ step: AggregateStep) throws -> AggregateAnswer { try runAndWait(step) }

  /// Begins a step that gives states up, and waits for nothing.
  ///
  /// - Parameter done: called when it is done, or when the states are gone in any case.
  package func begin(_ step: AggregateStep, _ done: @escaping @Sendable () -> Void) { soon(step, done) }

  private func accumulating(_ batch: RecordBatch, _ groups: [Int], _ signs: [Int8]?) throws(UDFError) -> AggregateStep {
    if let wrong = groups.first(where: { $0 < 0 }) {
      throw UDFError(.wrongArguments, "UDF \(signature.name): \(wrong) is no group; groups are numbers from 0")
    }
    if let wrong = signs?.first(where: { $0 != 1 && $0 != -1 }) {
      throw UDFError(
        .wrongArguments, "UDF \(signature.name): \(wrong) is no sign; a sign is 1, or -1 to take a row back")
    }
    return .accumulate(batch, groups: groups, signs: signs)
  }

  private static func merging(_ groups: [Int], _ targets: [Int]) throws(UDFError) -> AggregateStep {
    guard groups.count == targets.count else {
      throw UDFError(.wrongArguments, "\(groups.count) groups cannot be merged into \(targets.count)")
    }
    return .merge(zip(groups, targets).map { StateMerge(source: $0, target: $1, outcome: $1) })
  }

  private func values(_ answer: AggregateAnswer) throws(UDFError) -> UDFResult {
    guard case .values(let values) = answer else { throw noAnswer }
    return values
  }

  private func states(_ answer: AggregateAnswer) throws(UDFError) -> RecordBatch {
    guard case .states(let states) = answer else { throw noAnswer }
    return states
  }

  private var noAnswer: UDFError { UDFError(.closed, "the states of UDF \(signature.name) are gone") }
}
