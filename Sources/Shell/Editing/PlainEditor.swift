import Essentials

/// Lines as the terminal itself lets them be typed: with a backspace and little else.
final class PlainEditor: LineEditor {
  var completer: (any LineCompleter)?
  private let wakeup: Wakeup
  private var waiting: [UInt8] = []
  private let input: Int32

  init(_ wakeup: Wakeup, input: Int32 = STDIN_FILENO) {
    self.wakeup = wakeup
    self.input = input
  }

  func remember(_ entry: String) {}

  func read(prompt: String, kept: String) -> LineInput {
    // What was typed before something else was shown still waits in the terminal.
    put(prompt)
    while true {
      if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: waiting[..<end], as: UTF8.self)
        waiting.removeFirst(end + 1)
        return .line(line)
      }
      switch wakeup.wait(for: input) {
      case .input:
        var piece = [UInt8](repeating: 0, count: 4_096)
        let count = Essentials.read(input, &piece, piece.count)
        if count > 0 {
          waiting += piece[..<count]
        } else if count == 0 || errno != EINTR {
          return .end
        }
      case .event(.interrupt):
        waiting = []
        put("\n")
        return .interrupted
      case .event(.change):
        put("\n")
        return .woken(kept: "")
      case .event(.redraw): continue
      case .event(.end), .hangUp: return .end
      }
    }
  }

  private func put(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
  }
}
