import Clutch
import Foundation
import Synchronization

/// The file of `--dead-letters`: a line of JSON for every row that failed, as it fails.
final class DeadLetters: Sendable {
  private let file: Mutex<FileHandle>
  private let path: String
  private let failure = Mutex<String?>(nil)

  /// Opens the file; what is in it stays.
  ///
  /// - Throws: `CommandError` when it cannot be written.
  init(path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CommandError("The file for dead letters, \(path), cannot be written: \(String(cString: strerror(errno))).")
    }
    self.path = path
    file = Mutex(FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
  }

  /// Writes a row; called on several threads at once.
  func write(_ failure: UDFRowFailure) {
    let letter = Letter(
      function: failure.function, row: failure.row,
      error: Letter.Failure(
        type: failure.errorType, message: failure.message, line: failure.line, traceback: failure.traceback))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let encoded = try? encoder.encode(letter) else { return }
    // The arguments are JSON already.
    let arguments = "{\"arguments\":\(failure.arguments ?? "null"),"
    let line = Data(arguments.utf8) + encoded.dropFirst() + Data("\n".utf8)
    do { try file.withLock { try $0.write(contentsOf: line) } } catch {
      self.failure.withLock { $0 = $0 ?? "\(error.localizedDescription)" }
    }
  }

  /// - Throws: `CommandError` when a row could not be written.
  func check() throws {
    guard let reason = failure.withLock({ $0 }) else { return }
    throw CommandError("Not all rows that failed are in \(path): \(reason)")
  }

  private struct Letter: Encodable {
    struct Failure: Encodable {
      let type, message: String
      let line: Int?
      let traceback: String
    }
    let function: String
    /// In its batch.
    let row: Int
    let error: Failure
  }
}

/// Says on standard error how many rows became null, and the first few reasons.
func reportFailures(of pools: [UDFPool]) {
  for summary in pools.flatMap(\.failureSummaries) {
    var reasons: [String] = []
    for example in summary.examples {
      let reason = example.summary.split(separator: "\n").first.map(String.init) ?? example.errorType
      let place = example.line.map { " (line \($0))" } ?? ""
      if !reasons.contains(reason + place) { reasons.append(reason + place) }
    }
    let rows = summary.rows == 1 ? "row" : "rows"
    complain("\(summary.function): \(summary.failedRows) of \(summary.rows) \(rows) failed and became null:")
    for reason in reasons { StandardError.write("  \(reason)\n") }
    if summary.failedRows > summary.examples.count { StandardError.write("  ...\n") }
  }
}
