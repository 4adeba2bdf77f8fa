import Functions

/// Dates as days from 1970-01-01, moments without a time zone as microseconds from its midnight, and spans as microseconds:
/// within the years 1 to 9999, as Python has them.
enum DateKernels {
  static let table: [Operation] = fields + arithmetic + logic + comparisons

  static let day: Int64 = 86_400_000_000
  static let days = Int64(CivilDate.pythonDays.lowerBound)...Int64(CivilDate.pythonDays.upperBound)
  static let moments = days.lowerBound * day...days.upperBound * day + (day - 1)

  // MARK: Parts

  private static let fields: [Operation] =
    [
      field("year", Year.self), field("month", Month.self), field("day", Day.self),
    ].flatMap(\.self) + [
      Operation(".hour", [.moment], .int, cost: 8, example: "x.hour", unary(Hour.self)),
      Operation(".minute", [.moment], .int, cost: 8, example: "x.minute", unary(Minute.self)),
      Operation(".second", [.moment], .int, cost: 8, example: "x.second", unary(Second.self)),
      Operation(".microsecond", [.moment], .int, cost: 8, example: "x.microsecond", unary(Microsecond.self)),
      Operation("method.date", [.moment], .date, cost: 4, example: "x.date()", unary(DateOf.self)),
      Operation(".days", [.span], .int, cost: 4, unary(DateOf.self)),
      Operation(".seconds", [.span], .int, cost: 8, unary(SecondsOfDay.self)),
      Operation(".microseconds", [.span], .int, cost: 8, unary(Microsecond.self)),
      Operation(
        "method.total_seconds", [.span], .float, marks: "spans of more than 285 years", cost: 4,
        checked(TotalSeconds.self)),
    ]
    + [
      method("weekday", Weekday.self), method("isoweekday", ISOWeekday.self), method("toordinal", Ordinal.self),
      method("isocalendar()[0]", ISOYear.self), method("isocalendar()[1]", ISOWeek.self),
    ].flatMap(\.self)

  private static func field<Part: DatePart>(_ name: String, _: Part.Type) -> [Operation] {
    [
      Operation(".\(name)", [.date], .int, cost: 10, example: "x.\(name)", unary(OfDate<Part>.self)),
      Operation(".\(name)", [.moment], .int, cost: 14, example: "x.\(name)", unary(OfMoment<Part>.self)),
    ]
  }

  private static func method<Part: DatePart>(_ name: String, _: Part.Type) -> [Operation] {
    let example = "x.\(name)" + (name.hasSuffix("]") ? "" : "()")
    return [
      Operation("method.\(name)", [.date], .int, cost: 10, example: example, unary(OfDate<Part>.self)),
      Operation("method.\(name)", [.moment], .int, cost: 14, example: example, unary(OfMoment<Part>.self)),
    ]
  }

  /// Something of a day.
  protocol DatePart {
    static func of(_ day: Int) -> Int
  }

  enum Year: DatePart { static func of(_ day: Int) -> Int { CivilDate(daysSinceEpoch: day).year } }
  enum Month: DatePart { static func of(_ day: Int) -> Int { CivilDate(daysSinceEpoch: day).month } }
  enum Day: DatePart { static func of(_ day: Int) -> Int { CivilDate(daysSinceEpoch: day).day } }
  /// 1970-01-01 was a Thursday; Monday is 0.
  enum Weekday: DatePart { static func of(_ day: Int) -> Int { (day + 3).floorDivided(by: 7).remainder } }
  enum ISOWeekday: DatePart { static func of(_ day: Int) -> Int { Weekday.of(day) + 1 } }
  /// January 1 of year 1 is 1.
  enum Ordinal: DatePart { static func of(_ day: Int) -> Int { day + 719_163 } }
  /// A week belongs to the year of its Thursday.
  enum ISOYear: DatePart { static func of(_ day: Int) -> Int { Year.of(day - Weekday.of(day) + 3) } }
  enum ISOWeek: DatePart {
    static func of(_ day: Int) -> Int {
      let thursday = day - Weekday.of(day) + 3
      return (thursday - CivilDate(year: Year.of(thursday), month: 1, day: 1).daysSinceEpoch) / 7 + 1
    }
  }

  enum OfDate<Part: DatePart>: UnaryOperation {
    static func apply(_ value: Int64) -> Int64 { Int64(Part.of(Int(value))) }
  }
  enum OfMoment<Part: DatePart>: UnaryOperation {
    static func apply(_ value: Int64) -> Int64 { Int64(Part.of(Int(value.floorDivided(by: day).quotient))) }
  }

  enum DateOf: UnaryOperation { static func apply(_ value: Int64) -> Int64 { value.floorDivided(by: day).quotient } }
  enum SecondsOfDay: UnaryOperation {
    static func apply(_ value: Int64) -> Int64 { value.floorDivided(by: day).remainder / 1_000_000 }
  }
  enum Hour: UnaryOperation { static func apply(_ value: Int64) -> Int64 { SecondsOfDay.apply(value) / 3_600 } }
  enum Minute: UnaryOperation { static func apply(_ value: Int64) -> Int64 { SecondsOfDay.apply(value) / 60 % 60 } }
  enum Second: UnaryOperation { static func apply(_ value: Int64) -> Int64 { SecondsOfDay.apply(value) % 60 } }
  enum Microsecond: UnaryOperation {
    static func apply(_ value: Int64) -> Int64 { value.floorDivided(by: 1_000_000).remainder }
  }

  /// Python divides the exact integers; a quotient of doubles is rounded as that is where both are exact.
  enum TotalSeconds: CheckedUnaryOperation {
    static func apply(_ value: Int64) -> (Double, fails: Bool) {
      (Double(value) / 1_000_000, value.magnitude > 1 << 53)
    }
  }

  // MARK: Arithmetic

  private static let outside = "results outside the years 1 to 9999"
  private static let large = "spans of more than 292,000 years"

  private static let arithmetic: [Operation] = [
    Operation("-", [.date, .date], .span, binary(DaysBetween.self)),
    Operation("-", [.moment, .moment], .span, binary(Between.self)),
    Operation("+", [.date, .span], .date, marks: outside, cost: 6, checked(DateAfter.self)),
    Operation("+", [.span, .date], .date, marks: outside, cost: 6, checked(AfterDate.self)),
    Operation("-", [.date, .span], .date, marks: outside, cost: 6, checked(DateBefore.self)),
    Operation("+", [.moment, .span], .moment, marks: outside, cost: 2, checked(MomentAfter.self)),
    Operation("+", [.span, .moment], .moment, marks: outside, cost: 2, checked(MomentAfter.self)),
    Operation("-", [.moment, .span], .moment, marks: outside, cost: 2, checked(MomentBefore.self)),
    Operation("+", [.span, .span], .span, marks: large, checked(IntegerKernels.Add.self)),
    Operation("-", [.span, .span], .span, marks: large, checked(IntegerKernels.Subtract.self)),
    Operation("*", [.span, .int], .span, marks: large, checked(IntegerKernels.Multiply.self)),
    Operation("*", [.int, .span], .span, marks: large, checked(IntegerKernels.Multiply.self)),
    Operation(
      "//", [.span, .span], .int, marks: "zero, or overflow", cost: 8, checked(IntegerKernels.FloorDivide.self)),
    Operation(
      "/", [.span, .span], .float, marks: "zero, or " + large, cost: 4, checked(FloatKernels.DivideIntegers.self)),
    Operation("neg", [.span], .span, marks: large, checked(IntegerKernels.Negate.self)),
    Operation("abs", [.span], .span, marks: large, checked(IntegerKernels.Absolute.self)),
    Operation(
      "date", [.int, .int, .int], .date, marks: "what is no date", cost: 12, example: "date(x, y, z)", makeDate),
    Operation(
      "datetime", [.int, .int, .int, .int, .int, .int, .int], .moment, marks: "what is no moment", cost: 20, makeMoment),
  ]

  enum DaysBetween: BinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> Int64 { (left &- right) &* day }
  }
  enum Between: BinaryOperation { static func apply(_ left: Int64, _ right: Int64) -> Int64 { left &- right } }

  /// Of a span only the whole days count.
  enum DateAfter: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      let found = left &+ DateOf.apply(right)
      return days.contains(found) ? (found, false) : (0, true)
    }
  }
  enum AfterDate: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) { DateAfter.apply(right, left) }
  }
  enum DateBefore: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      // The days of the span, rounded down, are taken off.
      let found = left &- DateOf.apply(right)
      return days.contains(found) ? (found, false) : (0, true)
    }
  }
  enum MomentAfter: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      let (found, fails) = left.addingReportingOverflow(right)
      return !fails && moments.contains(found) ? (found, false) : (0, true)
    }
  }
  enum MomentBefore: CheckedBinaryOperation {
    static func apply(_ left: Int64, _ right: Int64) -> (Int64, fails: Bool) {
      let (found, fails) = left.subtractingReportingOverflow(right)
      return !fails && moments.contains(found) ? (found, false) : (0, true)
    }
  }

  /// The days of a date; nil for what is none.
  @inline(__always)
  static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
    guard (1...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    let date = CivilDate(year: Int(year), month: Int(month), day: Int(day))
    let found = date.daysSinceEpoch
    // February 30 is the first or second of March.
    return day <= 28 || CivilDate(daysSinceEpoch: found) == date ? Int64(found) : nil
  }

  private static let makeDate: KernelMaker = { slots in
    { lanes, selection in
      let parts = slots.operands.map { lanes.values($0, as: Int64.self) }
      return lanes.fill(slots.result, selection) { dayNumber(parts[0][$0], parts[1][$0], parts[2][$0]) }
    }
  }

  private static let makeMoment: KernelMaker = { slots in
    { lanes, selection in
      let parts = slots.operands.map { lanes.values($0, as: Int64.self) }
      return lanes.fill(slots.result, selection, as: Int64.self) { row in
        let number = dayNumber(parts[0][row], parts[1][row], parts[2][row])
        let (hour, minute, second, micro) = (parts[3][row], parts[4][row], parts[5][row], parts[6][row])
        guard let number, (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second),
          (0...999_999).contains(micro)
        else { return nil }
        return number * day + ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro
      }
    }
  }

  // MARK: As all kinds

  private static let logic: [Operation] =
    [Kind.date, .moment, .span].flatMap { kind in
      [
        Operation("copy", [kind], kind, unary(LogicKernels.Copy.self)),
        Operation("select", [.bool, kind, kind], kind, LogicKernels.select),
      ]
    } + [Operation("truth", [.span], .bool, unary(LogicKernels.IntegerTruth.self))]

  private static let comparisons: [Operation] = [Kind.date, .moment, .span].flatMap { kind in
    let isKnown = kind != .span
    func row<Test: BinaryOperation>(_ name: String, _: Test.Type) -> Operation {
      Operation(name, [kind, kind], .bool, example: isKnown ? "x \(name) y" : nil, binary(Test.self))
    }
    return [
      row("<", ComparisonKernels.Less<Int64>.self), row("<=", ComparisonKernels.LessOrEqual<Int64>.self),
      row(">", ComparisonKernels.Greater<Int64>.self), row(">=", ComparisonKernels.GreaterOrEqual<Int64>.self),
      row("==", ComparisonKernels.Equal<Int64>.self), row("!=", ComparisonKernels.NotEqual<Int64>.self),
    ]
  }
}
