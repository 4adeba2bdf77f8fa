import Essentials

/// Reads whole files of text, and what comes out of a command, and says what is wrong with one that it cannot read.
///
/// A named pipe has no end unless somebody makes one, a device often none at all, and nothing tells how long reading them
/// takes: they are refused. Pipes without a name are what shells make of `<(COMMAND)` and of `COMMAND | ... /dev/stdin`,
/// and end with the command.
package enum FileText {
  /// Why there is no text, to stand behind the file's name: "does not exist".
  package struct Problem: Error, CustomStringConvertible {
    package let description: String
  }

  /// - Parameters:
  ///   - path: absolute, or relative to the working directory.
  ///   - limit: how many bytes there may be.
  package static func read(_ path: String, atMost limit: Int) throws(Problem) -> String {
    guard !path.isEmpty else { throw Problem(description: "has no name: it is given as an empty text") }
    guard !path.utf8.contains(0) else { throw Problem(description: "has a zero byte in its name, which no file has") }
    var status = stat()
    // Before it is opened, which already does something to some devices.
    guard stat(path, &status) == 0 else { throw problem(of: path) }
    if let problem = problem(of: status, atMost: limit) { throw problem }
    var descriptor: Int32
    // Opening a named pipe waits for a writer otherwise.
    repeat {
      descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else { throw problem(of: path) }
    defer { close(descriptor) }
    guard fstat(descriptor, &status) == 0 else { throw problem(code: errno) }
    if let problem = problem(of: status, atMost: limit) { throw problem }
    if status.st_mode & S_IFMT == S_IFIFO {
      if ResolvedPath.ofDescriptor(descriptor)?.utf8.starts(with: "/".utf8) == true { throw unreadable("a named pipe") }
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    }
    return try text(of: descriptor, atMost: limit)
  }

  /// Why something is not read at all.
  private static func problem(of status: stat, atMost limit: Int) -> Problem? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: status.st_size > limit ? tooLarge(limit) : nil
    case S_IFIFO: nil
    case S_IFDIR: Problem(description: "is a folder")
    case S_IFSOCK: unreadable("a socket")
    default: unreadable("a device")
    }
  }

  private static func unreadable(_ kind: String) -> Problem {
    Problem(
      description: "is \(kind), which need not have an end: give a file, or the output of a command as <(COMMAND)")
  }

  private static func tooLarge(_ limit: Int) -> Problem {
    Problem(description: "is larger than \(ByteCount(limit)), which is the most that is read")
  }

  /// - Parameter limit: how many bytes there may be.
  package static func readStandardInput(atMost limit: Int) throws(Problem) -> String {
    try text(of: STDIN_FILENO, atMost: limit)
  }

  private static func text(of descriptor: Int32, atMost limit: Int) throws(Problem) -> String {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Essentials.read(descriptor, &piece, piece.count)
      if count == 0 { break }
      if count > 0 {
        guard bytes.count + count <= limit else { throw tooLarge(limit) }
        bytes += piece[..<count]
      } else if errno != EINTR {
        throw problem(code: errno)
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Problem(description: "is not UTF-8 text") }
    return text
  }

  /// The problem in `errno`, which must not have been touched since opening the file failed.
  private static func problem(of path: String) -> Problem {
    let code = errno
    guard code == ENOENT, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else {
      return problem(code: code)
    }
    return Problem(description: "is a symbolic link to \(target), which does not exist")
  }

  private static func problem(code: Int32) -> Problem {
    switch code {
    case ENOENT: Problem(description: "does not exist")
    case EISDIR: Problem(description: "is a folder")
    case EBADF: Problem(description: "cannot be read: it is closed")
    default: Problem(description: "cannot be read: \(String(cString: strerror(code)))")
    }
  }
}
