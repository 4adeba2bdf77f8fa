/// The times of clocks from some moment on, as POSIX writes them: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRule: Sendable {
  /// How far the clocks are ahead of UTC, in seconds.
  private let standard: Int32
  private let summer: Summer?

  private struct Summer {
    let offset: Int32
    let start, end: Day
  }

  /// A day of each year, and a time on it, in seconds.
  private struct Day {
    enum Form {
      /// The month; the week in it, 5 for the last one; the day, 0 for Sunday.
      case weekday(Int64, Int64, Int64)
      /// From 1, as if 29 February were not there.
      case dayWithoutLeap(Int64)
      /// From 0.
      case day(Int64)
    }

    let form: Form
    let time: Int64

    /// The seconds from 1970 to that time in a year.
    func seconds(in year: Int64) -> Int64 {
      let january = ZoneRule.days(year, 1)
      let day: Int64
      switch form {
      case .day(let number): day = january + number
      case .dayWithoutLeap(let number):
        let isLeap = ZoneRule.days(year + 1, 1) - january == 366
        day = january + number - 1 + (isLeap && number > 59 ? 1 : 0)
      case .weekday(let month, let week, let weekday):
        let first = ZoneRule.days(year, month)
        let next = month == 12 ? ZoneRule.days(year + 1, 1) : ZoneRule.days(year, month + 1)
        // 1970 began on a Thursday.
        let weekdayOfFirst = ((first + 4) % 7 + 7) % 7
        let wanted = first + (weekday - weekdayOfFirst + 7) % 7 + (week - 1) * 7
        day = wanted < next ? wanted : wanted - 7
      }
      return day * 86_400 + time
    }
  }

  /// From 1970-01-01 to the first day of a month, in the Gregorian calendar.
  private static func days(_ year: Int64, _ month: Int64) -> Int64 {
    // Years that begin with March have the day that is not always there at their end.
    let year = month > 2 ? year : year - 1
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// A stretch of time around a moment, and the distance in it.
  func span(at seconds: Int64) -> (seconds: Range<Int64>, offset: Int32) {
    // Beyond, years overflow, and nobody knows the clocks.
    guard let summer, seconds.magnitude < 1 << 60 else { return (Int64.min..<Int64.max, standard) }
    let year = 1970 + seconds / 31_556_952
    var changes: [(moment: Int64, offset: Int32)] = []
    for year in year - 2...year + 2 {
      let start = (summer.start.seconds(in: year) - Int64(standard), summer.offset)
      let end = (summer.end.seconds(in: year) - Int64(summer.offset), standard)
      changes += start.0 < end.0 ? [start, end] : [end, start]
    }
    // Where summer has no end, that of a year and the next one's start are one moment, and the start counts.
    let next = changes.firstIndex { $0.moment > seconds } ?? changes.count - 1
    let last = changes[max(0, next - 1)]
    return (last.moment..<changes[next].moment, last.offset)
  }

  // MARK: Reading

  /// Nil for what is no such rule.
  init?(_ text: String) {
    var rest = Array(text.utf8)[...]
    guard Self.name(&rest), let standard = Self.time(&rest) else { return nil }
    self.standard = Int32(-standard)
    guard !rest.isEmpty else {
      summer = nil
      return
    }
    guard Self.name(&rest) else { return nil }
    var offset = -standard + 3_600
    if rest.first != UInt8(ascii: ",") {
      guard let given = Self.time(&rest) else { return nil }
      offset = -given
    }
    guard let start = Self.day(&rest), let end = Self.day(&rest), rest.isEmpty else { return nil }
    summer = Summer(offset: Int32(offset), start: start, end: end)
  }

  /// Letters, or anything between `<` and `>`.
  private static func name(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.first == UInt8(ascii: "<") else {
      let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
      rest = rest.dropFirst(letters.count)
      return letters.count >= 3
    }
    guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
    rest = rest[(end + 1)...]
    return true
  }

  private static func number(_ rest: inout ArraySlice<UInt8>, _ range: ClosedRange<Int64>) -> Int64? {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest = rest.dropFirst(digits.count)
    return Int64(String(decoding: digits, as: UTF8.self)).flatMap { range.contains($0) ? $0 : nil }
  }

  private static func skip(_ letter: Character, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.first == letter.asciiValue else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Hours, minutes and seconds, with a sign or without, in seconds.
  private static func time(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    let isNegative = skip("-", &rest)
    if !isNegative { _ = skip("+", &rest) }
    guard var seconds = number(&rest, 0...167) else { return nil }
    seconds *= 3_600
    for size: Int64 in [60, 1] where skip(":", &rest) {
      guard let part = number(&rest, 0...59) else { return nil }
      seconds += part * size
    }
    return isNegative ? -seconds : seconds
  }

  /// A comma, a day, and a time behind a slash if it is not two o'clock.
  private static func day(_ rest: inout ArraySlice<UInt8>) -> Day? {
    guard skip(",", &rest) else { return nil }
    let form: Day.Form
    if skip("M", &rest) {
      guard let month = number(&rest, 1...12), skip(".", &rest), let week = number(&rest, 1...5), skip(".", &rest),
        let weekday = number(&rest, 0...6)
      else { return nil }
      form = .weekday(month, week, weekday)
    } else if skip("J", &rest) {
      guard let number = number(&rest, 1...365) else { return nil }
      form = .dayWithoutLeap(number)
    } else {
      guard let number = number(&rest, 0...365) else { return nil }
      form = .day(number)
    }
    guard skip("/", &rest) else { return Day(form: form, time: 7_200) }
    return time(&rest).map { Day(form: form, time: $0) }
  }
}
