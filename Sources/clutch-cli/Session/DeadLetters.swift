import Clutch
import Essentials
import Synchronization
import ThreadConfinement

/// The file of `--dead-letters`: a line of JSON for every row that failed, as it fails.
final class DeadLetters: Sendable {
  private let path: String
  private let descriptor: Int32
  /// Why a row could not be written; nothing is written after that. It is held while a row is written.
  private let failure = Mutex<String?>(nil)

  /// Opens the file; what is in it stays.
  ///
  /// - Throws: `CommandError` when it cannot be written.
  init(path: String) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CommandError("The file for dead letters, \(path), cannot be written: \(String(cString: strerror(errno))).")
    }
    self.path = path
  }

  deinit { close(descriptor) }

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
    self.failure.withLock { failure in
      if failure == nil { failure = append(line) }
    }
  }

  /// Writes a line, whole or not at all, and says why it cannot.
  private func append(_ line: Data) -> String? {
    var rest = line[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Essentials.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        let reason = String(cString: strerror(errno))
        // The disk is full, or the file as large as it may be: the piece that did fit is no line.
        let begun = off_t(line.count - rest.count)
        let end = lseek(descriptor, 0, SEEK_CUR)
        if begun > 0, end >= begun { _ = ftruncate(descriptor, end - begun) }
        return reason
      }
    }
    return nil
  }

  /// Lets the row that is being written come to its end, for half a second, and no other begin.
  func seal() {
    let isSealed = DispatchSemaphore(value: 0)
    DetachedThread.start { [self] in
      failure.withLock { _ in
        isSealed.signal()
        while true { sleep(1) }
      }
    }
    _ = isSealed.wait(timeout: .now() + 0.5)
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
