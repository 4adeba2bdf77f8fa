/// Dates, times and intervals as DuckDB writes them, in the proleptic Gregorian calendar.
package enum TemporalText {
  private static let secondsPerDay: Int64 = 86_400

  package static func appendDate(days: Int32, to text: inout [UInt8]) {
    if !appendInfinity(days, to: &text) { appendDate(days: Int64(days), to: &text) }
  }

  static func appendDate(days: Int64, to text: inout [UInt8]) {
    // Counted from 0000-03-01 in eras of 400 years, so that the leap day is the last of its year.
    let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    NumberText.appendDigits(UInt64(year > 0 ? year : 1 - year), atLeast: 4, to: &text)
    text.append(UInt8(ascii: "-"))
    appendTwoDigits(month, to: &text)
    text.append(UInt8(ascii: "-"))
    appendTwoDigits(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, to: &text)
    if year <= 0 { text += " (BC)".utf8 }
  }

  /// A wall clock's time, or one in UTC, which is then said.
  package static func appendTimestamp(_ value: Int64, perSecond: Int64, isUTC: Bool, to text: inout [UInt8]) {
    if appendInfinity(value, to: &text) { return }
    let (seconds, units) = floorDivide(value, perSecond)
    appendTimestamp(seconds: seconds, units, of: perSecond, to: &text)
    if isUTC { text += "+00".utf8 }
  }

  static func appendTimestamp(seconds: Int64, _ units: Int64, of perSecond: Int64, to text: inout [UInt8]) {
    let (days, secondOfDay) = floorDivide(seconds, secondsPerDay)
    appendDate(days: days, to: &text)
    text.append(UInt8(ascii: " "))
    appendClock(seconds: secondOfDay, to: &text)
    appendFraction(units, of: perSecond, to: &text)
  }

  package static func appendTime(_ value: Int64, perSecond: Int64, to text: inout [UInt8]) {
    let (seconds, rest) = floorDivide(value, perSecond)
    appendClock(seconds: seconds, to: &text)
    appendFraction(rest, of: perSecond, to: &text)
  }

  package static func appendOffset(seconds: Int32, to text: inout [UInt8]) {
    text.append(seconds < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    let magnitude = Int64(seconds.magnitude)
    appendTwoDigits(magnitude / 3_600, to: &text)
    if magnitude % 3_600 != 0 {
      text.append(UInt8(ascii: ":"))
      appendTwoDigits(magnitude / 60 % 60, to: &text)
    }
    if magnitude % 60 != 0 {
      text.append(UInt8(ascii: ":"))
      appendTwoDigits(magnitude % 60, to: &text)
    }
  }

  /// - Parameter time: in addition to the months and days, in units of which `perSecond` make a second.
  package static func appendInterval(
    months: Int32, days: Int32, time: Int64, perSecond: Int64, to text: inout [UInt8]
  ) {
    let start = text.count
    for (count, name) in [(months / 12, "year"), (months % 12, "month"), (days, "day")] where count != 0 {
      if text.count > start { text.append(UInt8(ascii: " ")) }
      NumberText.append(count, to: &text)
      text.append(UInt8(ascii: " "))
      text += name.utf8
      if count.magnitude != 1 { text.append(UInt8(ascii: "s")) }
    }
    guard time != 0 || text.count == start else { return }
    if text.count > start { text.append(UInt8(ascii: " ")) }
    if time < 0 { text.append(UInt8(ascii: "-")) }
    let (seconds, units) = time.magnitude.quotientAndRemainder(dividingBy: UInt64(perSecond))
    appendClock(seconds: Int64(seconds), to: &text)
    appendFraction(Int64(units), of: perSecond, to: &text)
  }

  /// DuckDB's infinities are the largest number and its negative; the smallest one is not in use.
  static func appendInfinity<Value: FixedWidthInteger & SignedInteger>(_ value: Value, to text: inout [UInt8]) -> Bool {
    guard value == .max || value == -Value.max else { return false }
    text += value == .max ? "infinity".utf8 : "-infinity".utf8
    return true
  }

  static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  private static func appendClock(seconds: Int64, to text: inout [UInt8]) {
    appendTwoDigits(seconds / 3_600, to: &text)
    text.append(UInt8(ascii: ":"))
    appendTwoDigits(seconds / 60 % 60, to: &text)
    text.append(UInt8(ascii: ":"))
    appendTwoDigits(seconds % 60, to: &text)
  }

  /// As many digits as there are, whatever the unit.
  private static func appendFraction(_ units: Int64, of perSecond: Int64, to text: inout [UInt8]) {
    guard units != 0 else { return }
    let digits = String(perSecond).utf8.count - 1
    text.append(UInt8(ascii: "."))
    NumberText.appendDigits(UInt64(units), atLeast: digits, to: &text)
    while text.last == 48 { text.removeLast() }
  }

  private static func appendTwoDigits(_ value: Int64, to text: inout [UInt8]) {
    if value < 0 { return NumberText.append(value, to: &text) }
    NumberText.appendDigits(UInt64(value), atLeast: 2, to: &text)
  }
}

/// An interval as DuckDB stores it: the hours of its longest do not fit Arrow's nanoseconds.
package struct PackedInterval: BitwiseCopyable {
  package let months: Int32
  package let days: Int32
  package let microseconds: Int64
}
