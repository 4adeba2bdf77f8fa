/// Dates, times and intervals as DuckDB writes them, in the proleptic Gregorian calendar.
enum TemporalText {
  private static let secondsPerDay: Int64 = 86_400

  static func appendDate(days: Int32, to text: inout String) {
    if appendInfinity(days, to: &text) { return }
    appendDate(days: Int64(days), to: &text)
  }

  static func appendTimestamp(
    _ value: Int64, _ unit: SQLValue.TimestampUnit, isUTC: Bool, to text: inout String
  ) {
    if appendInfinity(value, to: &text) { return }
    let unitsPerSecond = unit.rawValue
    let (seconds, units) = floorDivide(value, unitsPerSecond)
    let (days, secondOfDay) = floorDivide(seconds, secondsPerDay)
    appendDate(days: days, to: &text)
    text += " "
    appendClock(seconds: secondOfDay, to: &text)
    appendFraction(units, of: unitsPerSecond, to: &text)
    if isUTC { text += "+00" }
  }

  static func appendTime(nanoseconds: Int64, to text: inout String) {
    let (seconds, rest) = floorDivide(nanoseconds, 1_000_000_000)
    appendClock(seconds: seconds, to: &text)
    appendFraction(rest, of: 1_000_000_000, to: &text)
  }

  static func appendOffset(seconds: Int32, to text: inout String) {
    text += seconds < 0 ? "-" : "+"
    let magnitude = Int64(seconds.magnitude)
    appendTwoDigits(magnitude / 3_600, to: &text)
    if magnitude % 3_600 != 0 {
      text += ":"
      appendTwoDigits(magnitude / 60 % 60, to: &text)
    }
    if magnitude % 60 != 0 {
      text += ":"
      appendTwoDigits(magnitude % 60, to: &text)
    }
  }

  static func appendInterval(months: Int32, days: Int32, microseconds: Int64, to text: inout String) {
    var parts: [String] = []
    for (count, name) in [(months / 12, "year"), (months % 12, "month"), (days, "day")] where count != 0 {
      parts.append("\(count) \(name)\(count.magnitude == 1 ? "" : "s")")
    }
    if microseconds != 0 || parts.isEmpty {
      var clock = microseconds < 0 ? "-" : ""
      let magnitude = microseconds.magnitude
      appendClock(seconds: Int64(magnitude / 1_000_000), to: &clock)
      appendFraction(Int64(magnitude % 1_000_000), of: 1_000_000, to: &clock)
      parts.append(clock)
    }
    text += parts.joined(separator: " ")
  }

  /// DuckDB's infinities are the largest number and its negative; the smallest one is not in use.
  private static func appendInfinity<Value: FixedWidthInteger & SignedInteger>(
    _ value: Value, to text: inout String
  ) -> Bool {
    guard value == .max || value == -Value.max else { return false }
    text += value == .max ? "infinity" : "-infinity"
    return true
  }

  private static func appendDate(days: Int64, to text: inout String) {
    // Counted from 0000-03-01 in eras of 400 years, so that the leap day is the last of its year.
    let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    let shownYear = String(year > 0 ? year : 1 - year)
    text += String(repeating: "0", count: max(0, 4 - shownYear.count)) + shownYear + "-"
    appendTwoDigits(month, to: &text)
    text += "-"
    appendTwoDigits(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, to: &text)
    if year <= 0 { text += " (BC)" }
  }

  private static func appendClock(seconds: Int64, to text: inout String) {
    appendTwoDigits(seconds / 3_600, to: &text)
    text += ":"
    appendTwoDigits(seconds / 60 % 60, to: &text)
    text += ":"
    appendTwoDigits(seconds % 60, to: &text)
  }

  /// Microseconds have as many digits as they need; nanoseconds, too.
  private static func appendFraction(_ units: Int64, of unitsPerSecond: Int64, to text: inout String) {
    guard units != 0 else { return }
    var digits = String(String(unitsPerSecond + units).dropFirst())
    while digits.last == "0" { digits.removeLast() }
    text += "." + digits
  }

  private static func appendTwoDigits(_ value: Int64, to text: inout String) {
    text += value < 10 ? "0\(value)" : "\(value)"
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
