/// What comes of reading a line.
enum LineInput: Equatable {
  /// Without its end; of what was pasted there may be several lines in it.
  case line(String)
  /// Ctrl-C: what was typed is dropped.
  case interrupted
  /// Something else is to be done; `kept` has been typed and goes on afterwards.
  case woken(kept: String)
  /// Ctrl-D, or the terminal is gone, or the program is to end.
  case end
}

/// What completes the word that is being typed.
protocol LineCompleter: AnyObject {
  /// - Parameters:
  ///   - word: the end of what was typed that completions take the place of.
  ///   - text: all that was typed in the line up to the cursor, with the word.
  func completions(of word: String, in text: String) -> [String]
}

/// Reads lines from a terminal. Belongs to one thread.
protocol LineEditor: AnyObject {
  var completer: (any LineCompleter)? { get set }
  /// Waits for a line.
  ///
  /// - Parameter kept: what stands in the line already.
  func read(prompt: String, kept: String) -> LineInput
  /// Makes a text one that the arrow keys bring back.
  func remember(_ entry: String)
}

enum LineEditors {
  /// The best editor that there is: with a library if one is found.
  ///
  /// - Parameter choice: a library to take, or `none`; nil to look for one.
  static func make(_ wakeup: Wakeup, choice: String?) -> any LineEditor {
    guard choice != "none", Terminal.canMoveCursor, let library = EditorLibrary.find(choice) else {
      return PlainEditor(wakeup)
    }
    return LibraryEditor(library, wakeup)
  }
}
