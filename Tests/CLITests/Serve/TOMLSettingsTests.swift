import Foundation
import HostSupport
import TestSupport
import Testing

/// Settings in TOML, which anybody may write in any way.
@Suite(.timeLimit(.minutes(30))) struct TOMLSettingsTests {
  private static let seeds = [
    "files = [\"delays.py\", \"places.py\"]\nport = 8815\nmetrics-port = 9090\nwatch = true # a comment\n",
    "host = \"127.0.0.1\"\r\nport = 0x22_6f\r\n\"queue-seconds\" = 1.5\r\n'log-level'='none'\r\nwatch=false",
    "a = \"\"\"\nlong \\\n   text\\u00E9 \"\" \\\"\"\"\"\"\nb = '''raw \\ 'text'''' \nc = \"\\U0001F600\\t\\\\\"",
    "l = [ # one\n  1, +2, -3_000,\n  'x', \"y\", true,\n]\nm = []\nn = [inf, -nan, 1e3, 6.02e-2_3, 0.0, 0o17, 0b1_0]",
    "[table]\nx = 1\n[[tables]]\ny = {a = 1, b.c = [1, [2]]}\nd = 1979-05-27T07:32:00Z\nt = 07:32:00\nk.l = 1",
    "key = 'ä€😀' # ä\n\n\t # only a comment\nempty = \"\"\nzero = -0\nbig = 9223372036854775807\nlarger = 9223372036854775808",
    "[", "[[", "a", "a =", "= 1", "\"", "'''", "a = [", "a = {", "a = \"\\", "a = \"\\u12", "\u{FEFF}a = 1",
    "a = 1\ra = 2",
  ]

  /// The seeds cut at each place, and with pieces of themselves and of each other in all places.
  private static func texts(_ count: Int) -> [String] {
    var generator = SplitMix64(seed: 20)
    var texts = seeds.flatMap { seed in (0...seed.unicodeScalars.count).map { String(seed.unicodeScalars.prefix($0)) } }
    let pieces = [
      "[", "]", "\"", "'", "\"\"\"", "'''", "\\", "\n", "\r", "\r\n", "=", ",", "#", ".", "_", "+", "{", "}", "\0",
      "0", "e", "\\u", "true", " ", "\t", "\u{7F}", "é",
    ]
    for _ in 0..<count {
      var scalars = Array(seeds[Int.random(in: 0..<6, using: &generator)].unicodeScalars)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0...scalars.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: scalars.removeLast(scalars.count - place)
        case 1: scalars.removeSubrange(place..<min(scalars.count, place + Int.random(in: 1...4, using: &generator)))
        case 2: scalars.insert(contentsOf: (pieces.randomElement(using: &generator) ?? "").unicodeScalars, at: place)
        default:
          let other = Array((seeds.randomElement(using: &generator) ?? "").unicodeScalars)
          let start = Int.random(in: 0...other.count, using: &generator)
          scalars.insert(contentsOf: other[start..<min(other.count, start + 12)], at: place)
        }
      }
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars)
      texts.append(text)
    }
    return texts
  }

  @Test func `what is taken is what Python reads, and everything else is an error`() throws {
    let clutch = try Clutch()
    let texts = Self.texts(20_000)
    let path = try clutch.write("texts.json", String(decoding: try JSONEncoder().encode(texts), as: UTF8.self))
    let end = try clutch.shell("\(try Checkout.path(".venv/bin/python")) \(Clutch.file("toml_oracle.py")) \(path)")
    #expect(end.status == .exited(0), "\(end.errors)")
    let answers = try JSONDecoder().decode([[String: Expected]?].self, from: Data(end.output.utf8))
    try #require(answers.count == texts.count)
    var taken = 0
    for (text, expected) in zip(texts, answers) {
      var settings: [String: SettingValue]?
      do throws(TOMLSettings.Problem) { settings = try TOMLSettings.parse(text).mapValues(\.value) } catch {
        #expect(error.line >= 1 && error.column >= 1 && !error.reason.isEmpty)
      }
      taken += settings == nil ? 0 : 1
      let isSame =
        settings?.count == expected?.count
        && (settings ?? [:]).allSatisfy { name, value in expected?[name]?.is(value) == true }
      #expect(
        isSame, "\(text.debugDescription): \(String(describing: settings)), Python: \(String(describing: expected))")
    }
    #expect(taken > 2_000)
  }

  @Test(arguments: [
    ("[", "1:1: settings stand in no table"), ("port = 1\n[x]\n", "2:1: settings stand in no table"),
    ("port = \n", "1:8: expected is a value"), ("port = eight", "1:8: 'eight' is no value"),
    ("port = 1 2", "1:10: one setting stands in a line"), ("port = 1\nport = 2", "2:1: 'port' stands in line 1 too"),
    ("host = \"a", "1:8: the text has no closing quotes"), ("a = [1,\n", "1:5: the list has no end"),
    ("a = [[1]]", "1:6: a list holds"), ("a = {b = 1}", "1:5: a setting is a text"),
    ("a.b = 1", "1:2: no setting has parts"),
    ("a = 1979-05-27", "1:5: '1979-05-27' is no value"), ("a = 08", "1:5: '08' is no value"),
    ("a = \"\\q\"", "1:6: a backslash"), ("a = \"\u{1B}\"", "1:6: a text has a control character"),
  ])
  func `an error says where it is and what is wrong`(text: String, message: String) {
    #expect { try TOMLSettings.parse(text) } throws: { "\($0)".hasPrefix(message) }
  }

  /// A value as the oracle has it: its kind, and what it is.
  private enum Expected: Decodable {
    case scalar(String, String)
    case float(Double)
    case list([Expected])

    init(from decoder: any Decoder) throws {
      var parts = try decoder.unkeyedContainer()
      let kind = try parts.decode(String.self)
      if kind == "list" {
        self = .list(try parts.decode([Expected].self))
      } else if let text = try? parts.decode(String.self) {
        self = .scalar(kind, text)
      } else {
        self = .float(try parts.decode(Double.self))
      }
    }

    func `is`(_ value: SettingValue) -> Bool {
      switch (self, value) {
      case (.scalar("text", let expected), .text(let text)): return Array(expected.utf8) == Array(text.utf8)
      case (.scalar("truth", let expected), .truth(let truth)): return expected == "\(truth)"
      case (.scalar("number", let expected), .number(let number)):
        guard let expected = Double(expected), let number = Double(number) else { return false }
        return expected == number || expected.isNaN && number.isNaN
      case (.float(let expected), .number(let number)): return Double(number) == expected
      case (.list(let expected), .list(let values)):
        return expected.count == values.count && zip(expected, values).allSatisfy { $0.is($1) }
      default: return false
      }
    }
  }
}
