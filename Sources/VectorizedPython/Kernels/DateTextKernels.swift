import Functions

/// Dates and moments as texts, and of texts.
enum DateTextKernels {
  static let table: [Operation] = [
    Operation(
      "str", [.date], .text, marks: TextMakingKernels.full, cost: 40, example: "str(x)",
      written(isoDate, isMoment: false)),
    Operation(
      "method.isoformat", [.date], .text, marks: TextMakingKernels.full, cost: 40, example: "x.isoformat()",
      written(isoDate, isMoment: false)),
    Operation(
      "str", [.moment], .text, marks: TextMakingKernels.full, cost: 60, example: "str(x)",
      written(isoDate + [.literal(" ")] + isoTime, isMoment: true)),
    Operation(
      "method.isoformat", [.moment], .text, marks: TextMakingKernels.full, cost: 60, example: "x.isoformat()",
      written(isoDate + [.literal("T")] + isoTime, isMoment: true)),
    Operation("strftime", [.date], .text, marks: "years below 1000", cost: 60, formatted(isMoment: false)),
    Operation("strftime", [.moment], .text, marks: "years below 1000", cost: 60, formatted(isMoment: true)),
    Operation(
      "date.fromisoformat", [.text], .date, marks: "all but YYYY-MM-DD", cost: 20, example: "date.fromisoformat(x)",
      readDate),
    Operation(
      "datetime.fromisoformat", [.text], .moment, marks: "all but YYYY-MM-DD and YYYY-MM-DD HH:MM:SS", cost: 30,
      example: "datetime.fromisoformat(x)", readMoment),
    Operation("strptime", [.text], .moment, marks: "all but as many digits as there can be", cost: 40, parsed),
    Operation("is isodate", [.text], .bool, marks: "what may be written in another way", cost: 20, testDate),
  ]

  private static let isoDate: [DatePiece] = [.year, .literal("-"), .month, .literal("-"), .day]
  private static let isoTime: [DatePiece] = [
    .hour, .literal(":"), .minute, .literal(":"), .second, .fractionIfAny,
  ]

  // MARK: Writing

  private static func written(_ pieces: [DatePiece], isMoment: Bool) -> KernelMaker {
    { slots in { lanes, selection in write(lanes, selection, slots, pieces, isMoment, isStrict: false) } }
  }

  private static func formatted(isMoment: Bool) -> KernelMaker {
    { slots in
      guard case .pieces(let pieces)? = slots.table else { return { _, _ in false } }
      return { lanes, selection in write(lanes, selection, slots, pieces, isMoment, isStrict: true) }
    }
  }

  /// - Parameter isStrict: whether a year below 1000 is left to Python, whose C library writes it in its own way.
  private static func write(
    _ lanes: Lanes, _ selection: Selection, _ slots: Slots, _ pieces: [DatePiece], _ isMoment: Bool, isStrict: Bool
  ) -> Bool {
    let values = lanes.values(slots.operands[0], as: Int64.self)
    let room = pieces.reduce(0) { $0 + $1.longest }
    return lanes.fillTexts(slots.result, selection) { row in
      let (number, time) = isMoment ? values[row].floorDivided(by: DateKernels.day) : (values[row], 0)
      let date = CivilDate(daysSinceEpoch: Int(number))
      guard !isStrict || date.year >= 1_000, let memory = lanes.arena.reserve(room) else { return nil }
      var end = memory
      for piece in pieces { piece.write(date, Int(number), Int(time), &end) }
      lanes.arena.take(end - memory)
      return TextView(start: UnsafePointer(memory), count: end - memory)
    }
  }

  // MARK: Reading

  private static func read(
    _ slots: Slots, _ body: @escaping @Sendable (TextView) -> Int64?
  ) -> Kernel {
    { lanes, selection in
      let texts = Texts(lanes, slots.operands[0])
      return lanes.fill(slots.result, selection) { body(texts[$0]) }
    }
  }

  private static let readDate: KernelMaker = { slots in read(slots) { day(of: $0) } }
  private static let readMoment: KernelMaker = { slots in read(slots) { moment(of: $0) } }

  private static let parsed: KernelMaker = { slots in
    guard case .pieces(let pieces)? = slots.table else { return { _, _ in false } }
    return read(slots) { DatePiece.read($0, pieces) }
  }

  /// `YYYY-MM-DD`; nil for all else.
  private static func day(of text: TextView) -> Int64? {
    guard text.count == 10, text.start[4] == 45, text.start[7] == 45, let year = digits(text, 0, 4),
      let month = digits(text, 5, 2), let day = digits(text, 8, 2)
    else { return nil }
    return DateKernels.dayNumber(year, month, day)
  }

  /// The same with a time behind a `T` or a space; nil for all else.
  private static func moment(of text: TextView) -> Int64? {
    guard text.count >= 10, let day = day(of: text.prefix(10)) else { return nil }
    if text.count == 10 { return day * DateKernels.day }
    guard text.count == 16 || text.count == 19 || text.count == 26, text.start[10] == 84 || text.start[10] == 32,
      text.start[13] == 58, let hour = digits(text, 11, 2), let minute = digits(text, 14, 2), hour < 24, minute < 60
    else { return nil }
    var time = (hour * 60 + minute) * 60_000_000
    if text.count > 16 {
      guard text.start[16] == 58, let second = digits(text, 17, 2), second < 60 else { return nil }
      time += second * 1_000_000
    }
    if text.count > 19 {
      guard text.start[19] == 46, let fraction = digits(text, 20, 6) else { return nil }
      time += fraction
    }
    return day * DateKernels.day + time
  }

  /// A number of so many digits; nil for others.
  static func digits(_ text: TextView, _ place: Int, _ count: Int) -> Int64? {
    guard place + count <= text.count else { return nil }
    var value: Int64 = 0
    for at in place..<place + count {
      let digit = text.start[at] &- 48
      guard digit < 10 else { return nil }
      value = value * 10 + Int64(digit)
    }
    return value
  }

  /// Whether a text is a date as above, or `date.fromisoformat` raises for sure.
  private static let testDate: KernelMaker = { slots in
    let kernel = read(slots) { text in
      if day(of: text) != nil { return 1 }
      guard text.isASCII else { return nil }
      // The other forms have no dashes, or a week; of those Python may read the beginning only.
      guard text.count == 10 else { return text.count == 7 || text.count == 8 ? nil : 0 }
      return text.start[4] == 45 && text.start[5] != 87 ? 0 : nil
    }
    return kernel
  }
}

/// A part of a format of dates.
enum DatePiece: Sendable {
  case literal(String), year, shortYear, month, day, dayOfYear, hour, minute, second, fraction, fractionIfAny

  /// Whether `strptime` takes each of them, once, for what the others do not say.
  static func canRead(_ pieces: [DatePiece]) -> Bool {
    var seen: Set<String> = []
    // Of a day without a year Python warns.
    let names = Set(pieces.map { "\($0)" })
    guard !names.contains("day") || names.contains("year") || names.contains("shortYear") else { return false }
    return pieces.allSatisfy { piece in
      switch piece {
      case .literal: true
      case .dayOfYear, .fractionIfAny: false
      case .year, .shortYear: seen.insert("year").inserted
      default: seen.insert("\(piece)").inserted
      }
    }
  }

  /// The pieces of a format of `strftime`; nil if it has others.
  static func pieces(_ format: String) -> [DatePiece]? {
    guard format.utf8.allSatisfy({ (1..<0x80).contains($0) }) else { return nil }
    var (pieces, literal, rest): ([DatePiece], String, Substring) = ([], "", format[...])
    func end() {
      if !literal.isEmpty { pieces.append(.literal(literal)) }
      literal = ""
    }
    while let character = rest.popFirst() {
      guard character == "%" else {
        literal.append(character)
        continue
      }
      guard let directive = rest.popFirst() else { return nil }
      if directive == "%" {
        literal.append("%")
        continue
      }
      guard let piece = Self.directives[directive] else { return nil }
      end()
      pieces.append(piece)
    }
    end()
    return pieces
  }

  private static let directives: [Character: DatePiece] = [
    "Y": .year, "y": .shortYear, "m": .month, "d": .day, "j": .dayOfYear, "H": .hour, "M": .minute, "S": .second,
    "f": .fraction,
  ]

  var longest: Int {
    switch self {
    case .literal(let text): text.utf8.count
    case .fractionIfAny: 7
    default: 6
    }
  }

  /// Writes it; `time` is in microseconds since midnight.
  @inline(__always)
  func write(_ date: CivilDate, _ number: Int, _ time: Int, _ end: inout UnsafeMutablePointer<UInt8>) {
    func write(_ value: Int, _ digits: Int) {
      var rest = value
      for place in (0..<digits).reversed() {
        end[place] = UInt8(truncatingIfNeeded: 48 + rest % 10)
        rest /= 10
      }
      end += digits
    }
    switch self {
    case .literal(let text):
      for byte in text.utf8 {
        end.pointee = byte
        end += 1
      }
    // What is computed along for rows without a value may have any year.
    case .year: write(abs(date.year), 4)
    case .shortYear: write(abs(date.year) % 100, 2)
    case .month: write(date.month, 2)
    case .day: write(date.day, 2)
    case .dayOfYear: write(abs(number - CivilDate(year: date.year, month: 1, day: 1).daysSinceEpoch) + 1, 3)
    case .hour: write(time / 3_600_000_000, 2)
    case .minute: write(time / 60_000_000 % 60, 2)
    case .second: write(time / 1_000_000 % 60, 2)
    case .fraction: write(time % 1_000_000, 6)
    case .fractionIfAny:
      guard time % 1_000_000 != 0 else { return }
      end.pointee = 46
      end += 1
      write(time % 1_000_000, 6)
    }
  }

  /// The moment that a text with all its digits is in a format; nil for others.
  static func read(_ text: TextView, _ pieces: [DatePiece]) -> Int64? {
    var (place, year, month, day, time): (Int, Int64, Int64, Int64, Int64) = (0, 1900, 1, 1, 0)
    for piece in pieces {
      func number(_ digits: Int, _ range: ClosedRange<Int64>) -> Int64? {
        guard let found = DateTextKernels.digits(text, place, digits), range.contains(found) else { return nil }
        place += digits
        return found
      }
      switch piece {
      case .literal(let literal):
        for byte in literal.utf8 {
          guard place < text.count, text.start[place] == byte else { return nil }
          place += 1
        }
      case .year:
        guard let found = number(4, 1...9_999) else { return nil }
        year = found
      case .shortYear:
        guard let found = number(2, 0...99) else { return nil }
        year = found + (found < 69 ? 2_000 : 1_900)
      case .month:
        guard let found = number(2, 1...12) else { return nil }
        month = found
      case .day:
        guard let found = number(2, 1...31) else { return nil }
        day = found
      case .hour:
        guard let found = number(2, 0...23) else { return nil }
        time += found * 3_600_000_000
      case .minute:
        guard let found = number(2, 0...59) else { return nil }
        time += found * 60_000_000
      case .second:
        guard let found = number(2, 0...59) else { return nil }
        time += found * 1_000_000
      case .fraction:
        guard let found = number(6, 0...999_999) else { return nil }
        time += found
      case .dayOfYear, .fractionIfAny: return nil
      }
    }
    guard place == text.count, let number = DateKernels.dayNumber(year, month, day) else { return nil }
    return number * DateKernels.day + time
  }
}
