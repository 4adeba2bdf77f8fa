import Foundation
import TestSupport
import Testing

/// What is done at a terminal, and waited for; see `terminal.py`.
enum TerminalStep: Encodable {
  case send(String)
  case expect(String, times: Int = 1)
  /// The shell asks for the next line, for the time of this number.
  case prompt(Int)
  case resize(columns: Int, rows: Int)
  case signal(Int32)
  case hangUp
  case write(String, String)
  case appears(String)
  case end

  func encode(to encoder: any Encoder) throws {
    var words = encoder.unkeyedContainer()
    switch self {
    case .send(let text):
      try words.encode("send")
      try words.encode(text)
    case .expect(let text, let times):
      try words.encode("expect")
      try words.encode(text)
      try words.encode(times)
    case .prompt(let number):
      try words.encode("prompt")
      try words.encode(number)
    case .resize(let columns, let rows):
      try words.encode("resize")
      try words.encode(columns)
      try words.encode(rows)
    case .signal(let number):
      try words.encode("signal")
      try words.encode(number)
    case .hangUp: try words.encode("hangup")
    case .write(let file, let text):
      try words.encode("write")
      try words.encode(file)
      try words.encode(text)
    case .appears(let file):
      try words.encode("appears")
      try words.encode(file)
    case .end: try words.encode("end")
    }
  }
}

/// What came of a session at a terminal.
struct TerminalScreen: Decodable, CustomStringConvertible {
  /// With all that was scrolled off it, and without spaces at the ends of lines.
  let screen: String
  let bytes: String
  /// 128 and more are not added for signals: these are negative.
  let status: Int32?
  /// What was waited for in vain.
  let missing: String?

  var description: String { "waited for \(missing ?? "nothing") in vain; status \(status ?? -999)\n\(screen)" }

  /// The lines behind the greeting.
  var body: String {
    screen.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).joined(separator: "\n")
  }
}

/// A line editor that the shell can use.
enum EditorChoice: String, CaseIterable, CustomTestStringConvertible {
  case readline = "libreadline.so.8"
  case editline = "libedit.so.2"
  case none

  /// Those that are here.
  static let there = allCases.filter { $0 == .none || dlopen($0.rawValue, RTLD_NOW | RTLD_LOCAL) != nil }
  /// The libraries of them.
  static let libraries = there.filter { $0 != .none }

  var testDescription: String { rawValue }
}

extension Clutch {
  /// Runs the tool at a terminal.
  ///
  /// - Parameter lines: are typed one by one, each when the shell asks for it; then come the steps.
  func atTerminal(
    _ arguments: [String] = ["shell"], editor: EditorChoice? = nil, columns: Int = 80, rows: Int = 24,
    environment changes: [String: String?] = [:], typing lines: [String] = [], _ steps: [TerminalStep] = [.end]
  ) throws -> TerminalScreen {
    var environment: [String: String?] = [
      "HOME": folder, "TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": nil, "CLUTCH_HISTORY": nil, "XDG_STATE_HOME": nil,
      "INPUTRC": "/dev/null", "EDITRC": "/dev/null", "CLUTCH_EDITOR_LIBRARY": editor?.rawValue,
    ]
    for (name, value) in changes { environment[name] = value }
    var all = lines.enumerated().flatMap { number, line in
      [TerminalStep.prompt(number + 1), .send(line + "\r")]
    }
    all += steps
    let encoder = JSONEncoder()
    let input = String(decoding: try encoder.encode(all), as: UTF8.self)
    let end = try RunningProgram(
      "\(try Checkout.environment())/bin/python",
      [Self.file("terminal.py"), "\(columns)", "\(rows)", program] + arguments, in: folder,
      environment: self.environment(environment), input: input
    ).end(within: .seconds(200))
    guard let screen = try? JSONDecoder().decode(TerminalScreen.self, from: Data(end.output.utf8)) else {
      throw RunningProgram.Overdue(description: "\(end)")
    }
    return screen
  }
}
