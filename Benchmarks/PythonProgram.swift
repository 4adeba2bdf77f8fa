import Foundation

/// A Python process that answers each line it is sent with a line.
final class PythonProgram {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let needs: String
  private var unread = Data()

  /// Starts a script of the folder `Python`.
  ///
  /// - Parameter needs: the package that it imports, for the message when it does not start.
  init(_ script: String, python: String, arguments: [String] = [], needs: String) throws {
    self.needs = needs
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [Self.path(of: script)] + arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  /// The path of a file of the folder `Python`.
  static func path(of file: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Python/\(file)").path
  }

  func send(_ line: String) { input.fileHandleForWriting.write(Data((line + "\n").utf8)) }

  /// Sends a line and waits for the answer.
  func ask(_ line: String) throws -> String {
    send(line)
    while !unread.contains(UInt8(ascii: "\n")) {
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw BenchmarkError("the Python process ended; is the package \(needs) there?") }
      unread += more
    }
    let answer = unread.prefix { $0 != UInt8(ascii: "\n") }
    unread = unread.dropFirst(answer.count + 1)
    return String(decoding: answer, as: UTF8.self)
  }

  func stop() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}

struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
