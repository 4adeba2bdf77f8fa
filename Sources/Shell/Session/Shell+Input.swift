import DuckDBEngine
import Essentials

/// Why a script ended: the place, and what was wrong there.
struct ScriptError: Error, CustomStringConvertible {
  let description: String

  /// - Parameters:
  ///   - file: nil for standard input.
  ///   - line: of the statement's first word.
  init(_ error: any Error, text: String, in file: String?, line: Int) {
    // DuckDB counts the lines of the statement that it was given.
    var place = line
    if let mark = text.ranges(of: "\nLINE ").last {
      let number = text[mark.upperBound...].prefix { $0.isNumber }
      if let inside = Int(number), inside > 0 { place += inside - 1 }
    }
    description = "\(file.map { "\($0), " } ?? "")line \(place): \(text)"
  }
}

extension Shell {
  // MARK: Typed

  func runTyped() throws {
    let environment = ProcessInfo.processInfo.environment
    let editor = LineEditors.make(wakeup, choice: environment["CLUTCH_EDITOR_LIBRARY"])
    editor.completer = completer
    var history = HistoryFile.path(in: environment).map { HistoryFile(path: $0) }
    do { for entry in try history?.load() ?? [] { editor.remember(entry) } } catch {
      history = nil
      show(error)
    }
    say(host.greeting)
    var cutter = StatementCutter()
    var typed = ""
    var kept = ""
    while hasExited == nil {
      loadChanged()
      completer.connection = connection
      completer.statement = typed
      let input = editor.read(prompt: Self.prompt(cutter, typed), kept: kept)
      kept = ""
      completer.connection = nil
      switch input {
      case .end: return
      case .interrupted: (cutter, typed) = (StatementCutter(), "")
      case .woken(let text): kept = text
      case .line(let text):
        activity.begin()
        output.begin()
        typed += text + "\n"
        let isComplete = runLines(text, &cutter)
        if !cutter.hasBegun && cutter.isBetweenStatements || !isComplete {
          // One that failed before the end of what was pasted takes the rest with it.
          cutter = StatementCutter()
          remember(typed, in: &history, editor)
          typed = ""
        }
      }
    }
  }

  /// Takes typed lines, and says whether none of their statements failed.
  private func runLines(_ text: String, _ cutter: inout StatementCutter) -> Bool {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      do { try take(String(line), &cutter, in: nil) } catch {
        show(error)
        return false
      }
      if hasExited != nil { return true }
    }
    return true
  }

  private func remember(_ typed: String, in history: inout HistoryFile?, _ editor: any LineEditor) {
    let entry = String(typed.reversed().drop { $0.isNewline || $0 == " " }.reversed())
    guard !entry.isEmpty, var kept = history else { return editor.remember(entry) }
    do {
      if try kept.add(entry) { editor.remember(entry) }
      history = kept
    } catch {
      history = nil
      editor.remember(entry)
      show(error)
    }
  }

  private static func prompt(_ cutter: StatementCutter, _ typed: String) -> String {
    switch cutter.inside {
    case .quotes(let quote, _): "     \(Character(Unicode.Scalar(quote)))> "
    case .dollarQuotes: "     $> "
    case .comment: "     *> "
    case .code, .lineComment: typed.isEmpty ? "clutch> " : "    ..> "
    }
  }

  // MARK: Read

  func runScript() throws { try run(ScriptInput(STDIN_FILENO, wakeup), in: nil) }

  /// Runs a file. Like the shell itself, it ends at the first error.
  func read(_ file: String) throws {
    guard depth < 16 else { throw ShellError(".read \(file): files read one another without an end.") }
    var status = stat()
    guard stat(file, &status) == 0 else { throw ShellError(".read \(file): \(String(cString: strerror(errno))).") }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw ShellError(".read \(file): it is a folder.") }
    let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw ShellError(".read \(file): \(String(cString: strerror(errno))).") }
    defer { close(descriptor) }
    _ = fcntl(descriptor, F_SETFL, 0)
    depth += 1
    defer { depth -= 1 }
    try run(ScriptInput(descriptor, wakeup), in: file)
  }

  private func run(_ input: ScriptInput, in file: String?) throws {
    var cutter = StatementCutter()
    while hasExited == nil, let line = try input.next(in: file) {
      guard !activity.isInterrupted else { throw ShellError("interrupted") }
      try take(line, &cutter, in: .some(file), at: input.line)
    }
    if hasExited == nil, let rest = cutter.end() { try run(rest, in: .some(file)) }
  }

  // MARK: Lines

  /// Takes a line without its end, and runs what it completes.
  ///
  /// - Parameters:
  ///   - file: for a script its file, or nil in it for standard input; nil for what is typed.
  ///   - number: of the line in the script.
  private func take(_ line: String, _ cutter: inout StatementCutter, in file: String??, at number: Int = 0) throws {
    if cutter.isBetweenStatements, let command = Self.command(in: line, isTyped: file == nil) {
      // What stands in front of it was spaces and comments. Lines go on being counted.
      _ = cutter.add([UInt8(ascii: "\n")])
      do { try perform(command) } catch {
        throw error is ScriptError || file == nil
          ? error : ScriptError(error, text: "\(error)", in: file ?? nil, line: number)
      }
      return
    }
    for statement in cutter.add((line + "\n").utf8) {
      guard hasExited == nil else { return }
      try run(statement, in: file)
    }
  }

  private func run(_ statement: StatementCutter.Statement, in file: String??) throws {
    guard !activity.isInterrupted else { throw ShellError("interrupted") }
    do { try run(statement.text) } catch {
      guard let file else { throw error }
      let text = errors.text(of: error, behind: functions.notes.take(behind: error))
      let plain = text.dropFirst("\(errors.palette.failure("Error:")) ".count).dropLast()
      throw ScriptError(error, text: String(plain), in: file, line: statement.line)
    }
  }
}

/// The lines of a script, as they come.
final class ScriptInput {
  /// Of the line that came last, counted from 1.
  private(set) var line = 0
  private let descriptor: Int32
  private let wakeup: Wakeup
  private var waiting: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  init(_ descriptor: Int32, _ wakeup: Wakeup) { (self.descriptor, self.wakeup) = (descriptor, wakeup) }

  /// The next line without its end; nil behind the last.
  func next(in file: String?) throws -> String? {
    var searched = start
    while true {
      if let end = waiting[searched...].firstIndex(of: UInt8(ascii: "\n")) { return try take(upTo: end, in: file) }
      searched = waiting.count
      if isAtEnd { return start < waiting.count ? try take(upTo: waiting.count, in: file) : nil }
      if start > 0 {
        waiting.removeFirst(start)
        searched -= start
        start = 0
      }
      try readMore(file)
    }
  }

  private func take(upTo end: Int, in file: String?) throws -> String {
    line += 1
    var bytes = waiting[start..<end]
    start = min(end + 1, waiting.count)
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw ShellError(
        "\(file.map { "\($0), " } ?? "")line \(line) is not UTF-8 text; save the script in that encoding.")
    }
    return text
  }

  private func readMore(_ file: String?) throws {
    switch wakeup.wait(for: descriptor, isTerminal: false) {
    case .event(.end), .event(.interrupt): throw ShellError("interrupted")
    case .event: return
    case .hangUp: isAtEnd = true
    case .input:
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      let count = Essentials.read(descriptor, &piece, piece.count)
      if count > 0 {
        waiting += piece[..<count]
      } else if count == 0 {
        isAtEnd = true
      } else if errno != EINTR, errno != EAGAIN {
        throw ShellError("\(file ?? "Standard input") cannot be read: \(String(cString: strerror(errno))).")
      }
    }
  }
}
