import Columnar
import Functions
import PythonUDF
import Synchronization

/// The latest error of a function: SQL's own error has only its text. Any thread.
final class FailureNotes: Sendable {
  private let latest = Mutex<UDFError?>(nil)

  func note(_ error: any Error) {
    guard let error = error as? UDFError, error.exception != nil else { return }
    latest.withLock { $0 = error }
  }

  /// The error that is behind another one, which has its text; it is forgotten.
  func take(behind error: any Error) -> UDFError? {
    let latest = latest.withLock { $0.take() }
    return latest.flatMap { "\(error)".contains($0.message.prefix(200)) ? $0 : nil }
  }

  func forget() { latest.withLock { $0 = nil } }
}

/// Some functions of a source, whose errors are noted.
final class ChosenFunctions: FunctionProvider {
  let signatures: [UDFSignature]
  private let source: any FunctionProvider
  private let places: [Int]
  private let notes: FailureNotes

  var name: String { source.name }

  init(_ places: [Int], of source: any FunctionProvider, _ notes: FailureNotes) {
    self.places = places
    self.source = source
    self.notes = notes
    signatures = places.map { source.signatures[$0] }
  }

  private func noting<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch {
      notes.note(error)
      throw error
    }
  }

  func evaluate(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) async throws -> UDFResult {
    do { return try await source.evaluate(places[function], batch, options) } catch {
      notes.note(error)
      throw error
    }
  }

  func evaluateAndWait(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> UDFResult {
    try noting { try source.evaluateAndWait(places[function], batch, options) }
  }

  func open(_ function: Int, _ batch: RecordBatch, _ options: CallOptions) throws -> any TableCursor {
    try noting { try source.open(places[function], batch, options) }
  }

  func aggregate(_ function: Int, _ options: CallOptions) throws -> AggregateStates {
    try noting { try source.aggregate(places[function], options) }
  }

  func openStream(_ function: Int, _ options: CallOptions) throws -> any BatchStream {
    try noting { try source.openStream(places[function], options) }
  }
}
