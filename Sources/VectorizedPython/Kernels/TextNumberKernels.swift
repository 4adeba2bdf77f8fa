import Essentials

/// Numbers of texts.
enum TextNumberKernels {
  static let table: [Operation] = [
    Operation("int", [.text], .int, marks: "all but up to 18 digits with a sign", cost: 10, example: "int(x)", integer),
    Operation("float", [.text], .float, marks: "all but plain decimal numbers", cost: 20, example: "float(x)", float),
    // Whether these are numbers, or raise ValueError for sure.
    Operation("is int", [.text], .bool, marks: "what may be written in another way", cost: 10, test(isInteger)),
    Operation("is float", [.text], .bool, marks: "what may be written in another way", cost: 20, test(isFloat)),
  ]

  private static func test(_ body: @escaping @Sendable (TextView) -> Bool?) -> KernelMaker {
    { slots in
      { lanes, selection in
        let texts = Texts(lanes, slots.operands[0])
        return lanes.fill(slots.result, selection, as: Int64.self) { row in body(texts[row]).map { $0 ? 1 : 0 } }
      }
    }
  }

  /// Whether `int(text)` gives a number that `integer` gives too, or raises; nil where that is not known.
  @Sendable private static func isInteger(_ text: TextView) -> Bool? {
    let hasSign = text.count > 0 && (text.start[0] == 45 || text.start[0] == 43)
    if integer(text.dropFirst(hasSign ? 1 : 0)) >= 0 { return true }
    // Spaces around it, signs and underscores between digits may be right.
    var digits = 0
    for place in 0..<text.count {
      let byte = text.start[place]
      if byte &- 48 < 10 {
        digits += 1
      } else if byte != 43, byte != 45, byte != 95, !TextKernels.isSpace(byte) {
        return byte < 0x80 && text.isASCII ? false : nil
      }
    }
    return digits == 0 ? false : nil
  }

  /// Whether `float(text)` gives a number that `number` gives too, or raises; nil where that is not known.
  @Sendable private static func isFloat(_ text: TextView) -> Bool? {
    if number(text) != nil { return true }
    guard text.isASCII else { return nil }
    var digits = 0
    for place in 0..<text.count where text.start[place] &- 48 < 10 { digits += 1 }
    let plain = text.strippingStart.strippingEnd
    if digits == 0 {
      // Only these have none: inf, nan and infinity, with a sign.
      guard plain.count >= 3, plain.count <= 9 else { return false }
      let first = plain.start[plain.start[0] == 43 || plain.start[0] == 45 ? 1 : 0] | 0x20
      return first == 105 || first == 110 ? nil : false
    }
    for place in 0..<plain.count {
      let byte = plain.start[place]
      let isPart = byte &- 48 < 10 || byte == 43 || byte == 45 || byte == 46 || byte == 95 || byte | 0x20 == 101
      if !isPart { return false }
    }
    return nil
  }

  private static let integer: KernelMaker = { slots in
    let (result, operand) = (slots.result, slots.operands[0])
    return { lanes, selection in
      let results = lanes.values(result, as: Int64.self)
      let texts = Texts(lanes, operand)
      var fails = false
      selection.each { row in
        let text = texts[row]
        let isNegative = text.count > 0 && text.start[0] == 45
        let value = integer(text.dropFirst(text.count > 0 && (isNegative || text.start[0] == 43) ? 1 : 0))
        results[row] = isNegative ? 0 &- value : value
        if value < 0 {
          lanes.marks[row] = 1
          fails = true
        }
      }
      return fails
    }
  }

  /// What up to 18 digits mean; -1 for another text.
  @inline(__always)
  private static func integer(_ text: TextView) -> Int64 {
    switch text.count {
    case 4...8: return eight(text)
    case 9...16:
      let (high, low) = (integer(few: text.prefix(text.count - 8)), eight(text.dropFirst(text.count - 8)))
      return high < 0 || low < 0 ? -1 : high &* 100_000_000 &+ low
    case 1...18: return integer(few: text)
    default: return -1
    }
  }

  /// One digit after the other.
  @inline(__always)
  private static func integer(few text: TextView) -> Int64 {
    var (value, isNumber): (Int64, Bool) = (0, true)
    for place in 0..<text.count {
      let digit = text.start[place] &- 48
      isNumber = isNumber && digit < 10
      value = value &* 10 &+ Int64(digit)
    }
    return isNumber ? value : -1
  }

  /// Four to eight digits in one register, neighbours put together until it is one number.
  @inline(__always)
  private static func eight(_ text: TextView) -> Int64 {
    let bytes = UnsafeRawPointer(text.start)
    let first = UInt64(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
    // Some of these may be some of the first.
    let last = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: text.count &- 4, as: UInt32.self)))
    let unused = UInt64(truncatingIfNeeded: (8 &- text.count) &* 8)
    var digits = (first | last &<< (32 &- unused)) &<< unused
    digits |= 0x3030_3030_3030_3030 & ((1 &<< unused) &- 1)
    // A digit has 3 in its upper half, also with 6 added.
    let uppers: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    let others = (digits ^ 0x3030_3030_3030_3030) | ((digits &+ 0x0606_0606_0606_0606) ^ 0x3030_3030_3030_3030)
    digits = ((digits & 0x0F0F_0F0F_0F0F_0F0F) &* (10 &* 256 &+ 1)) &>> 8
    digits = ((digits & 0x00FF_00FF_00FF_00FF) &* (100 &* 65_536 &+ 1)) &>> 16
    digits = ((digits & 0x0000_FFFF_0000_FFFF) &* (10_000 &* 4_294_967_296 &+ 1)) &>> 32
    return others & uppers == 0 ? Int64(digits) : -1
  }

  private static let float: KernelMaker = { slots in
    { lanes, selection in
      let texts = Texts(lanes, slots.operands[0])
      return lanes.fill(slots.result, selection) { number(texts[$0]) }
    }
  }

  private static let powers: [Double] = (0...22).map { power in (0..<power).reduce(1.0) { value, _ in value * 10 } }

  /// A plain decimal number, rounded once; nil for all else that Python takes or refuses.
  static func number(_ text: TextView) -> Double? {
    var place = 0
    let isNegative = text.count > 0 && text.start[0] == 45
    if isNegative || (text.count > 0 && text.start[0] == 43) { place = 1 }
    var (digits, mantissa, scale, hasPoint, significant) = (0, UInt64(0), 0, false, 0)
    while place < text.count {
      let byte = text.start[place]
      if byte == 46, !hasPoint {
        hasPoint = true
      } else if byte &- 48 < 10 {
        digits += 1
        if significant > 0 || byte != 48 { significant += 1 }
        if significant <= 19 { mantissa = mantissa &* 10 &+ UInt64(byte &- 48) }
        if hasPoint { scale += 1 }
      } else {
        break
      }
      place += 1
    }
    guard digits > 0 else { return nil }
    if place == text.count, significant <= 15, scale <= 22 {
      // Both are exact, so that the quotient is rounded once.
      let value = Double(mantissa) / powers[scale]
      return isNegative ? -value : value
    }
    if place < text.count {
      guard text.start[place] | 0x20 == 101 else { return nil }
      place += 1
      if place < text.count, text.start[place] == 43 || text.start[place] == 45 { place += 1 }
      guard place < text.count, text.count - place <= 4 else { return nil }
      for at in place..<text.count where text.start[at] &- 48 >= 10 { return nil }
    }
    guard text.count < 64 else { return nil }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65) { copy -> Double? in
      guard let base = copy.baseAddress else { return nil }
      for at in 0..<text.count { copy[at] = CChar(bitPattern: text.start[at]) }
      copy[text.count] = 0
      var end: UnsafeMutablePointer<CChar>?
      let value = strtod(base, &end)
      // Where the locale has another point, it ends there.
      return end == base + text.count && value.isFinite ? value : nil
    }
  }
}
