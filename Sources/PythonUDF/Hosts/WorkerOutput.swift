import HostSupport

/// What a worker, and native code in it, writes to standard error and standard output, as lines.
///
/// A line that is longer than `mostLine` is several. From where a process begins to say what it died of, lines are kept for the
/// error that says the same, and told only if there is none.
struct WorkerOutput {
  /// How many bytes a line may have.
  static let mostLine = 8 << 10
  /// How much is kept of what was written last.
  private static let mostKept = 16 << 10
  /// How many of its last lines an error shows, and of a report of a death, and how many characters of each.
  private static let (mostShown, mostOfReport, mostOfLine) = (12, 40, 400)
  /// What begins a report: ours, and those of Python.
  private static let reports = ["clutch: the process died of ", "Fatal Python error: "]

  /// What has no end yet; shorter than `mostLine`.
  private(set) var rest: [UInt8] = []
  private var last: [UInt8] = []
  /// The lines of a report.
  private var held: [String] = []

  /// - Parameter tell: told every line that is whole.
  mutating func add(_ bytes: [UInt8], _ tell: (String) -> Void) {
    last += bytes
    if last.count > 2 * Self.mostKept { last.removeFirst(last.count - Self.mostKept) }
    // What was there before has no end of a line.
    var next = rest.count
    var begin = 0
    rest += bytes
    while true {
      let limit = min(begin + Self.mostLine, rest.count)
      if let end = rest[next..<limit].firstIndex(of: 0x0A) {
        line(rest[begin..<end], tell)
        (begin, next) = (end + 1, end + 1)
      } else if limit - begin == Self.mostLine {
        let end = Self.boundary(rest[begin..<limit])
        line(rest[begin..<end], tell)
        (begin, next) = (end, limit)
      } else {
        break
      }
    }
    rest.removeSubrange(..<begin)
  }

  /// The last place that is not in a character of UTF-8.
  private static func boundary(_ bytes: ArraySlice<UInt8>) -> Int {
    let last = bytes.suffix(4).lastIndex { $0 & 0xC0 != 0x80 }
    guard let last, bytes[last] >= 0xC0, last > bytes.startIndex else { return bytes.endIndex }
    return last
  }

  private mutating func line(_ bytes: ArraySlice<UInt8>, _ tell: (String) -> Void) {
    if bytes.isEmpty, held.isEmpty { return }
    let text = String(decoding: bytes, as: UTF8.self)
    guard !held.isEmpty || Self.reports.contains(where: text.hasPrefix) else { return tell(text) }
    held.append(text)
    // No report is that long, so somebody only writes what looks like one.
    if held.count > 1_000 { tellHeld(tell) }
  }

  private mutating func tellHeld(_ tell: (String) -> Void) {
    let lines = held
    held = []
    for line in lines where !line.isEmpty { tell(line) }
  }

  /// Tells what has no end, when no more is expected.
  mutating func flush(_ tell: (String) -> Void) {
    line(rest[...], tell)
    rest = []
  }

  /// Comes to the end.
  ///
  /// - Parameter hasDied: whether there is an error that shows the last lines.
  mutating func end(hasDied: Bool, _ tell: (String) -> Void) {
    flush(tell)
    if hasDied { held = [] } else { tellHeld(tell) }
  }

  /// The last lines, for an error; of a report all.
  var lastLines: [String] {
    let lines = String(decoding: last.suffix(Self.mostKept), as: UTF8.self).split(separator: "\n")
    let report = lines.firstIndex { line in Self.reports.contains(where: line.hasPrefix) }
    let shown = report.map { lines[$0...].prefix(Self.mostOfReport) } ?? lines.suffix(Self.mostShown)
    return shown.map { String($0).cut(to: Self.mostOfLine) }
  }
}
