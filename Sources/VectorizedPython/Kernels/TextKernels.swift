import Essentials

/// Texts: what counts or classifies characters holds for ASCII only, mostly, and other rows are left to CPython. The texts that these make are parts of others, or are in the chunk's arena.
enum TextKernels {
  static let table: [Operation] = searches + parts + classes

  static let ascii = "characters that are not ASCII"

  // MARK: Numbers of characters, and places

  private static let searches: [Operation] = [
    Operation("len", [.text], .int, cost: 3, example: "len(x)", length),
    Operation(
      "str.count", [.text, .text], .int, cost: 20, example: "x.count(y)",
      number(2) { occurrences(of: $0[1], in: $0[0]) }),
    Operation(
      "str.find", [.text, .text], .int, cost: 15, example: "x.find(y)",
      number(2) { place($0[0], $0[0].find($0[1])) ?? -1 }),
    Operation(
      "str.rfind", [.text, .text], .int, cost: 20, example: "x.rfind(y)",
      number(2) { place($0[0], $0[0].findLast($0[1])) ?? -1 }),
    Operation(
      "str.index", [.text, .text], .int, marks: "what is not there", cost: 15, example: "x.index(y)",
      number(2) { place($0[0], $0[0].find($0[1])) }),
    Operation(
      "str.rindex", [.text, .text], .int, marks: "what is not there", cost: 20, example: "x.rindex(y)",
      number(2) { place($0[0], $0[0].findLast($0[1])) }),
    Operation(
      "ord", [.text], .int, marks: ascii + ", or not one", cost: 2, example: "ord(x)",
      number(1) { $0[0].count == 1 ? Int($0[0].start[0]) < 0x80 ? Int($0[0].start[0]) : nil : nil }),
  ]

  private static let length: KernelMaker = { slots in
    let (result, operand) = (slots.result, slots.operands[0])
    return { lanes, selection in
      let results = lanes.values(result, as: Int.self)
      let texts = Texts(lanes, operand)
      if lanes.isASCII[operand] {
        selection.each { results[$0] = texts.count($0) }
      } else {
        selection.each { results[$0] = texts[$0].characterCount }
      }
      return false
    }
  }

  /// A number of texts; nil leaves the row to CPython.
  private static func number(_ count: Int, _ body: @escaping @Sendable ([2 of TextView]) -> Int?) -> KernelMaker {
    { slots in
      { lanes, selection in
        let first = Texts(lanes, slots.operands[0])
        let second = Texts(lanes, slots.operands[count - 1])
        return lanes.fill(slots.result, selection) { body([first[$0], second[$0]]) }
      }
    }
  }

  /// The number of the character that a byte begins.
  private static func place(_ text: TextView, _ byte: Int?) -> Int? {
    byte.map { TextView(start: text.start, count: $0).characterCount }
  }

  private static func occurrences(of part: TextView, in text: TextView) -> Int {
    if part.count == 0 { return text.characterCount + 1 }
    var (count, at) = (0, 0)
    while let found = text.find(part, from: at) {
      count += 1
      at = found + part.count
    }
    return count
  }

  // MARK: Parts of a text

  private static let parts: [Operation] = [
    Operation(
      "str.strip", [.text], .text, marks: ascii, cost: 8, example: "x.strip()", part(Strip.self)),
    Operation("str.lstrip", [.text], .text, marks: ascii, cost: 6, example: "x.lstrip()", part(StripStart.self)),
    Operation("str.rstrip", [.text], .text, marks: ascii, cost: 6, example: "x.rstrip()", part(StripEnd.self)),
    Operation(
      "str.strip", [.text, .text], .text, marks: ascii, cost: 12, example: "x.strip(y)", strip(start: true, end: true)),
    Operation(
      "str.lstrip", [.text, .text], .text, marks: ascii, cost: 10, example: "x.lstrip(y)",
      strip(start: true, end: false)),
    Operation(
      "str.rstrip", [.text, .text], .text, marks: ascii, cost: 10, example: "x.rstrip(y)",
      strip(start: false, end: true)),
    Operation(
      "str.removeprefix", [.text, .text], .text, cost: 8, example: "x.removeprefix(y)",
      partOfTwo { text, other in
        text.hasPrefix(other) ? text.dropFirst(other.count) : text
      }),
    Operation(
      "str.removesuffix", [.text, .text], .text, cost: 8, example: "x.removesuffix(y)",
      partOfTwo { text, other in
        text.hasSuffix(other) ? text.prefix(text.count - other.count) : text
      }),
    Operation("str.[]", [.text, .int], .text, marks: ascii + ", and places outside", cost: 5, example: "x[y]", item),
    Operation("str.[:]", [.text, .int, .int], .text, marks: ascii, cost: 6, example: "x[y:z]", slice),
    Operation("require ASCII", [.text], .bool, marks: ascii, cost: 3, requireASCII),
  ]

  /// Marks rows whose text is not ASCII.
  static func markOthers(_ lanes: Lanes, _ selection: Selection, _ register: Int) -> Bool {
    guard !lanes.isASCII[register] else { return false }
    let texts = Texts(lanes, register)
    var fails = false
    selection.each { row in
      if !texts[row].isASCII {
        lanes.marks[row] = 1
        fails = true
      }
    }
    return fails
  }

  private static let requireASCII: KernelMaker = { slots in
    { lanes, selection in markOthers(lanes, selection, slots.operands[0]) }
  }

  private enum Strip: TextPart {
    static func apply(_ text: TextView) -> TextView {
      // Mostly there are few spaces, but not always as many: eight bytes at once need no guess of how many.
      guard text.count >= 8 else { return text.strippingStart.strippingEnd }
      let bytes = UnsafeRawPointer(text.start)
      let first = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
      let last = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self))
      let (starts, ends) = (TextKernels.notSpaces(first), TextKernels.notSpaces(last))
      guard starts != 0, ends != 0 else { return text.strippingStart.strippingEnd }
      let (leading, trailing) = (starts.trailingZeroBitCount &>> 3, ends.leadingZeroBitCount &>> 3)
      return TextView(start: text.start + leading, count: text.count &- leading &- trailing)
    }
  }

  private enum StripStart: TextPart { static func apply(_ text: TextView) -> TextView { text.strippingStart } }
  private enum StripEnd: TextPart { static func apply(_ text: TextView) -> TextView { text.strippingEnd } }

  private static func part<Part: TextPart>(_: Part.Type) -> KernelMaker {
    { slots in
      let (result, operand) = (slots.result, slots.operands[0])
      return { lanes, selection in
        let fails = markOthers(lanes, selection, operand)
        let (results, texts) = (Texts(lanes, result), Texts(lanes, operand))
        selection.each { results[$0] = Part.apply(texts[$0]) }
        inherit(lanes, result, operand)
        return fails
      }
    }
  }

  private static func partOfTwo(_ body: @escaping @Sendable (TextView, TextView) -> TextView) -> KernelMaker {
    { slots in
      let (result, left, right) = (slots.result, slots.operands[0], slots.operands[1])
      return { lanes, selection in
        let (results, lefts, rights) = (Texts(lanes, result), Texts(lanes, left), Texts(lanes, right))
        selection.each { results[$0] = body(lefts[$0], rights[$0]) }
        inherit(lanes, result, left)
        return false
      }
    }
  }

  private static func strip(start: Bool, end: Bool) -> KernelMaker {
    { slots in
      let (result, left, right) = (slots.result, slots.operands[0], slots.operands[1])
      return { lanes, selection in
        let fails = markOthers(lanes, selection, left)
        let failsToo = markOthers(lanes, selection, right)
        let (results, lefts, rights) = (Texts(lanes, result), Texts(lanes, left), Texts(lanes, right))
        selection.each { row in
          let (text, members) = (lefts[row], ASCIIMembers(rights[row]))
          var (low, high) = (0, text.count)
          if start { while low < high, members.contains(text.start[low]) { low += 1 } }
          if end { while high > low, members.contains(text.start[high - 1]) { high -= 1 } }
          results[row] = TextView(start: text.start + low, count: high - low)
        }
        inherit(lanes, result, left)
        return fails || failsToo
      }
    }
  }

  /// A part of an ASCII text is ASCII.
  static func inherit(_ lanes: Lanes, _ result: Int, _ operands: Int...) {
    lanes.isASCII[result] = lanes.isASCII[result] && operands.allSatisfy { lanes.isASCII[$0] }
  }

  private static let item: KernelMaker = { slots in
    let (result, operand, index) = (slots.result, slots.operands[0], slots.operands[1])
    return { lanes, selection in
      let hasOthers = markOthers(lanes, selection, operand)
      let texts = Texts(lanes, operand)
      let places = lanes.values(index, as: Int.self)
      let fails = lanes.fillTexts(result, selection) { row in
        let text = texts[row]
        let place = places[row] < 0 ? places[row] &+ text.count : places[row]
        return place >= 0 && place < text.count ? TextView(start: text.start + place, count: 1) : nil
      }
      inherit(lanes, result, operand)
      return hasOthers || fails
    }
  }

  private static let slice: KernelMaker = { slots in
    let (result, operand) = (slots.result, slots.operands[0])
    return { lanes, selection in
      let fails = markOthers(lanes, selection, operand)
      let (results, texts) = (Texts(lanes, result), Texts(lanes, operand))
      let (starts, stops) = (
        lanes.values(slots.operands[1], as: Int.self), lanes.values(slots.operands[2], as: Int.self)
      )
      selection.each { row in
        let text = texts[row]
        let start = clamped(starts[row], text.count)
        let stop = clamped(stops[row], text.count)
        results[row] = TextView(start: text.start + start, count: max(0, stop - start))
      }
      inherit(lanes, result, operand)
      return fails
    }
  }

  @inline(__always)
  private static func clamped(_ bound: Int, _ count: Int) -> Int {
    bound < 0 ? max(0, bound &+ count) : min(bound, count)
  }

  // MARK: What a text consists of

  private static let classes: [Operation] = [
    Operation("str.isascii", [.text], .bool, cost: 5, example: "x.isascii()", anyTest(\.isASCII)),
    Operation(
      "str.isdigit", [.text], .bool, marks: ascii, cost: 5, example: "x.isdigit()", test { $0.isAll { $0 &- 48 < 10 } }),
    Operation(
      "str.isdecimal", [.text], .bool, marks: ascii, cost: 5, example: "x.isdecimal()",
      test { $0.isAll { $0 &- 48 < 10 } }),
    Operation(
      "str.isnumeric", [.text], .bool, marks: ascii, cost: 5, example: "x.isnumeric()",
      test { $0.isAll { $0 &- 48 < 10 } }),
    Operation(
      "str.isalpha", [.text], .bool, marks: ascii, cost: 5, example: "x.isalpha()", test { $0.isAll(isLetter) }),
    Operation(
      "str.isalnum", [.text], .bool, marks: ascii, cost: 5, example: "x.isalnum()",
      test { $0.isAll { isLetter($0) || $0 &- 48 < 10 } }),
    Operation("str.isspace", [.text], .bool, marks: ascii, cost: 5, example: "x.isspace()", test { $0.isAll(isSpace) }),
    Operation(
      "str.isupper", [.text], .bool, marks: ascii, cost: 5, example: "x.isupper()",
      test { $0.has(isUpper) && !$0.has(isLower) }),
    Operation(
      "str.islower", [.text], .bool, marks: ascii, cost: 5, example: "x.islower()",
      test { $0.has(isLower) && !$0.has(isUpper) }),
    Operation(
      "str.isidentifier", [.text], .bool, marks: ascii, cost: 5, example: "x.isidentifier()",
      test { text in
        text.isAll { isLetter($0) || $0 == 95 || $0 &- 48 < 10 } && text.start[0] &- 48 >= 10
      }),
  ]

  private static func test(_ body: @escaping @Sendable (TextView) -> Bool) -> KernelMaker {
    { slots in
      { lanes, selection in
        let fails = markOthers(lanes, selection, slots.operands[0])
        let results = lanes.values(slots.result, as: Int64.self)
        let texts = Texts(lanes, slots.operands[0])
        selection.each { results[$0] = body(texts[$0]) ? 1 : 0 }
        return fails
      }
    }
  }

  private static func anyTest(_ body: @escaping @Sendable (TextView) -> Bool) -> KernelMaker {
    { slots in
      { lanes, selection in
        let results = lanes.values(slots.result, as: Int64.self)
        let texts = Texts(lanes, slots.operands[0])
        selection.each { results[$0] = body(texts[$0]) ? 1 : 0 }
        return false
      }
    }
  }

  @inline(__always) static func isUpper(_ byte: UInt8) -> Bool { byte &- 65 < 26 }
  @inline(__always) static func isLower(_ byte: UInt8) -> Bool { byte &- 97 < 26 }
  @inline(__always) static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 }
  /// What Python strips, which is more than C's: the four separators 28 to 31 too.
  @inline(__always) static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte &- 9 < 5 || byte &- 28 < 4 }

  /// The highest bit of each of eight ASCII characters that is no space.
  @inline(__always) static func notSpaces(_ bytes: UInt64) -> UInt64 {
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    let low = bytes & ~highs
    // Sums that reach the highest bit: from 9 on and not from 14 on, from 28 on and not from 33 on.
    let tabs = (low &+ ones &* (128 - 9)) ^ (low &+ ones &* (128 - 14))
    let blanks = (low &+ ones &* (128 - 28)) ^ (low &+ ones &* (128 - 33))
    return ~(tabs | blanks) & highs
  }
}

/// A part of a text, which is a type and no closure for the reason that `KernelMaker` has.
private protocol TextPart {
  static func apply(_ text: TextView) -> TextView
}

/// The characters of a text, for looking many up.
private struct ASCIIMembers {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  @inline(__always)
  init(_ text: TextView) {
    for place in 0..<text.count {
      let byte = text.start[place]
      if byte < 64 { low |= 1 << UInt64(byte) } else if byte < 128 { high |= 1 << UInt64(byte - 64) }
    }
  }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    byte < 128 && ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
  }
}

extension TextView {
  /// How many characters it has: all bytes but those that go on with one.
  @inline(__always)
  var characterCount: Int {
    var count = 0
    for place in 0..<self.count { count &+= Int8(bitPattern: start[place]) > -65 ? 1 : 0 }
    return count
  }

  @inline(__always)
  func dropFirst(_ bytes: Int) -> TextView { TextView(start: start + bytes, count: count - bytes) }
  @inline(__always)
  func prefix(_ bytes: Int) -> TextView { TextView(start: start, count: bytes) }

  @inline(__always)
  var strippingStart: TextView {
    var text = self
    while text.count > 0, TextKernels.isSpace(text.start[0]) { text = text.dropFirst(1) }
    return text
  }

  @inline(__always)
  var strippingEnd: TextView {
    var text = self
    while text.count > 0, TextKernels.isSpace(text.start[text.count - 1]) { text.count -= 1 }
    return text
  }

  /// Whether all bytes are such, and there are any.
  @inline(__always)
  func isAll(_ test: (UInt8) -> Bool) -> Bool {
    for place in 0..<count where !test(start[place]) { return false }
    return count > 0
  }

  @inline(__always)
  func has(_ test: (UInt8) -> Bool) -> Bool {
    for place in 0..<count where test(start[place]) { return true }
    return false
  }
}
