import Essentials

/// A line editor's library, readline or editline, found at run time: neither is needed to build, and none to run.
///
/// Both have the interface that hands over one character at a time, so it is always our own loop that waits, and Ctrl-C is
/// an event of that loop. Their own handlers of signals, which jump out of the functions under way, stay off.
struct EditorLibrary {
  typealias Line = UnsafeMutablePointer<CChar>
  typealias LineHandler = @convention(c) (Line?) -> Void
  typealias Matches = UnsafeMutablePointer<Line?>
  typealias CompletionFunction = @convention(c) (UnsafePointer<CChar>?, Int32, Int32) -> Matches?

  private typealias Action = @convention(c) () -> Void
  private typealias Install = @convention(c) (UnsafePointer<CChar>, LineHandler) -> Void
  private typealias Take = @convention(c) (UnsafePointer<CChar>) -> Void
  private typealias Bind = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32

  private let installFunction: Install
  private let readFunction, removeFunction: Action
  private let historyFunction, insertFunction: Take
  private let redisplayFunction, resizeFunction: Action?
  private let buffer: UnsafeMutablePointer<Line?>
  private let cursor, completionIsOver, appendedCharacter: UnsafeMutablePointer<Int32>
  /// What readline asks for to forget the line under way.
  private let forgetting: [Action]

  /// The libraries that are looked for, in this order.
  private static var names: [String] {
    #if canImport(Darwin)
      [
        "/opt/homebrew/opt/readline/lib/libreadline.8.dylib", "/usr/local/opt/readline/lib/libreadline.8.dylib",
        "libedit.3.dylib",
      ]
    #else
      ["libreadline.so.8", "libedit.so.2", "libedit.so.0"]
    #endif
  }

  /// - Parameter choice: the library to take; nil to look for one.
  static func find(_ choice: String?) -> EditorLibrary? {
    for name in choice.map({ [$0] }) ?? names {
      // It stays loaded: it has changed the terminal, and knows how it was.
      if let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL), let library = EditorLibrary(handle) { return library }
    }
    return nil
  }

  private init?(_ handle: UnsafeMutableRawPointer) {
    func function<Function>(_ name: String, as: Function.Type) -> Function? {
      dlsym(handle, name).map { unsafeBitCast($0, to: Function.self) }
    }
    func variable<Value>(_ name: String, of: Value.Type) -> UnsafeMutablePointer<Value>? {
      dlsym(handle, name).map { $0.assumingMemoryBound(to: Value.self) }
    }
    guard let install = function("rl_callback_handler_install", as: Install.self),
      let read = function("rl_callback_read_char", as: Action.self),
      let remove = function("rl_callback_handler_remove", as: Action.self),
      let history = function("add_history", as: Take.self), let insert = function("rl_insert_text", as: Take.self),
      let buffer = variable("rl_line_buffer", of: Line?.self), let cursor = variable("rl_point", of: Int32.self),
      let over = variable("rl_attempted_completion_over", of: Int32.self),
      let appended = variable("rl_completion_append_character", of: Int32.self),
      let completion = variable("rl_attempted_completion_function", of: CompletionFunction?.self),
      let signals = variable("rl_catch_signals", of: Int32.self)
    else { return nil }
    (installFunction, readFunction, removeFunction) = (install, read, remove)
    (historyFunction, insertFunction) = (history, insert)
    redisplayFunction = function("rl_redisplay", as: Action.self)
    resizeFunction = function("rl_resize_terminal", as: Action.self)
    (self.buffer, self.cursor, completionIsOver, appendedCharacter) = (buffer, cursor, over, appended)
    forgetting = ["rl_free_line_state", "rl_callback_sigcleanup", "rl_cleanup_after_signal"].compactMap {
      function($0, as: Action.self)
    }
    signals.pointee = 0
    variable("rl_catch_sigwinch", of: Int32.self)?.pointee = 0
    // The library keeps the pointers for as long as it is there, which is for ever.
    variable("rl_readline_name", of: UnsafePointer<CChar>?.self)?.pointee = UnsafePointer(strdup("clutch"))
    let breaks = UnsafePointer(strdup(" \t\n\"'`@$><=;|&{(,)+-*%!?~^[]:"))
    for name in ["rl_completer_word_break_characters", "rl_basic_word_break_characters"] {
      variable(name, of: UnsafePointer<CChar>?.self)?.pointee = breaks
    }
    completion.pointee = { word, _, _ in LibraryEditor.complete(word) }
    // What is pasted comes as one text, and nothing of it runs before Enter.
    if let bind = function("rl_variable_bind", as: Bind.self) { _ = bind("enable-bracketed-paste", "on") }
  }

  // MARK: What the editor does

  func begin(_ prompt: String, _ handle: LineHandler) { installFunction(prompt, handle) }
  func readCharacter() { readFunction() }
  func end() { removeFunction() }
  func remember(_ entry: String) { historyFunction(entry) }

  func insert(_ text: String) {
    insertFunction(text)
    redisplayFunction?()
  }

  /// Draws the line anew for another width of the terminal.
  func resize() { resizeFunction?() }

  /// Drops the line under way, also in the middle of a search.
  func forget() {
    for action in forgetting { action() }
    removeFunction()
  }

  /// What has been typed, and what of it stands before the cursor.
  var text: (all: String, beforeCursor: String) {
    guard let line = buffer.pointee else { return ("", "") }
    let bytes = UnsafeBufferPointer(start: line, count: strlen(line)).map { UInt8(bitPattern: $0) }
    let end = max(0, min(Int(cursor.pointee), bytes.count))
    return (String(decoding: bytes, as: UTF8.self), String(decoding: bytes[..<end], as: UTF8.self))
  }

  /// Hands completions over. Without any nothing is completed, least of all with the names of files, as is their default.
  func matches(_ completions: [String], appending character: UInt8?) -> Matches? {
    completionIsOver.pointee = 1
    appendedCharacter.pointee = Int32(character ?? 0)
    guard let first = completions.first else { return nil }
    let common = completions.dropFirst().reduce(first) { String(zip($0, $1).prefix { $0 == $1 }.map(\.0)) }
    let all = completions.count == 1 ? [first] : [common] + completions
    // The library frees all of it with the C library's function.
    guard let list = calloc(all.count + 1, MemoryLayout<Line?>.stride) else { return nil }
    let matches = list.bindMemory(to: Line?.self, capacity: all.count + 1)
    for (index, text) in all.enumerated() { matches[index] = strdup(text) }
    return matches
  }
}
