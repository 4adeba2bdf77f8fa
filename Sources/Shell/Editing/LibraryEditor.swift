import Essentials

/// Lines as readline or editline let them be typed.
final class LibraryEditor: LineEditor {
  var completer: (any LineCompleter)?
  private let library: EditorLibrary
  private let wakeup: Wakeup
  private var outcome: LineInput?

  /// The editor whose line is being typed. A library has one line, and calls back without saying whose: both happen on the
  /// thread that `read` was called on, and only while it runs.
  private nonisolated(unsafe) static weak var current: LibraryEditor?

  init(_ library: EditorLibrary, _ wakeup: Wakeup) {
    self.library = library
    self.wakeup = wakeup
    Terminal.useUTF8()
    wakeup.watchTerminal()
  }

  /// A text of several lines comes back as one, as far as that changes nothing.
  func remember(_ entry: String) { library.remember(entry) }

  func read(prompt: String, kept: String) -> LineInput {
    Self.current = self
    defer { Self.current = nil }
    outcome = nil
    library.begin(prompt) { LibraryEditor.receive($0) }
    if !kept.isEmpty { library.insert(kept) }
    while true {
      switch wakeup.wait(for: STDIN_FILENO) {
      case .input:
        library.readCharacter()
        if let outcome { return outcome }
      case .event(.interrupt):
        // Before the library puts the terminal back, which takes the cursor to the beginning of the line.
        put("^C\r\n")
        library.forget()
        return .interrupted
      case .event(.change):
        let typed = library.text.all
        library.forget()
        // What is said now stands in the place of the prompt, which comes again.
        put("\r\u{1B}[K")
        return .woken(kept: typed)
      case .event(.redraw): library.resize()
      case .event(.end), .hangUp:
        library.forget()
        return .end
      }
    }
  }

  private func put(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
  }

  // MARK: What the library calls

  /// A line is complete; nil for Ctrl-D.
  private static func receive(_ line: EditorLibrary.Line?) {
    guard let editor = current else { return free(line) }
    editor.outcome = line.map { .line(String(cString: $0)) } ?? .end
    free(line)
    // The terminal is as it was while what was typed runs.
    editor.library.end()
    if editor.outcome == .end { editor.put("\n") }
  }

  /// The completions of a word, in memory that the library frees.
  static func complete(_ word: UnsafePointer<CChar>?) -> EditorLibrary.Matches? {
    guard let editor = current, let word else { return nil }
    let found = editor.completer?.completions(of: String(cString: word), in: editor.library.text.beforeCursor) ?? []
    let last = found.first?.utf8.last
    let isOpen = last == UInt8(ascii: "(") || last == UInt8(ascii: "/") || last == UInt8(ascii: ".")
    return editor.library.matches(found, appending: isOpen ? nil : UInt8(ascii: " "))
  }
}
